using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Merchants.Statements;

namespace CityLoop.Server.Merchants.Settlement;

/// <summary>One shop's part of a settlement: how its amount came about, and where it is paid to.</summary>
/// <param name="CarriedIn">
/// What the line before left open: below zero when refunds were more than sales, above when the shop was left. And what
/// the bank did not pay of earlier lines.
/// </param>
/// <param name="CountedTo">The last journal entry whose refunds are in this line.</param>
/// <param name="Minimum">Less than this is not worth a transfer: it waits for the next line.</param>
/// <param name="IsLeft">True when it pays nothing because it could not be posted: the next line pays it.</param>
/// <param name="Reason">Why the bank did not pay it, in the bank's words.</param>
sealed record SettlementLine(
    Guid Settlement, Guid Merchant, string Code, string Name, BankAccount Bank,
    AccountId Account, AccountId Payout, ShopSum Sum, long CarriedIn, long CountedTo, bool IsPosted,
    long Minimum = 0, bool IsLeft = false, PayoutState State = PayoutState.Closed, string Reason = "",
    bool IsDebited = false)
{
    /// <summary>What the shop's tax papers said when it was closed.</summary>
    public ShopTax Tax { get; init; } = new("", null);

    /// <summary>Everything that is open: may be below zero.</summary>
    public long Open => CarriedIn + Sum.Paid - Sum.Refunded;

    /// <summary>What is paid out now; a shop that owes is not charged, its next sales make up for it.</summary>
    public long Amount => IsLeft || Open < Minimum ? 0 : Math.Max(0, Open);

    /// <summary>What the next line begins with.</summary>
    public long CarriedOut => Open - Amount;

    /// <summary>The movement to the payout account; the same transfer in every run.</summary>
    public Transfer Transfer => new(
        DerivedId.From("settle", Settlement.ToString(), Code), Account, Payout, Amount, TransferCode.Settle)
    {
        Reference = Settlement,
    };

    /// <summary>The bank has paid it.</summary>
    public Transfer PaidOut(AccountId outside) => new(
        DerivedId.From("pay-out", Settlement.ToString(), Code), Payout, outside, Amount, TransferCode.PayOut)
    {
        Reference = Settlement,
    };

    /// <summary>The shop's again, from where it waited for the bank, or from where the bank sent it back.</summary>
    public Transfer Returned(AccountId from) => new(
        DerivedId.From("settle-return", Settlement.ToString(), Code), from, Account, Amount, TransferCode.SettleReturn)
    {
        Reference = Settlement,
    };
}
