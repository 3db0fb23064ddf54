using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Merchants.Payouts;
using CityLoop.Server.Merchants.Settlement;

namespace CityLoop.Server.Tests.Merchants.Payouts;

/// <summary>A payout of the first half of November 2026, which is paid on the last day of the month.</summary>
static class SomePayout
{
    public static readonly CityPayouts Terms = new(
        "TWD", "901", "TW", 1, "TAICHUNG CITY", "9990001", "0000001", "0000000001", new PayDay(0, 31),
        new PayDay(1, 15), new BankCalendar([]));

    public static SettlementLine Line(long amount, long carriedIn = 0) => new(
        Guid.Empty, Guid.Empty, "bakery", "向日葵", new BankAccount("9990001", "0010001", "BAKERY"), new AccountId(17),
        new AccountId(18), new ShopSum(1, amount - carriedIn, 0, 0), carriedIn, 1, IsPosted: true);

    public static Payout Of(params SettlementLine[] lines) => new(Terms, "TCP", 0, [Part(11, 1, lines)]);

    public static PayoutPart Part(int month, int firstDay, params SettlementLine[] lines)
    {
        var day = new DateOnly(2026, month, firstDay);
        var window = SettlementWindow.Containing(day);
        var closed = new DateTimeOffset(2026, 12, 1, 1, 30, 0, TimeSpan.Zero);
        var id = window.IdIn(new CurrencyId(1));
        return new PayoutPart(
            new ClosedWindow(id, new CurrencyId(1), window.From, window.To, 1, closed, window.To),
            Terms.PaidOn(window.To, new DateOnly(2026, 11, 16)),
            [.. lines.Select(line => line with { Settlement = id })]);
    }
}
