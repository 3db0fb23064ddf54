using CityLoop.Server.City;
using CityLoop.Server.Merchants;
using CityLoop.Server.Web.Languages;
using Microsoft.AspNetCore.WebUtilities;

namespace CityLoop.Server.Listings;

/// <summary>What somebody looks for among the shops that take points.</summary>
/// <param name="Words">In a name, a kind, a district or an address; in any language.</param>
sealed record ShopSearch(string? Words, string? District, string? Category, bool IsOpenNow)
{
    /// <summary>From an address's query; blanks are nothing.</summary>
    public static ShopSearch Of(string? words, string? district, string? category, string? open) =>
        new(Given(words), Given(district), Given(category), Given(open) is not null);

    /// <summary>The shops that are meant, as people look for them: by district, then by name.</summary>
    /// <param name="now">On the city's clock.</param>
    public IReadOnlyList<Merchant> Among(IEnumerable<Merchant> shops, CityPack city, Texts texts, DateTime now) =>
    [
        .. shops
            .Where(shop => (District is null || shop.District == District)
                && (Category is null || shop.Category == Category)
                && (!IsOpenNow || shop.Listing.Hours.OpenUntil(now) is not null)
                && (Words is null || IsMeant(shop, city, texts)))
            .OrderBy(shop => shop.District, StringComparer.Ordinal)
            .ThenBy(shop => shop.Names[texts.Language], StringComparer.Ordinal),
    ];

    /// <summary>Where the same search leads in another district, or in all.</summary>
    public string AddressIn(string? district, int page = 1) => QueryHelpers.AddQueryString(
        "/shops",
        new Dictionary<string, string?>
        {
            ["q"] = Words, ["district"] = district, ["category"] = Category, ["open"] = IsOpenNow ? "now" : null,
            ["page"] = page > 1 ? $"{page}" : null,
        }.Where(part => part.Value is not null));

    bool IsMeant(Merchant shop, CityPack city, Texts texts) =>
        shop.Names.InEveryLanguage.Values
            .Append(ShopCategories.Name(texts, shop.Category))
            .Append(shop.Listing.Address)
            .Concat(city.Districts.FirstOrDefault(d => d.Code == shop.District)?.Names.InEveryLanguage.Values ?? [])
            .Any(text => text.Contains(Words!, StringComparison.OrdinalIgnoreCase));

    static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
