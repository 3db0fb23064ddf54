using CityLoop.Server.Operations;
using CityLoop.Server.Shared;
using CityLoop.Server.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace CityLoop.Bench;

/// <summary>The whole server of a demo city, in this process, on a loopback port and a private cluster.</summary>
sealed class ServedCity : IAsyncDisposable
{
    readonly Database _database;
    readonly WebApplication _app;

    ServedCity(Database database, WebApplication app) => (_database, _app) = (database, app);

    public Uri Address => new(_app.Urls.First());

    public IServiceProvider Services => _app.Services;

    public T Get<T>() where T : notnull => Services.GetRequiredService<T>();

    public static async Task<ServedCity> StartAsync(BenchCity city)
    {
        var options = city.Options with { Urls = "http://127.0.0.1:0", Demo = true };
        var database = await Database.OpenAsync(
            options.Database, TimeProvider.System, NullLogger.Instance, CancellationToken.None);
        await SchemaMigrations.ApplyAsync(
            database.Source, SchemaMigrations.BuiltIn, NullLogger.Instance, CancellationToken.None);
        var app = CityApplication.Build(options, database, TimeProvider.System, NullLoggerFactory.Instance);
        await app.StartAsync();
        await DemoSeed.PlantAllAsync(app.Services, CancellationToken.None);
        return new ServedCity(database, app);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        await _database.DisposeAsync();
    }
}
