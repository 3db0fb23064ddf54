namespace CityLoop.Server.Operations.Import;

/// <summary>Where something stands in the scheme's files, for the person who has to mend it.</summary>
/// <param name="Column">The character in the line, from 1.</param>
/// <param name="Field">The header's name for it; empty when the whole line is meant.</param>
readonly record struct RowPlace(string File, int Line, int Column, string Field)
{
    public override string ToString() => $"{File}:{Line}:{Column}{(Field.Length == 0 ? "" : $" {Field}")}";
}

/// <summary>Points that a member earned in a round.</summary>
sealed record EarnedRow(int Line, int Round, string Member, string Kind, long Units, RowPlace Place);

/// <summary>Points that a member gave to another.</summary>
sealed record GiftRow(
    int Line, int Round, DateTimeOffset At, string Id, string From, string To, bool IsToRegistered, long Units)
{
    public required RowPlace IdPlace { get; init; }

    public required RowPlace AmountPlace { get; init; }
}

/// <summary>A row that was not taken, why, and where.</summary>
readonly record struct RefusedRow(RowPlace Place, RowOutcome Reason);

/// <summary>The files cannot be read as a community-points scheme at all; the message says what to do.</summary>
sealed class SchemeFilesException(string message, bool isMisuse) : Exception(message)
{
    /// <summary>True when the operator named the wrong place; false when the files' content is at fault.</summary>
    public bool IsMisuse => isMisuse;
}

/// <summary>
/// What stands in the three files of a scheme: the rows that have a meaning, and those that have none.
/// </summary>
sealed class SchemeRows
{
    public required SchemeRounds Rounds { get; init; }

    public List<EarnedRow> Earned { get; } = [];

    public List<GiftRow> Gifts { get; } = [];

    public List<RefusedRow> Refused { get; } = [];

    /// <summary>
    /// Gifts whose time lies outside the round that their row names: taken at their time, and mentioned.
    /// </summary>
    public int GiftsOutsideTheirRound { get; set; }

    /// <summary>All rows of earned.csv and gifts.csv, good and bad.</summary>
    public int Read => Earned.Count + Gifts.Count + Refused.Count;
}
