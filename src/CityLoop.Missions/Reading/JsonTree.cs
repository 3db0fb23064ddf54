using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace CityLoop.Missions.Reading;

/// <summary>A value of the document, with the place where it begins.</summary>
sealed record Node(JsonTokenType Kind, int Offset, string Path)
{
    public string Text { get; init; } = "";

    /// <summary>The number, null when it is not whole or does not fit.</summary>
    public long? Number { get; init; }

    public List<Field> Fields { get; } = [];

    public List<Node> Members { get; } = [];
}

/// <summary>A field of an object, with the place of its name.</summary>
sealed record Field(string Name, int Offset, Node Value);

/// <summary>Reads JSON into nodes that know their place; tells doubled fields and the first break of JSON.</summary>
static class JsonTree
{
    public const int BytesMax = 256 * 1024;
    public const int DepthMax = 16;

    public static Node? Read(ReadOnlySpan<byte> document, ProblemList problems)
    {
        if (document.Length > BytesMax)
        {
            problems.Add(0, "$", ProblemCode.TooLarge, BytesMax.ToString(CultureInfo.InvariantCulture));
            return null;
        }

        if (!Utf8.IsValid(document))
        {
            problems.Add(FirstInvalid(document), "$", ProblemCode.NotJson, "a byte that is not UTF-8");
            return null;
        }

        // One level more than allowed, so that the limit is reported as such and not as broken JSON.
        var reader = new Utf8JsonReader(document, new JsonReaderOptions { MaxDepth = DepthMax + 1 });
        try
        {
            reader.Read();
            var root = ReadValue(ref reader, "$", problems);
            reader.Read();
            return root;
        }
        catch (JsonException broken)
        {
            problems.Add(problems.OffsetOf(broken), "$", ProblemCode.NotJson, Reason(broken));
        }
        catch (TooDeepException deep)
        {
            problems.Add(deep.Offset, deep.Path, ProblemCode.TooDeep, DepthMax.ToString(CultureInfo.InvariantCulture));
        }
        catch (InvalidOperationException)
        {
            problems.Add(
                (int)reader.TokenStartIndex, "$", ProblemCode.NotJson, "half of a character (\\uD800 to \\uDFFF)");
        }

        return null;
    }

    static Node ReadValue(ref Utf8JsonReader reader, string path, ProblemList problems)
    {
        var offset = (int)reader.TokenStartIndex;
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return ReadObject(ref reader, new Node(reader.TokenType, offset, path), problems);
            case JsonTokenType.StartArray:
                var list = new Node(reader.TokenType, offset, path);
                RefuseDepth(ref reader, list);
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    list.Members.Add(ReadValue(ref reader, $"{path}[{list.Members.Count}]", problems));
                return list;
            case JsonTokenType.String:
                return new Node(reader.TokenType, offset, path) { Text = reader.GetString()! };
            case JsonTokenType.Number:
                return new Node(reader.TokenType, offset, path)
                {
                    Number = reader.TryGetInt64(out var number) ? number : null,
                };
            default:
                return new Node(reader.TokenType, offset, path);
        }
    }

    static Node ReadObject(ref Utf8JsonReader reader, Node node, ProblemList problems)
    {
        RefuseDepth(ref reader, node);
        HashSet<string> names = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var (name, offset) = (reader.GetString()!, (int)reader.TokenStartIndex);
            var path = $"{node.Path}.{name}";
            reader.Read();
            var value = ReadValue(ref reader, path, problems);
            if (names.Add(name))
                node.Fields.Add(new Field(name, offset, value));
            else
                problems.Add(offset, path, ProblemCode.FieldTwice, name);
        }

        return node;
    }

    static void RefuseDepth(ref Utf8JsonReader reader, Node node)
    {
        if (reader.CurrentDepth >= DepthMax)
            throw new TooDeepException(node.Offset, node.Path);
    }

    // The reader's own sentence without the place, which stands beside it in our words.
    static string Reason(JsonException broken)
    {
        var end = broken.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return (end < 0 ? broken.Message : broken.Message[..end]).TrimEnd('.', ' ');
    }

    static int FirstInvalid(ReadOnlySpan<byte> document)
    {
        var offset = 0;
        while (Rune.DecodeFromUtf8(document[offset..], out _, out var consumed) == System.Buffers.OperationStatus.Done)
            offset += consumed;
        return offset;
    }

    sealed class TooDeepException(int offset, string path) : Exception
    {
        public int Offset => offset;
        public string Path => path;
    }
}
