namespace CityLoop.Ledger;

/// <summary>How the writer gathers and keeps; the defaults are measured in docs/decisions.</summary>
public sealed record LedgerWriterOptions
{
    /// <summary>The most entries that are committed at once.</summary>
    public int BatchMax { get; init; } = 2_048;

    /// <summary>
    /// The most commands that wait, whatever rate is measured; one more is told that the ledger is busy.
    /// </summary>
    public int QueueMax { get; init; } = 65_536;

    /// <summary>
    /// Entries between two snapshots: the longest tail that a restart must read, a few seconds' worth.
    /// </summary>
    public int SnapshotEvery { get; init; } = 2_000_000;

    /// <summary>Measures the waits between two tries; not the city's clock, which may stand still or jump.</summary>
    public TimeProvider Timer { get; init; } = TimeProvider.System;

    /// <summary>Told of trouble that the writer overcomes by itself, so that an operator sees it.</summary>
    public Action<Exception>? OnTrouble { get; init; }
}

/// <summary>More calls are waiting than the ledger takes; nothing was done. Try again in a moment.</summary>
public sealed class LedgerIsBusyException() : Exception("The ledger has more to do than it takes on; try again.");
