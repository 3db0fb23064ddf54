using System.Globalization;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Profile;

namespace CityLoop.Server.Web.Languages;

/// <summary>
/// The sentences in the language of the request at hand, in plain words for a reader who wants them so: those of the
/// key with <c>.plain</c>, where there are any.
/// </summary>
sealed class Texts(TextCatalogue catalogue, IHttpContextAccessor here)
{
    public string Language => CultureInfo.CurrentUICulture.Name is { Length: > 0 } name ? name : "zh-TW";

    public string this[string key] => catalogue.Say(Language, Wanted(key));

    public string this[string key, params object?[] values] => catalogue.Say(Language, Wanted(key), values);

    string Wanted(string key) =>
        here.HttpContext?.User.Wishes().Contains(Wishes.PlainLanguage) == true ? catalogue.PlainOf(key) : key;
}
