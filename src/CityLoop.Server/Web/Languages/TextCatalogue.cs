using System.Collections.Frozen;
using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace CityLoop.Server.Web.Languages;

/// <summary>
/// Every sentence a person reads, by key and language. A capability keeps its own in `Texts.json` beside its pages:
/// <c>{ "wallet.balance": { "zh-TW": "可用點數", "en": "Points", "ja": "ポイント" } }</c>; a city pack may say
/// some of them in its own words.
/// </summary>
sealed class TextCatalogue
{
    public static readonly IReadOnlyList<string> Languages = ["zh-TW", "en", "ja"];

    readonly FrozenDictionary<string, FrozenDictionary<string, string>> _texts;

    public TextCatalogue(IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>? cityTexts = null)
    {
        var texts = new Dictionary<string, FrozenDictionary<string, string>>();
        var assembly = Assembly.GetExecutingAssembly();
        var names = assembly.GetManifestResourceNames();
        foreach (var name in names.Where(n => n.StartsWith("Texts/", StringComparison.Ordinal)))
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            var read = JsonSerializer.Deserialize<Dictionary<string, Dictionary<string, string>>>(stream)!;
            foreach (var (key, byLanguage) in read)
                if (!texts.TryAdd(key, byLanguage.ToFrozenDictionary()))
                    throw new InvalidDataException($"The text '{key}' stands in two Texts.json files; one is {name}.");
        }

        foreach (var (key, byLanguage) in cityTexts ?? new Dictionary<string, IReadOnlyDictionary<string, string>>())
            texts[key] = byLanguage.ToFrozenDictionary();
        _texts = texts.ToFrozenDictionary();
    }

    public IEnumerable<string> Keys => _texts.Keys;

    public IReadOnlyDictionary<string, string> InEveryLanguage(string key) => _texts[key];

    /// <summary>The key of the same sentence in plain words; the key itself where nobody has written one.</summary>
    public string PlainOf(string key) => _texts.ContainsKey($"{key}.plain") ? $"{key}.plain" : key;

    /// <summary>The sentence in a language, zh-TW where that language has none.</summary>
    public string Say(string language, string key, params ReadOnlySpan<object?> values)
    {
        if (!_texts.TryGetValue(key, out var byLanguage))
            throw new KeyNotFoundException($"No Texts.json has the key '{key}'.");
        var text = byLanguage.GetValueOrDefault(language) ?? byLanguage["zh-TW"];
        return values.IsEmpty ? text : string.Format(CultureInfo.InvariantCulture, text, values);
    }
}
