using System.Collections.Frozen;

namespace CityLoop.Server.City;

/// <summary>What something is called, in each of the city's languages.</summary>
sealed class LocalNames(IReadOnlyDictionary<string, string> byLanguage)
{
    readonly FrozenDictionary<string, string> _byLanguage = byLanguage.ToFrozenDictionary();

    public static LocalNames Of(string chinese, string english, string japanese) => new(
        new Dictionary<string, string> { ["zh-TW"] = chinese, ["en"] = english, ["ja"] = japanese });

    /// <summary>The name in a language; a language that the city does not know gets the first name there is.</summary>
    public string this[string language] =>
        _byLanguage.TryGetValue(language, out var name) ? name : byLanguage.Values.FirstOrDefault("");

    public IReadOnlyDictionary<string, string> InEveryLanguage => _byLanguage;

    /// <summary>Whether both are the same in every language.</summary>
    public bool Same(LocalNames other) =>
        InEveryLanguage.OrderBy(name => name.Key).SequenceEqual(other.InEveryLanguage.OrderBy(name => name.Key));

    public override string ToString() => string.Join(" / ", byLanguage.Values);
}
