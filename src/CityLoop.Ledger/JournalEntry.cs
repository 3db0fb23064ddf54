namespace CityLoop.Ledger;

/// <summary>
/// One line of the journal: an accepted command, its number and its time. Never changed, never removed.
/// </summary>
/// <param name="Sequence">From 1, without gaps.</param>
/// <param name="At">When the writer decided it, to the microsecond, UTC; never before the entry in front of it.</param>
/// <param name="Body">What was accepted.</param>
public sealed record JournalEntry(long Sequence, DateTimeOffset At, LedgerCommand Body)
{
    /// <summary>
    /// True for the last entry of a batch: what stands behind the last such entry was never answered.
    /// </summary>
    public bool EndsBatch { get; set; }

    /// <summary>
    /// The debit account's entry before this one, 0 for none: a statement is a walk along this chain.
    /// </summary>
    public long DebitPrevious { get; init; }

    /// <summary>The credit account's entry before this one, 0 for none.</summary>
    public long CreditPrevious { get; init; }

    /// <summary>When it happened: the effective time where one is given, else the journal's.</summary>
    public DateTimeOffset EffectiveAt => (Body as Transfer)?.EffectiveAt ?? At;
}
