using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace CityLoop.Server.City;

/// <summary>
/// A value in a JSON file of the pack that knows its line. Reading a field that is missing or wrong notes a problem
/// and goes on with a harmless value, so that all problems are found in one reading.
/// </summary>
sealed class PackNode
{
    readonly JsonElement _element;
    readonly string _file;
    readonly string _path;
    readonly FrozenDictionary<string, int> _lines;
    readonly List<PackProblem> _problems;

    PackNode(
        JsonElement element, string file, string path, FrozenDictionary<string, int> lines, List<PackProblem> problems)
    {
        (_element, _file, _path, _lines, _problems) = (element, file, path, lines, problems);
    }

    public static PackNode? Read(string path, string file, List<PackProblem> problems)
    {
        if (!File.Exists(path))
        {
            problems.Add(new(file, 1, "the file is missing", "Copy it from cities/demo and change it"));
            return null;
        }

        var bytes = File.ReadAllBytes(path);
        ReadOnlySpan<byte> text = bytes;
        if (text.StartsWith(Encoding.UTF8.Preamble))
            text = text[Encoding.UTF8.Preamble.Length..];
        try
        {
            var root = JsonDocument.Parse(text.ToArray()).RootElement;
            return new PackNode(root, file, "$", JsonLines.Of(text).ToFrozenDictionary(), problems);
        }
        catch (JsonException broken)
        {
            var line = (int)(broken.LineNumber ?? 0) + 1;
            problems.Add(new(file, line, "this is not JSON from here on", "Look for a missing comma or quote"));
            return null;
        }
    }

    /// <summary>Notes fields that mean nothing here; a misspelt name would otherwise be ignored in silence.</summary>
    public PackNode Only(params string[] known)
    {
        if (_element.ValueKind == JsonValueKind.Object)
            foreach (var field in _element.EnumerateObject())
                if (!known.Contains(field.Name))
                    Wrong(field.Name, "is not a known field", $"Write one of {string.Join(", ", known)}");
        return this;
    }

    public void Wrong(string field, string wrong, string writeInstead) =>
        _problems.Add(new(_file, LineOf(field), $"'{field}' {wrong}", writeInstead));

    /// <summary>True when the field is there; for fields that may be left out.</summary>
    public bool Has(string field) => Field(field) is not null;

    public string Text(string field)
    {
        if (Field(field) is { ValueKind: JsonValueKind.String } value && value.GetString() is { Length: > 0 } text)
            return text;
        Wrong(field, "is missing or is not a text", $"Write \"{field}\": \"…\"");
        return "";
    }

    public long Whole(string field, long from, long to)
    {
        if (Field(field) is { ValueKind: JsonValueKind.Number } value
            && value.TryGetInt64(out var number) && number >= from && number <= to)
            return number;
        var range = string.Create(CultureInfo.InvariantCulture, $"{from} to {to}");
        Wrong(field, "is missing or out of range", $"Write a whole number from {range}");
        return from;
    }

    /// <summary>A field that may be left out, or is true or false.</summary>
    public bool Flag(string field, bool otherwise)
    {
        if (Field(field) is not { } value)
            return otherwise;
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return value.GetBoolean();
        Wrong(field, "is neither true nor false", "Write true or false, without quotes");
        return otherwise;
    }

    public IReadOnlyList<int> Wholes(string field, int from, int to)
    {
        if (Field(field) is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() > 0
            && list.EnumerateArray().All(
                v => v.ValueKind == JsonValueKind.Number && v.TryGetInt32(out var n) && n >= from && n <= to))
            return [.. list.EnumerateArray().Select(v => v.GetInt32())];
        var range = string.Create(CultureInfo.InvariantCulture, $"{from} to {to}");
        Wrong(field, "is missing or is not a list of whole numbers", $"Write whole numbers from {range} in [ ]");
        return [from];
    }

    public IReadOnlyList<string> Texts(string field)
    {
        if (Field(field) is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() > 0
            && list.EnumerateArray().All(v => v.ValueKind == JsonValueKind.String))
            return [.. list.EnumerateArray().Select(v => v.GetString()!)];
        Wrong(field, "is missing or is not a list of texts", $"Write \"{field}\": [\"…\"]");
        return [];
    }

    /// <summary>The fields of an object whose values are texts; empty when the field is missing.</summary>
    public IReadOnlyDictionary<string, string> Map(string field)
    {
        if (Field(field) is { ValueKind: JsonValueKind.Object } map
            && map.EnumerateObject().All(v => v.Value.ValueKind == JsonValueKind.String))
            return map.EnumerateObject().ToDictionary(v => v.Name, v => v.Value.GetString()!);
        Wrong(field, "is missing or is not an object of texts", $"Write \"{field}\": {{ \"name\": \"…\" }}");
        return new Dictionary<string, string>();
    }

    public LocalNames Names(string field, IReadOnlyList<string> languages)
    {
        var names = Map(field);
        foreach (var language in languages.Where(l => names.Count > 0 && !names.ContainsKey(l)))
            Wrong(field, $"has no name in {language}", $"Add \"{language}\": \"…\"");
        return new LocalNames(names);
    }

    public PackNode One(string field)
    {
        if (Field(field) is { ValueKind: JsonValueKind.Object } value)
            return Child(value, field);
        Wrong(field, "is missing or is not an object", $"Write \"{field}\": {{ … }}");
        return Child(JsonDocument.Parse("{}").RootElement, field);
    }

    public IReadOnlyList<PackNode> Many(string field)
    {
        if (Field(field) is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() > 0)
            return [.. list.EnumerateArray().Select((v, i) => Child(v, $"{field}[{i}]"))];
        Wrong(field, "is missing or empty", $"Write \"{field}\": [ {{ … }} ]");
        return [];
    }

    PackNode Child(JsonElement value, string name) => new(value, _file, $"{_path}.{name}", _lines, _problems);

    JsonElement? Field(string field) =>
        _element.ValueKind == JsonValueKind.Object && _element.TryGetProperty(field, out var value) ? value : null;

    int LineOf(string field) => _lines.GetValueOrDefault($"{_path}.{field}", _lines.GetValueOrDefault(_path, 1));
}
