namespace CityLoop.Server.Operations;

/// <summary>
/// What a capability plants into a demo city before it opens: people, shops, funded budgets. Runs at every start of
/// <c>./cityloop up</c> without <c>--empty</c>, so planting twice must change nothing.
/// </summary>
/// <param name="Order">Smaller ones first: 10 budgets, 20 people, 30 shops, 40 what refers to those.</param>
/// <param name="Plant">Runs in a scope of its own.</param>
sealed record DemoSeed(int Order, Func<IServiceProvider, CancellationToken, Task> Plant)
{
    /// <summary>Plants everything that was registered, in order.</summary>
    public static async Task PlantAllAsync(IServiceProvider services, CancellationToken cancellation)
    {
        foreach (var seed in services.GetServices<DemoSeed>().OrderBy(s => s.Order))
        {
            await using var scope = services.CreateAsyncScope();
            await seed.Plant(scope.ServiceProvider, cancellation);
        }
    }
}
