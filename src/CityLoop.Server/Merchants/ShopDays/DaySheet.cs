using CityLoop.Ledger;

namespace CityLoop.Server.Merchants.ShopDays;

/// <summary>A payment as the shop's list has it.</summary>
/// <param name="Refunded">How much was given back until now, on whatever day.</param>
/// <param name="Rebate">What the city gave the customer on top, at no cost to the shop.</param>
sealed record DaySale(Guid Id, long Sequence, DateTimeOffset At, long Amount, long Refunded, long Rebate)
{
    public bool IsRefunded => Refunded == Amount;
}

/// <summary>What happened at a shop on some days: its payments, and what it gave back on these days.</summary>
/// <param name="Sales">The newest first.</param>
/// <param name="LastEntry">The last entry of the journal that is in it; 0 for none.</param>
sealed record DaySheet(
    DateOnly From, DateOnly To, IReadOnlyList<DaySale> Sales, IReadOnlyList<Transfer> Refunds, long LastEntry)
{
    public long Paid => Sales.Sum(sale => sale.Amount);

    public long Refunded => Refunds.Sum(refund => refund.Amount);

    public long Rebates => Sales.Sum(sale => sale.Rebate);

    public long Net => Paid - Refunded;
}

/// <summary>A day that a worker has confirmed.</summary>
sealed record DayClosing(
    DateOnly Day, long LastEntry, int Payments, long Paid, int Refunds, long Refunded, long Rebates, Guid ConfirmedBy,
    DateTimeOffset ConfirmedAt)
{
    public long Net => Paid - Refunded;
}
