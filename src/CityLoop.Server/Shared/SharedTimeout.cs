namespace CityLoop.Server.Shared;

/// <summary>
/// One timer for all who begin to wait within the same second: a timer each costs more than what is waited for.
/// </summary>
sealed class SharedTimeout(TimeSpan atLeast)
{
    static readonly TimeSpan Shared = TimeSpan.FromSeconds(1);

    volatile Period _period = new(atLeast + Shared);

    /// <summary>Is cancelled after the time, or up to a second later.</summary>
    public CancellationToken Token
    {
        get
        {
            var period = _period;
            if (TimeProvider.System.GetElapsedTime(period.BeganAt) > Shared)
                _period = period = new Period(atLeast + Shared);
            return period.Token;
        }
    }

    sealed class Period(TimeSpan length)
    {
        public long BeganAt { get; } = TimeProvider.System.GetTimestamp();

        // Never disposed: those who wait hold it, and its timer ends by itself.
        public CancellationToken Token { get; } = new CancellationTokenSource(length).Token;
    }
}
