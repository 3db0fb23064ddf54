using CityLoop.Server.City;
using CityLoop.Server.Ledger;
using CityLoop.Server.Operations;
using CityLoop.Server.Shared;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CityLoop.Bench.Ledger;

/// <summary>
/// The ledger and its journal, seals included, without the rooms of the city that follow it: what is measured is the
/// ledger, not the desk's charts.
/// </summary>
sealed class LedgerHost : IAsyncDisposable
{
    readonly IHost _host;
    readonly Database _database;

    LedgerHost(IHost host, Database database) => (_host, _database) = (host, database);

    public CityLedger Ledger => _host.Services.GetRequiredService<CityLedger>();

    public Database Database => _database;

    public static async Task<LedgerHost> StartAsync(CityOptions options)
    {
        var database = await Database.OpenAsync(
            options.Database, TimeProvider.System, NullLogger.Instance, CancellationToken.None);
        await SchemaMigrations.ApplyAsync(
            database.Source, SchemaMigrations.BuiltIn, NullLogger.Instance, CancellationToken.None);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(database);
        builder.Services.AddSingleton(database.Source);
        builder.Services.AddCity(options.CityFolder);
        builder.Services.AddLedger();
        var host = builder.Build();
        await host.StartAsync();
        return new LedgerHost(host, database);
    }

    /// <summary>
    /// As in a city that has lived for a while: the first gigabytes of a new cluster's log are written into new files,
    /// which costs the commit that meets one 50 ms; after a checkpoint the files are used again.
    /// </summary>
    public async Task CheckpointAsync()
    {
        await using var checkpoint = _database.Source.CreateCommand("checkpoint");
        await checkpoint.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        await _database.DisposeAsync();
    }
}
