using CityLoop.Server.City;
using CityLoop.Server.Pass;
using CityLoop.Server.Web.Languages;

namespace CityLoop.Server.Gifts;

/// <summary>How people who give each other points are shown to each other: by a short name, or by none.</summary>
sealed class GiftNames(PersonStore people, TextCatalogue texts)
{
    /// <summary>Empty for somebody who has told no name, or who is gone.</summary>
    public async Task<string> OfAsync(PersonId person, CancellationToken cancellation) =>
        ShortName.Of((await people.FindAsync(person, cancellation))?.Name ?? "");

    /// <summary>The same in a sentence of a letter.</summary>
    public async Task<LocalNames> ForLettersAsync(PersonId person, CancellationToken cancellation)
    {
        var name = await OfAsync(person, cancellation);
        return new LocalNames(TextCatalogue.Languages.ToDictionary(
            language => language, language => name.Length > 0 ? name : texts.Say(language, "gift.somebody")));
    }

    /// <summary>What stands in a row for somebody without a name says so in the reader's language.</summary>
    public LocalNames OfRow(string toWhom) => new(TextCatalogue.Languages.ToDictionary(
        language => language, language => toWhom.Length > 0 ? toWhom : texts.Say(language, "gift.somebody")));
}
