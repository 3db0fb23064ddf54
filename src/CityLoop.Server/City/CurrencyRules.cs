using CityLoop.Ledger;

namespace CityLoop.Server.City;

/// <summary>Where a currency may be spent. What is not named is not asked: an empty rule is every shop.</summary>
/// <param name="Categories">Kinds of shops that take it; null for all.</param>
/// <param name="NotCategories">Kinds of shops that do not, whatever else stands here.</param>
/// <param name="Districts">Codes of the districts whose shops take it; null for all.</param>
/// <param name="Shops">Codes of the only shops that take it; null for all.</param>
/// <param name="NotGoods">What it does not pay for, in whichever shop.</param>
sealed record SpendRule(
    IReadOnlySet<string>? Categories, IReadOnlySet<string> NotCategories, IReadOnlySet<string>? Districts,
    IReadOnlySet<string>? Shops, IReadOnlyList<Goods> NotGoods)
{
    public static SpendRule Everywhere { get; } = new(null, new HashSet<string>(), null, null, []);

    /// <summary>True when a shop takes it.</summary>
    public bool Accepts(string shop, string category, string district) =>
        !NotCategories.Contains(category)
        && Categories?.Contains(category) != false
        && Districts?.Contains(district) != false
        && Shops?.Contains(shop) != false;
}

/// <summary>A kind of goods, by the code that tills send and the name that people read.</summary>
sealed record Goods(string Code, LocalNames Names);

/// <summary>At most so much, in the smallest unit; the ledger decides it with every transfer.</summary>
sealed record CityLimit(short Number, TransferCode Code, LimitPer Per, LimitPeriod Period, long Max)
{
    /// <summary>Binds only people whom the city knows no more surely; null for everybody.</summary>
    public int? UpToLevel { get; init; }

    public Limit In(CurrencyId currency) => new(Number, currency, Code, Per, Period, Max) { UpToLevel = UpToLevel };
}
