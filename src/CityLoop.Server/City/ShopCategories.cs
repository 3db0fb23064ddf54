using CityLoop.Server.Web.Languages;

namespace CityLoop.Server.City;

/// <summary>The kinds of shops that there are.</summary>
static class ShopCategories
{
    static readonly HashSet<string> Known =
    [
        "bakery", "bicycles", "books", "cafe", "flowers", "food", "groceries", "hardware", "health", "services",
        "stationery", "tea", "toys",
    ];

    /// <summary>What a new shop can be: the kinds that the product has words for, and the city's own.</summary>
    public static IReadOnlyList<string> In(CityPack city) =>
        [.. Known.Union(city.Shops.Select(shop => shop.Category)).Order(StringComparer.Ordinal)];

    /// <summary>A kind of shop that the product has no word for keeps the city's own.</summary>
    public static string Name(Texts texts, string category) =>
        Known.Contains(category) ? texts[$"shops.category.{category}"] : category;
}
