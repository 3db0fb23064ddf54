using System.Globalization;
using CityLoop.Ledger;

namespace CityLoop.Server.Merchants.Settlement;

/// <summary>Half a month of a shop's sales: days 1 to 15, or 16 to the last, in the city's own zone.</summary>
readonly record struct SettlementWindow(DateOnly From, DateOnly To)
{
    const int LastDayOfFirstHalf = 15;

    public static SettlementWindow Containing(DateOnly day) => day.Day <= LastDayOfFirstHalf
        ? new(new(day.Year, day.Month, 1), new(day.Year, day.Month, LastDayOfFirstHalf))
        : new(new(day.Year, day.Month, LastDayOfFirstHalf + 1),
            new(day.Year, day.Month, DateTime.DaysInMonth(day.Year, day.Month)));

    public SettlementWindow Next => Containing(To.AddDays(1));

    /// <summary>The windows that are over by <paramref name="until"/>, from the one of the first sale on.</summary>
    public static IEnumerable<SettlementWindow> OverBy(DateOnly until, DateOnly firstSale)
    {
        for (var window = Containing(firstSale); window.To <= until; window = window.Next)
            yield return window;
    }

    /// <summary>The settlement of this window in a currency; the same on every server and in every run.</summary>
    public Guid IdIn(CurrencyId currency) => DerivedId.From("settlement", currency.ToString(), Name);

    /// <summary>As it stands in file names: 2026-11-01--2026-11-15.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"{From:yyyy-MM-dd}--{To:yyyy-MM-dd}");
}
