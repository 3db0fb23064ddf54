namespace CityLoop.Ledger;

/// <summary>
/// The three times of the writer's seat. The lease ends before anybody may take over: it is counted from before a
/// confirmation was sent, the silence from after it was seen, both on clocks that nobody can set.
/// </summary>
public static class SeatTimes
{
    /// <summary>How often the writer confirms that it still has its seat.</summary>
    public static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(500);

    /// <summary>How long after a confirmation was sent the writer answers from its books without asking.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromMilliseconds(2_500);

    /// <summary>
    /// How long a seat shows no sign of life before another server takes it. Half a second more than the lease, for
    /// two machines whose clocks run at different speeds.
    /// </summary>
    public static readonly TimeSpan Silence = TimeSpan.FromMilliseconds(3_000);
}
