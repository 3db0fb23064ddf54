using CityLoop.Server.Shared;
using CityLoop.Server.Web;

namespace CityLoop.Server.Operations;

/// <summary>
/// A city without pages: database, migrations, city pack, ledger and every capability's services, for verbs that work
/// beside a running server or alone.
/// </summary>
sealed class CityHost : IAsyncDisposable
{
    readonly IHost _host;
    readonly Database _database;

    CityHost(IHost host, Database database) => (_host, _database) = (host, database);

    public IServiceProvider Services => _host.Services;

    /// <summary>Opens the database, brings it to this program's schema and starts the services.</summary>
    /// <exception cref="CannotStartException">Something is missing; the message says what to do.</exception>
    public static async Task<CityHost> StartAsync(
        CityOptions options, TimeProvider time, ILoggerFactory logs, CancellationToken cancellation)
    {
        var database = await Database.OpenAsync(
            options.Database, time, logs.CreateLogger<Database>(), cancellation);
        try
        {
            await SchemaMigrations.ApplyAsync(
                database.Source, SchemaMigrations.BuiltIn, logs.CreateLogger("Migrations"), cancellation);
            var builder = Host.CreateEmptyApplicationBuilder(
                new HostApplicationBuilderSettings { ContentRootPath = AppContext.BaseDirectory });
            builder.Services.AddSingleton(logs);
            CityApplication.AddServices(builder.Services, options, database, time);
            var host = builder.Build();
            await host.StartAsync(cancellation);
            return new CityHost(host, database);
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        await _database.DisposeAsync();
    }
}
