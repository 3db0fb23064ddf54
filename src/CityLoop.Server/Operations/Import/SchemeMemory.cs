using CityLoop.Ledger;

namespace CityLoop.Server.Operations.Import;

/// <summary>What was decided for a row that had a meaning.</summary>
/// <param name="Id">Follows from the row's own id: a gift's, or a round, member and kind.</param>
/// <param name="Content">Follows from everything else in the row.</param>
readonly record struct DecidedRow(Guid Id, Guid Content, RowOutcome Outcome);

/// <summary>A gift in escrow.</summary>
readonly record struct HeldGift(Guid Id, string Member, long Units, DateTimeOffset At);

/// <summary>What earlier runs decided: a second run must not decide anew on balances that have changed since.</summary>
sealed class SchemeMemory
{
    public Dictionary<Guid, DecidedRow> Rows { get; } = [];

    public HashSet<string> Registered { get; } = new(StringComparer.Ordinal);

    public List<HeldGift> Held { get; } = [];

    /// <summary>Transfers that a run decided and did not see answered, in order: it was ended half-way.</summary>
    public List<Transfer> Unanswered { get; } = [];
}
