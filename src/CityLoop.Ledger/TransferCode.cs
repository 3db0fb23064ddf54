namespace CityLoop.Ledger;

/// <summary>Why points moved; the word that stands on statements and in reports.</summary>
public enum TransferCode : short
{
    /// <summary>A named source puts points into a budget (issuing → budget).</summary>
    Fund = 1,

    /// <summary>A mission pays a person (budget → person).</summary>
    Earn = 2,

    /// <summary>A person pays a shop (person → merchant). Can be reversed.</summary>
    Pay = 3,

    /// <summary>The city gives a share of a payment back (budget → person). Can be reversed.</summary>
    Rebate = 4,

    /// <summary>A shop gives a payment back (merchant → person); reverses a <see cref="Pay"/>.</summary>
    Refund = 5,

    /// <summary>The share of a refunded payment returns to its budget; reverses a <see cref="Rebate"/>.</summary>
    RebateReturn = 6,

    /// <summary>Points whose last day has passed return to the budget that funded them.</summary>
    Expire = 7,

    /// <summary>A person gives points to another, or to the escrow of somebody not yet registered.</summary>
    Gift = 8,

    /// <summary>What was kept in escrow reaches the person it was meant for.</summary>
    GiftRelease = 9,

    /// <summary>What a shop is owed for a half-month moves to its payout account (merchant → payout).</summary>
    Settle = 10,

    /// <summary>The bank has paid the shop (payout → outside).</summary>
    PayOut = 11,

    /// <summary>What a budget no longer needs goes back to where it came from (budget → issuing).</summary>
    Unfund = 12,

    /// <summary>The share that a person's lot loses at the turn of the month; it returns to its budget.</summary>
    Decay = 13,

    /// <summary>Money reaches the trust behind a backed currency (outside → funding).</summary>
    Deposit = 14,

    /// <summary>Money leaves that trust, as far as nothing outstanding needs it (funding → outside).</summary>
    Withdraw = 15,

    /// <summary>
    /// What the bank did not pay, or sent back, is the shop's again (payout → merchant, or outside → merchant).
    /// </summary>
    SettleReturn = 16,

    /// <summary>Points that a person has bought (budget → person).</summary>
    TopUp = 17,

    /// <summary>A purchase that was wrong, and whose money was given back (person → budget).</summary>
    TopUpReturn = 18,

    /// <summary>
    /// A voucher is used: its worth reaches the person who pays with it in the same linked set (budget → person). Can
    /// be reversed.
    /// </summary>
    Redeem = 19,

    /// <summary>
    /// The worth of a refunded voucher returns to its budget; reverses a <see cref="Redeem"/>, also when it has ended.
    /// </summary>
    RedeemReturn = 20,

    /// <summary>A person buys vouchers (person → the budget that their worth comes from).</summary>
    Buy = 21,
}

/// <summary>What follows from a transfer's code.</summary>
public static class TransferCodes
{
    /// <summary>True for what takes back an earlier transfer.</summary>
    public static bool IsReversal(this TransferCode code) =>
        code is TransferCode.Refund or TransferCode.RebateReturn or TransferCode.RedeemReturn;

    /// <summary>True for what can be taken back.</summary>
    public static bool CanBeReversed(this TransferCode code) =>
        code is TransferCode.Pay or TransferCode.Rebate or TransferCode.Redeem;

    /// <summary>What a reversal takes back.</summary>
    public static TransferCode Reversed(this TransferCode code) => code switch
    {
        TransferCode.Refund => TransferCode.Pay,
        TransferCode.RebateReturn => TransferCode.Rebate,
        TransferCode.RedeemReturn => TransferCode.Redeem,
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, "That takes nothing back."),
    };

    /// <summary>True for what a lot loses by itself when time passes.</summary>
    public static bool IsLoss(this TransferCode code) => code is TransferCode.Expire or TransferCode.Decay;
}
