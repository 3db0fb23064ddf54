using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace CityLoop.Missions.Tests.Reading;

/// <summary>
/// JSON Schema 2020-12 for the keywords that the mission schema uses, written from the standard and not from the
/// reader. An unknown keyword is an error, so that the schema cannot say something that no test hears.
/// </summary>
sealed class SmallSchema(JsonObject root)
{
    public bool Accepts(JsonNode? value) => Accepts(root, value);

    bool Accepts(JsonNode schema, JsonNode? value) =>
        schema.AsObject().All(keyword => Holds(keyword.Key, keyword.Value!, schema.AsObject(), value));

    bool Holds(string keyword, JsonNode rule, JsonObject schema, JsonNode? value) => keyword switch
    {
        "$schema" or "$id" or "$defs" or "title" or "description" => true,
        "$ref" => Accepts(root["$defs"]![rule.GetValue<string>()["#/$defs/".Length..]]!, value),
        "type" => IsOf(rule.GetValue<string>(), value),
        "const" => JsonNode.DeepEquals(rule, value),
        "enum" => rule.AsArray().Any(one => JsonNode.DeepEquals(one, value)),
        "oneOf" => rule.AsArray().Count(one => Accepts(one!, value)) == 1,
        "anyOf" => rule.AsArray().Any(one => Accepts(one!, value)),
        "required" => value is not JsonObject o || rule.AsArray().All(name => o.ContainsKey(name!.GetValue<string>())),
        "properties" => value is not JsonObject o
            || rule.AsObject().All(p => !o.TryGetPropertyValue(p.Key, out var v) || Accepts(p.Value!, v)),
        "additionalProperties" => value is not JsonObject o || o.All(p =>
            (schema["properties"]?.AsObject().ContainsKey(p.Key) ?? false)
            || (rule is JsonObject ? Accepts(rule, p.Value) : rule.GetValue<bool>())),
        "propertyNames" => value is not JsonObject o || o.All(p => Accepts(rule, JsonValue.Create(p.Key))),
        "items" => value is not JsonArray a || a.All(item => Accepts(rule, item)),
        "minItems" => value is not JsonArray a || a.Count >= rule.GetValue<int>(),
        "maxItems" => value is not JsonArray a || a.Count <= rule.GetValue<int>(),
        "minimum" => Number(value) is not { } n || n >= rule.GetValue<long>(),
        "maximum" => Number(value) is not { } n || n <= rule.GetValue<long>(),
        "minLength" => Text(value) is not { } t || t.EnumerateRunes().Count() >= rule.GetValue<int>(),
        "maxLength" => Text(value) is not { } t || t.EnumerateRunes().Count() <= rule.GetValue<int>(),
        "pattern" => Text(value) is not { } t
            || Regex.IsMatch(t, rule.GetValue<string>(), RegexOptions.ECMAScript | RegexOptions.CultureInvariant),
        "format" => Text(value) is not { } t
            || DateOnly.TryParseExact(t, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        _ => throw new NotSupportedException($"The schema uses the keyword '{keyword}'."),
    };

    static bool IsOf(string type, JsonNode? value) => type switch
    {
        "object" => value is JsonObject,
        "array" => value is JsonArray,
        "string" => Text(value) is not null,
        "integer" => Number(value) is { } n && n == Math.Truncate(n),
        _ => throw new NotSupportedException($"The schema uses the type '{type}'."),
    };

    static string? Text(JsonNode? value) => value is JsonValue v && v.TryGetValue<string>(out var text) ? text : null;

    static double? Number(JsonNode? value) =>
        value is JsonValue v && v.GetValueKind() == System.Text.Json.JsonValueKind.Number
            ? double.Parse(v.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture)
            : null;
}
