using System.Globalization;

namespace CityLoop.Server.Web.Languages;

/// <summary>The sentences in the language of the request at hand.</summary>
sealed class Texts(TextCatalogue catalogue)
{
    public string Language => CultureInfo.CurrentUICulture.Name is { Length: > 0 } name ? name : "zh-TW";

    public string this[string key] => catalogue.Say(Language, key);

    public string this[string key, params object?[] values] => catalogue.Say(Language, key, values);
}
