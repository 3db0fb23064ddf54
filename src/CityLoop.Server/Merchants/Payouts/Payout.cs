using CityLoop.Server.City;
using CityLoop.Server.Merchants.Settlement;

namespace CityLoop.Server.Merchants.Payouts;

/// <summary>
/// What the bank is told in one go: usually one half-month. Made from closed half-months alone, so that its files come
/// out the same at every time.
/// </summary>
/// <param name="Scale">Decimals of the currency; one whole point is one unit of the money.</param>
sealed record Payout(CityPayouts Terms, string Currency, int Scale, IReadOnlyList<PayoutPart> Parts)
{
    /// <summary>What is paid, shop by shop; nobody is paid zero.</summary>
    public IEnumerable<(PayoutPart Part, SettlementLine Line)> Transfers =>
        Parts.SelectMany(part => part.Transfers.Select(line => (part, line)));

    public int Count => Transfers.Count();

    public long Amount => Transfers.Sum(transfer => transfer.Line.Amount);

    /// <summary>When the last of its half-months was closed: the instant that its files bear.</summary>
    public DateTimeOffset MadeAt => Parts[^1].Window.ClosedAt!.Value;
}

/// <summary>One half-month of a payout.</summary>
/// <param name="PaidOn">The day for which the bank is asked.</param>
sealed record PayoutPart(ClosedWindow Window, DateOnly PaidOn, IReadOnlyList<SettlementLine> Lines)
{
    public IEnumerable<SettlementLine> Transfers =>
        Lines.Where(line => line.Amount > 0).OrderBy(line => line.Code, StringComparer.Ordinal);
}
