using System.Text.Json;

namespace CityLoop.Server.Operations.Import;

/// <summary>
/// What became of one row of a file. The refusals stand in order of precedence; those that the ledger knows too have
/// its names. The numbers are kept in imports.row: never give one a new meaning.
/// </summary>
enum RowOutcome : short
{
    /// <summary>Its points stand in the books with whom they were meant for, since this run.</summary>
    Posted = 0,

    /// <summary>The same row was posted or held before.</summary>
    AlreadyPosted = 1,

    /// <summary>Its points wait in escrow for a member who has not registered.</summary>
    Held = 2,

    RowIsTooLong = 10,
    RowIsNotText = 11,
    RowIsCutOff = 12,
    QuotesAreNotValid = 13,
    ColumnIsMissing = 14,
    ColumnIsTooMany = 15,
    RoundIsNotANumber = 16,
    RoundIsUnknown = 17,
    TimeIsNotValid = 18,
    IdIsNotValid = 19,
    MemberIsNotValid = 20,
    KindIsNotValid = 21,
    RegisteredIsNotZeroOrOne = 22,
    AmountIsNotANumber = 23,
    AmountIsNotPositive = 24,
    AmountHasTooManyDecimals = 25,
    AmountIsTooLarge = 26,
    AccountsAreTheSame = 27,
    IdAlreadyPostedWithOtherContent = 28,
    DebitAccountHasTooFewPoints = 29,
    CreditBalanceIsTooLarge = 30,
    AnotherRowWasRefused = 31,
}

/// <summary>The outcomes in words.</summary>
static class RowOutcomes
{
    public static bool IsRefusal(this RowOutcome outcome) => outcome > RowOutcome.Held;

    /// <summary>The stable name that reports and scripts hold on to.</summary>
    public static string Code(this RowOutcome outcome) =>
        JsonNamingPolicy.SnakeCaseLower.ConvertName(outcome.ToString());

    /// <summary>Why, and what to do about it.</summary>
    public static string Sentence(this RowOutcome outcome) => outcome switch
    {
        RowOutcome.Posted => "Posted.",
        RowOutcome.AlreadyPosted => "The same row was posted before; nothing to do.",
        RowOutcome.Held =>
            "The receiver has not registered; the points wait in escrow until a row shows them registered.",
        RowOutcome.RowIsTooLong => "The line is longer than 16,384 bytes; check that this is the right file.",
        RowOutcome.RowIsNotText => "The line is not UTF-8 text; save the file as UTF-8.",
        RowOutcome.RowIsCutOff =>
            "The file ends here without a line break, as a file does that was cut in half. "
            + "Add a line break at the end if the file is complete; if not, fetch it again.",
        RowOutcome.QuotesAreNotValid => "A quote is not closed, or stands inside a field; double it inside quotes.",
        RowOutcome.ColumnIsMissing => "The row has fewer fields than the header has columns.",
        RowOutcome.ColumnIsTooMany => "The row has more fields than the header; write numbers without commas.",
        RowOutcome.RoundIsNotANumber => "Write the round as digits, like 130.",
        RowOutcome.RoundIsUnknown => "rounds.csv does not reach this round; add it there.",
        RowOutcome.TimeIsNotValid => "Write the time in UTC as 2023-11-07 13:34:29.249, at most six decimals.",
        RowOutcome.IdIsNotValid => "Write an id of 1 to 64 visible characters.",
        RowOutcome.MemberIsNotValid => "Write a member's name of 1 to 64 visible characters.",
        RowOutcome.KindIsNotValid => "Write a kind of 1 to 64 visible characters.",
        RowOutcome.RegisteredIsNotZeroOrOne => "Write 1 when the receiver has registered, 0 when not.",
        RowOutcome.AmountIsNotANumber => "Write the amount as digits with a point for decimals, like 12.5.",
        RowOutcome.AmountIsNotPositive => "An amount is above zero; a correction is posted by hand, with its reason.",
        RowOutcome.AmountHasTooManyDecimals => "The currency keeps five decimals; rounding is up to the file's maker.",
        RowOutcome.AmountIsTooLarge => "The amount is above the largest that one transfer moves.",
        RowOutcome.AccountsAreTheSame => "Sender and receiver are the same member.",
        RowOutcome.IdAlreadyPostedWithOtherContent =>
            "An earlier row has this id and other content; one id is one intent. Ask who made the file.",
        RowOutcome.DebitAccountHasTooFewPoints => "The sender had fewer points at this time, by the rows before.",
        RowOutcome.CreditBalanceIsTooLarge => "The scheme's points together would pass what a balance can hold.",
        RowOutcome.AnotherRowWasRefused => "The row is good, but another was refused and all or nothing was asked for.",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "No such outcome."),
    };
}
