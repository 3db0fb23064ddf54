namespace CityLoop.Ledger;

/// <summary>
/// How a server that follows knows that the writer's lease is over: it has looked at the seat again and again for
/// <see cref="SeatTimes.Silence"/> and seen no sign of life.
/// </summary>
public sealed class SeatWatch(TimeProvider timer)
{
    (long Term, long Beat)? _seen;
    long _lookedAt;
    TimeSpan _silent;

    /// <summary>Takes in one look at the seat; true when it has been silent for long enough.</summary>
    public bool IsSilent(long term, long beat)
    {
        var now = timer.GetTimestamp();
        if (_seen == (term, beat))
        {
            // A long pause between two looks may be our own, or the database's: it is not the writer's silence.
            var since = timer.GetElapsedTime(_lookedAt, now);
            _silent += since < SeatTimes.Beat ? since : SeatTimes.Beat;
        }
        else
        {
            _seen = (term, beat);
            _silent = TimeSpan.Zero;
        }

        _lookedAt = now;
        return _silent >= SeatTimes.Silence;
    }
}
