namespace CityLoop.Server.City;

/// <summary>A text as an officer typed it in, in each of the city's languages; the Chinese has to be there.</summary>
public sealed record TypedText(string Chinese, string English = "", string Japanese = "")
{
    public static readonly TypedText None = new("");

    /// <summary>What is behind the name of a form's field in each language.</summary>
    public static readonly IReadOnlyList<(string Suffix, string Language)> Fields =
        [("", "zh-TW"), ("En", "en"), ("Ja", "ja")];

    public static TypedText Of(IFormCollection form, string name)
    {
        string One(int field) => form[name + Fields[field].Suffix].ToString().Trim();
        return new TypedText(One(0), One(1), One(2));
    }

    internal static TypedText Of(LocalNames names) => new(names["zh-TW"], names["en"], names["ja"]);

    /// <summary>It is there, and in no language longer than this.</summary>
    public bool Fits(int max) =>
        Chinese.Length > 0 && Chinese.Length <= max && English.Length <= max && Japanese.Length <= max;

    /// <summary>What was typed in a language, as the form shows it again.</summary>
    public string this[string language] => language switch { "en" => English, "ja" => Japanese, _ => Chinese };

    /// <summary>As people read it: where a language is empty the Chinese stands in.</summary>
    internal LocalNames Names => LocalNames.Of(
        Chinese, English.Length > 0 ? English : Chinese, Japanese.Length > 0 ? Japanese : Chinese);
}
