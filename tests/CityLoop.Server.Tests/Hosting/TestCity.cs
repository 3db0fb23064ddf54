using System.Collections.Concurrent;
using System.Net;
using CityLoop.Server.City;
using CityLoop.Server.Ledger.Seals;
using CityLoop.Server.Operations;
using CityLoop.Server.Pass;
using CityLoop.Server.Shared;
using CityLoop.Server.Web;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;
using Npgsql;

namespace CityLoop.Server.Tests.Hosting;

/// <summary>
/// A demo city of a test class's own: the real server in this process, on a loopback port and a real PostgreSQL.
/// Take it as <c>IClassFixture&lt;TestCity&gt;</c>.
/// </summary>
public sealed class TestCity : IAsyncLifetime
{
    readonly ILoggerFactory _logs;
    readonly ConcurrentBag<IBrowserContext> _windows = [];
    TestCluster _cluster = null!;
    WebApplication _app = null!;
    Database _database = null!;
    CityOptions _options = null!;

    public TestCity() => _logs = LoggerFactory.Create(builder => builder.AddProvider(Log));

    public TestClock Clock { get; } = new();

    /// <summary>What makes another city.json out of the demo's, at the next start; null for the demo's own.</summary>
    public Func<string, string>? ChangeCityJson { get; set; }

    /// <summary>What the server has logged as a warning or worse.</summary>
    public TestLog Log { get; } = new();

    /// <summary>The folder of another pack than the demo city's.</summary>
    internal string CityFolder { get; init; } = CityCapability.DefaultFolder;

    /// <summary>Hardly ever by itself: a test seals when it wants to.</summary>
    internal double SealsEverySeconds { get; init; } = 3_600;

    /// <summary>Passkeys need a name, not a number: <c>http://localhost:PORT/</c>.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>
    /// The server's own services; scoped ones come from <see cref="ServiceProviderServiceExtensions.CreateScope"/>.
    /// </summary>
    public IServiceProvider Services => _app.Services;

    public NpgsqlDataSource Database => _database.Source;

    internal CityPack Pack => Get<CityPack>();

    internal T Get<T>() where T : notnull => Services.GetRequiredService<T>();

    public async ValueTask InitializeAsync()
    {
        _cluster = await TestCluster.Current;
        var database = await _cluster.CloneAsync();
        _options = new CityOptions
        {
            CityFolder = CityFolder,
            DataFolder = Path.Combine(_cluster.Folder, database),
            Connection = _cluster.ConnectionTo(database),
            DatabaseName = database,
            Urls = "http://127.0.0.1:0",
            Demo = true,
            Seals = new SealOptions { EverySeconds = SealsEverySeconds },
            Pass = new PassOptions { FirstOfficers = ["first-officer@example.org"] },
        };
        // The clone has been planted; another pack has more to plant.
        await StartAsync(isPlanted: CityFolder == CityCapability.DefaultFolder && ChangeCityJson is null);
    }

    /// <summary>
    /// The server stops and starts again, on the same database and port: what was only in memory is gone.
    /// </summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync(isPlanted: false);
    }

    /// <summary>Somebody's browser without scripts: it keeps cookies.</summary>
    /// <param name="followsRedirects">False to look at a redirect itself.</param>
    /// <param name="cookies">Where the cookies are kept, for a test that looks at them.</param>
    public HttpClient Visit(bool followsRedirects = true, CookieContainer? cookies = null) =>
        new(new SocketsHttpHandler { AllowAutoRedirect = followsRedirects, CookieContainer = cookies ?? new() })
        {
            BaseAddress = Address,
        };

    /// <summary>Ends the writer's connection of this city alone: other tests have theirs on the same cluster.</summary>
    public async Task EndWritersConnectionAsync()
    {
        await using var connection = await Database.OpenConnectionAsync();
        await connection.ExecuteAsync("""
            select pg_terminate_backend(pid) from pg_stat_activity
            where application_name = 'cityloop-writer' and datname = current_database()
            """);
    }

    /// <summary>
    /// A window on this city: left open, its pages would go on asking for a server that is gone, until the run ends.
    /// </summary>
    internal void ClosesWithIt(IBrowserContext window) => _windows.Add(window);

    public async ValueTask DisposeAsync()
    {
        foreach (var window in _windows)
            await window.CloseAsync();
        if (_app is not null)
            await StopAsync();
        if (_options is not null)
            await _cluster.DropAsync(_options.DatabaseName);
        _logs.Dispose();
    }

    async Task StartAsync(bool isPlanted)
    {
        _database = await Server.Shared.Database.OpenAsync(
            _options.Database, Clock, _logs.CreateLogger<Database>(), CancellationToken.None);
        _app = CityApplication.Build(_options with { CityFolder = PackFolder() }, _database, Clock, _logs);
        await _app.StartAsync();
        if (!isPlanted)
            await DemoSeed.PlantAllAsync(_app.Services, CancellationToken.None);
        var bound = new Uri(_app.Urls.First());
        Address = new UriBuilder(bound) { Host = "localhost" }.Uri;
        _options = _options with { Urls = bound.ToString() };
    }

    string PackFolder()
    {
        if (ChangeCityJson is not { } change)
            return _options.CityFolder;
        var (demo, copy) = (CityCapability.DefaultFolder, Path.Combine(_options.DataFolder + "-pack", "demo"));
        foreach (var file in Directory.GetFiles(demo, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(copy, Path.GetRelativePath(demo, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target, overwrite: true);
        }

        var json = Path.Combine(copy, "city.json");
        File.WriteAllText(json, change(File.ReadAllText(json)));
        return copy;
    }

    async Task StopAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        await _database.DisposeAsync();
    }
}
