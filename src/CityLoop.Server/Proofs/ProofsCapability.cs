using CityLoop.Server.Ledger.Seals;

namespace CityLoop.Server.Proofs;

/// <summary>What lets anybody check that the city's books are what they were.</summary>
static class ProofsCapability
{
    public static IServiceCollection AddProofs(this IServiceCollection services) => services
        .AddSingleton<ProofMaker>()
        .AddSingleton<EntryReaders>();

    public static void MapProofs(this IEndpointRouteBuilder app)
    {
        var ledger = app.MapGroup("/api/v1/ledger");
        ListSeals.Map(ledger);
        ShowCheckpoint.Map(ledger);
        ProveConsistency.Map(ledger);
        ProveEntry.Map(ledger);
        CountersignSeal.Map(ledger);
    }
}
