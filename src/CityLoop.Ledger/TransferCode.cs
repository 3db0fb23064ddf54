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
}
