using System.Text.Encodings.Web;
using System.Text.Json;
using CityLoop.Server.City;
using CityLoop.Server.Web.Languages;

namespace CityLoop.Server.Pass.Access;

/// <summary>
/// What an access says about itself: the name of one of the product's own texts, or sentences of a service, written
/// down as people could read them that day. A service that rewrites its purpose later does not rewrite the log.
/// </summary>
static class AccessText
{
    static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The same names make the same text, so that it can be counted by it.</summary>
    public static string Of(LocalNames names) =>
        JsonSerializer.Serialize(
            new SortedDictionary<string, string>(
                names.InEveryLanguage.ToDictionary(name => name.Key, name => name.Value), StringComparer.Ordinal),
            Readable);

    /// <summary>How a reader sees it.</summary>
    /// <param name="texts">What the product's own texts are found under: <c>access.what</c>.</param>
    public static string Say(Texts t, string texts, string written) =>
        written.StartsWith('{')
            ? new LocalNames(JsonSerializer.Deserialize<Dictionary<string, string>>(written)!)[t.Language]
            : t[$"{texts}.{written}"];
}
