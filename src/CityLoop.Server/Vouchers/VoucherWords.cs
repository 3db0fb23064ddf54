using CityLoop.Server.City;
using CityLoop.Server.Web.Languages;

namespace CityLoop.Server.Vouchers;

/// <summary>How pages say where a part of a book can be spent.</summary>
static class VoucherWords
{
    public static string Where(Texts texts, CityPack city, VoucherRule rule)
    {
        if (rule.IsEverywhere)
            return texts["vouchers.everywhere"];
        var comma = texts.Language == "en" ? ", " : "、";
        var words = new List<string>();
        if (rule.SmallShopsOnly)
            words.Add(texts["vouchers.smallShops"]);
        if (rule.Categories is { } categories)
            words.Add(string.Join(comma, categories.Select(category => ShopCategories.Name(texts, category))));
        if (rule.Districts is { } districts)
            words.Add(string.Join(comma, city.Districts
                .Where(district => districts.Contains(district.Code)).Select(d => d.Names[texts.Language])));
        if (rule.Shops is { } shops)
            words.Add(texts["vouchers.someShops", shops.Count]);
        return texts["vouchers.only", string.Join(" · ", words)];
    }
}
