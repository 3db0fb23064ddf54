using CityLoop.Server.Ledger.Seals;
using CityLoop.Server.Shared;

namespace CityLoop.Server.Ledger;

/// <summary>The host of the ledger.</summary>
static class LedgerCapability
{
    public static void AddLedger(this IServiceCollection services)
    {
        services.AddSingleton(city => new RunFolder(city.GetRequiredService<Database>().Options.Folder));
        services.AddSingleton<JournalSeals>();
        services.AddSingleton<CityLedger>();
        services.AddSingleton<CityAccounts>();
        services.AddSingleton<CityBudgets>();
        services.AddHostedService(provider => provider.GetRequiredService<CityLedger>());
        services.AddHostedService<OpenBooks>();
        services.AddSingleton<DayTurn>();
        services.AddHostedService(provider => provider.GetRequiredService<DayTurn>());
        services.AddSingleton<Grants>();
        services.AddHostedService<GrantsAtStart>();
        services.AddSingleton<HoldTimeouts>();
        services.AddHostedService(provider => provider.GetRequiredService<HoldTimeouts>());
    }
}
