namespace CityLoop.Twin;

/// <summary>The same policy lived through from several seeds, several at once.</summary>
public static class TwinRuns
{
    /// <summary>The most seeds of one run: above it, the interval changes by less than a point in a hundred.</summary>
    public const int MaxSeeds = 200;

    /// <summary>Lives a year per seed.</summary>
    /// <param name="seeds">From 1 to <see cref="MaxSeeds"/> of them.</param>
    /// <param name="cores">How many years at once, from 1; the result does not depend on it.</param>
    /// <param name="finished">Told how many years are over, from any thread; null for nobody.</param>
    /// <returns>The years in the order of the seeds, whatever the order in which they were lived.</returns>
    public static IReadOnlyList<TwinYear> Live(
        Population population, TwinPolicy policy, Behaviour behaviour, IReadOnlyList<long> seeds, int cores,
        CancellationToken cancellation, Action<int>? finished = null)
    {
        if (seeds.Count is 0 or > MaxSeeds)
            throw new ArgumentException($"A run has 1 to {MaxSeeds} seeds.", nameof(seeds));
        var years = new TwinYear[seeds.Count];
        var over = 0;
        var options = new ParallelOptions
        {
            CancellationToken = cancellation,
            MaxDegreeOfParallelism = cores,
        };
        Parallel.For(0, seeds.Count, options, i =>
        {
            years[i] = SyntheticCity.Live(population, policy, behaviour, seeds[i]);
            finished?.Invoke(Interlocked.Increment(ref over));
        });
        return years;
    }
}
