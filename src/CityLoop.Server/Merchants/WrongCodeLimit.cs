using System.Collections.Concurrent;

namespace CityLoop.Server.Merchants;

/// <summary>
/// Keeps a shop from guessing wallet codes: ten wrong ones at once, then one every six seconds. A clerk who mistypes
/// never meets it; a shop that does waits seconds, not minutes. Kept in memory: a new start forgives.
/// </summary>
sealed class WrongCodeLimit(TimeProvider time)
{
    public const int Burst = 10;
    public static readonly TimeSpan Regain = TimeSpan.FromSeconds(6);

    // For each shop the time at which all its tries are back; tries are missing as long as that lies ahead.
    readonly ConcurrentDictionary<Guid, DateTimeOffset> _fullAgain = new();

    /// <summary>How long this shop has to wait before its next code is looked at; zero for most of them.</summary>
    public TimeSpan WaitOf(Guid shop)
    {
        if (!_fullAgain.TryGetValue(shop, out var fullAgain))
            return TimeSpan.Zero;
        var wait = fullAgain - time.GetUtcNow() - Regain * (Burst - 1);
        return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }

    public void CountWrong(Guid shop)
    {
        var now = time.GetUtcNow();
        _fullAgain.AddOrUpdate(shop, now + Regain, (_, before) => (before > now ? before : now) + Regain);
    }
}
