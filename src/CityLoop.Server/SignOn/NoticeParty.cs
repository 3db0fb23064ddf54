using System.Text.Json.Serialization;
using CityLoop.Server.City;

namespace CityLoop.Server.SignOn;

/// <summary>Who answers for what a service is given, as it is kept with what a person read.</summary>
sealed record NoticeParty(IReadOnlyDictionary<string, string> Names, string PostalAddress, string Contact)
{
    [JsonIgnore]
    public Party Party => new(new LocalNames(Names), PostalAddress, Contact);

    /// <summary>Names in one order, so that the same words are always the same text.</summary>
    public static SortedDictionary<string, string> Sorted(LocalNames names) => new(
        names.InEveryLanguage.ToDictionary(name => name.Key, name => name.Value), StringComparer.Ordinal);

    public static NoticeParty? Of(Party? party) =>
        party is null ? null : new(Sorted(party.Names), party.PostalAddress, party.Contact);
}
