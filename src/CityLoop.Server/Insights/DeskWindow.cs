using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;

namespace CityLoop.Server.Insights;

/// <summary>The currency and the days that a page of the desk shows.</summary>
sealed record DeskWindow(
    CurrencyView Currency, IReadOnlyList<CurrencyView> Currencies, DateOnly Today, DateOnly From, DateOnly To)
{
    public static readonly IReadOnlyList<int> Lengths = [7, 30, 90, 365];

    public const int Month = 30;

    public int Days => To.DayNumber - From.DayNumber + 1;

    /// <summary>The same number of days just before, to compare with.</summary>
    public DeskWindow Before => this with { From = From.AddDays(-Days), To = From.AddDays(-1) };

    /// <summary>What the address of a page or a download says of this window.</summary>
    public string Query => QueryFor(Days, Currency);

    public string QueryFor(int days, CurrencyView currency) =>
        Currencies.Count > 1 ? $"?days={days}&currency={currency.Code}" : $"?days={days}";
}

/// <summary>
/// Reads a window off an address; what it does not understand becomes 30 days of the city's first currency.
/// </summary>
sealed class DeskWindows(CityLedger ledger, CityPack city, CityClock clock)
{
    public async Task<DeskWindow> ChooseAsync(
        string? currencyCode, string? days, CancellationToken cancellation)
    {
        var currencies = await ledger.ReadAsync(books => books.Currencies, cancellation);
        if (currencies.Count == 0) // The first moments of a city: nothing is in its books yet.
            currencies = [.. city.Currencies.Select(c => new CurrencyView(c.Id, c.Code, c.Scale))];
        var chosen = currencies.FirstOrDefault(c => c.Code == currencyCode, currencies[0]);
        var length = int.TryParse(days, out var asked) && DeskWindow.Lengths.Contains(asked) ? asked : DeskWindow.Month;
        var today = clock.Today;
        return new DeskWindow(chosen, currencies, today, today.AddDays(1 - length), today);
    }
}
