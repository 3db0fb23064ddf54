namespace CityLoop.Server.Tests.Hosting;

/// <summary>
/// The city's time in a test: it stands still until the test moves it. Timers run on the machine's time.
/// </summary>
public sealed class TestClock : TimeProvider
{
    /// <summary>A Saturday morning in Taichung.</summary>
    public static readonly DateTimeOffset Start = new(2026, 11, 21, 9, 0, 0, TimeSpan.FromHours(8));

    readonly Lock _lock = new();
    DateTimeOffset _now = Start.ToUniversalTime();

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
            return _now;
    }

    /// <summary>Time passes.</summary>
    public void Advance(TimeSpan by)
    {
        lock (_lock)
            _now += by;
    }

    /// <summary>It is now this instant.</summary>
    public void Set(DateTimeOffset now)
    {
        lock (_lock)
            _now = now.ToUniversalTime();
    }
}
