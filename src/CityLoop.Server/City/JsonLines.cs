using System.Text.Json;

namespace CityLoop.Server.City;

/// <summary>On which line each value of a JSON text stands, by its path: <c>$.currencies[0].code</c>.</summary>
static class JsonLines
{
    /// <param name="text">Well-formed JSON in UTF-8, without a byte order mark.</param>
    public static Dictionary<string, int> Of(ReadOnlySpan<byte> text)
    {
        var lines = new Dictionary<string, int>();
        var reader = new Utf8JsonReader(text);
        // One entry per open array or object: its path, and the next index when it is an array (else -1).
        var open = new Stack<(string Path, int Next)>();
        var (name, line, counted) = ("", 1, 0);
        while (reader.Read())
        {
            var start = (int)reader.TokenStartIndex;
            line += text[counted..start].Count((byte)'\n');
            counted = start;
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    name = reader.GetString()!;
                    continue;
                case JsonTokenType.EndArray or JsonTokenType.EndObject:
                    open.Pop();
                    continue;
            }

            var path = "$";
            if (open.TryPop(out var parent))
            {
                path = parent.Next < 0 ? $"{parent.Path}.{name}" : $"{parent.Path}[{parent.Next}]";
                open.Push(parent.Next < 0 ? parent : (parent.Path, parent.Next + 1));
            }

            lines[path] = line;
            if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
                open.Push((path, reader.TokenType == JsonTokenType.StartArray ? 0 : -1));
        }

        return lines;
    }
}
