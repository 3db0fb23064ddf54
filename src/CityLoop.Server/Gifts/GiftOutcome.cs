namespace CityLoop.Server.Gifts;

/// <summary>What can become of a gift, in order of precedence.</summary>
enum GiftOutcome
{
    /// <summary>The receiver has it.</summary>
    Given,

    /// <summary>It waits for whoever has proved the contact.</summary>
    Waits,
    IdNotValid,
    AmountNotPositive,
    AmountTooLarge,
    MessageNotValid,
    ContactNotValid,

    /// <summary>What the receiver has shown is old, or was never theirs.</summary>
    CodeUnknown,

    /// <summary>The city's points stay with who got them.</summary>
    MayNotBeGiven,

    /// <summary>Whoever says themselves who they are gives nothing.</summary>
    NeedsContact,

    /// <summary>A child's points are the child's.</summary>
    ChildrenKeepTheirs,
    ToYourself,
    TooManyToday,
    TooManyWait,
    IdAlreadyUsed,
    WalletIsFrozen,
    CannotReceive,
    LimitIsReached,
    TooFewPoints,
    Refused,
}

/// <summary>How a refusal is told.</summary>
static class GiftAnswers
{
    public static string CodeOf(GiftOutcome outcome) => outcome switch
    {
        GiftOutcome.IdNotValid => "id_not_valid",
        GiftOutcome.AmountNotPositive => "amount_not_valid",
        GiftOutcome.AmountTooLarge => "amount_too_large",
        GiftOutcome.MessageNotValid => "gift_message_not_valid",
        GiftOutcome.ContactNotValid => "contact_not_valid",
        GiftOutcome.CodeUnknown => "gift_code_unknown",
        GiftOutcome.MayNotBeGiven => "gift_not_allowed",
        GiftOutcome.NeedsContact => "gift_needs_contact",
        GiftOutcome.ChildrenKeepTheirs => "gift_of_child",
        GiftOutcome.ToYourself => "gift_to_yourself",
        GiftOutcome.TooManyToday => "gifts_too_many_today",
        GiftOutcome.TooManyWait => "gifts_too_many_wait",
        GiftOutcome.IdAlreadyUsed => "id_already_used",
        GiftOutcome.WalletIsFrozen => "your_wallet_is_frozen",
        GiftOutcome.CannotReceive => "gift_cannot_receive",
        GiftOutcome.LimitIsReached => "limit_is_reached",
        GiftOutcome.TooFewPoints => "you_have_too_few_points",
        _ => "gift_refused",
    };
}
