using System.Collections.Concurrent;
using CityLoop.Server.City;
using CityLoop.Twin;

namespace CityLoop.Server.Policies;

/// <summary>
/// The policies that officers have tried. A year is the same whenever it is lived, so an answer is kept; and only one
/// trial runs at a time, on all cores but one, because people at the tills do not wait for a trial.
/// </summary>
sealed class PolicyTrials(CityPack city) : IDisposable
{
    const int MaxKept = 64;

    readonly ConcurrentDictionary<TryPolicy.Request, (TryPolicy.Outcome, TryPolicy.Response?)> _kept = new();
    readonly SemaphoreSlim _oneAtATime = new(1);
    readonly IReadOnlyList<TwinDistrict> _districts = TryPolicy.DistrictsOf(city);

    public async Task<(TryPolicy.Outcome Outcome, TryPolicy.Response? Response)> TryAsync(
        TryPolicy.Request request, CancellationToken cancellation)
    {
        if (_kept.TryGetValue(request, out var known))
            return known;
        await _oneAtATime.WaitAsync(cancellation);
        try
        {
            if (_kept.TryGetValue(request, out known))
                return known;
            var cores = Math.Max(1, Environment.ProcessorCount - 1);
            var tried = await Task.Run(
                () => TryPolicy.Handle(request, city, _districts, cores, cancellation), cancellation);
            if (_kept.Count >= MaxKept)
                _kept.Clear();
            return _kept[request] = tried;
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    public void Dispose() => _oneAtATime.Dispose();
}
