using System.Collections.Frozen;
using CityLoop.Ledger;

namespace CityLoop.Server.City;

/// <summary>
/// Everything that makes this city this city; read from <c>cities/&lt;name&gt;/</c> and checked at start.
/// </summary>
sealed class CityPack
{
    static readonly FrozenDictionary<string, CastRole> Roles = new Dictionary<string, CastRole>
    {
        ["resident"] = CastRole.Resident,
        ["shop_worker"] = CastRole.ShopWorker,
        ["city_staff"] = CastRole.CityStaff,
        ["auditor"] = CastRole.Auditor,
    }.ToFrozenDictionary();

    /// <summary>The folder that was read; missions, factors and texts lie below it.</summary>
    public required string Folder { get; init; }

    /// <summary>The folder's own name: <c>demo</c>.</summary>
    public string Name => Path.GetFileName(Folder);

    public required LocalNames Names { get; init; }
    public required TimeZoneInfo TimeZone { get; init; }
    public required IReadOnlyList<string> Languages { get; init; }
    public required IReadOnlyList<CityCurrency> Currencies { get; init; }
    public required IReadOnlyList<CityBudget> Budgets { get; init; }
    public required CityRebate Rebate { get; init; }

    /// <summary>How people buy points; null where they cannot.</summary>
    public CityTopUp? TopUp { get; init; }

    /// <summary>The city itself, where people's data are its own to answer for.</summary>
    public required Party Controller { get; init; }
    public required CitySeals Seals { get; init; }
    public required CityCards Cards { get; init; }
    public required CityOffline Offline { get; init; }
    public required CityFamily Family { get; init; }
    public required CityRecovery Recovery { get; init; }
    public required CityPayouts Payouts { get; init; }
    public required CityShops ShopTerms { get; init; }
    public required IReadOnlyDictionary<string, string> Colours { get; init; }

    /// <summary>Codes of the shops that are not small ones; vouchers may be for small shops only.</summary>
    public required IReadOnlySet<string> LargeShops { get; init; }
    public required IReadOnlyList<District> Districts { get; init; }
    public required IReadOnlyList<Spot> Spots { get; init; }
    public required IReadOnlyList<Shop> Shops { get; init; }
    public required IReadOnlyList<CastMember> People { get; init; }
    public required CityDirectory Directory { get; init; }

    /// <summary>The currency in which shops are paid: the first one.</summary>
    public CityCurrency MainCurrency => Currencies[0];

    /// <summary>From this number on currencies are vouchers', which officers open while the city lives.</summary>
    public const short FirstVoucher = 20_000;

    public CityCurrency Currency(CurrencyId id) => id.Value < FirstVoucher
        ? Currencies.Single(c => c.Id == id)
        : new CityCurrency(id, $"V{id.Value}", MainCurrency.Scale, Vouchers, new LastDayRule.Never());

    static LocalNames Vouchers => LocalNames.Of("電子商品券", "Vouchers", "電子商品券");

    public CityBudget Budget(string name) => Budgets.Single(b => b.Name == name);

    /// <summary>Reads and checks a pack.</summary>
    /// <exception cref="CityPackException">Lists all that is wrong.</exception>
    public static CityPack Load(string folder)
    {
        folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        var problems = new List<PackProblem>();
        if (!System.IO.Directory.Exists(folder))
            problems.Add(new("city.json", 1, "there is no such folder", "Name a folder that holds a city pack"));
        else if (PackNode.Read(Path.Combine(folder, "city.json"), "city.json", problems) is { } node)
            return new CityReading(folder, node, problems).Read(Roles);
        throw new CityPackException(folder, problems);
    }
}
