using static System.FormattableString;
using System.CommandLine;
using CityLoop.Server.City;
using CityLoop.Server.Shared;
using CityLoop.Server.Web;

namespace CityLoop.Server.Operations;

/// <summary>Runs the city: private database, migrations, demo people, pages.</summary>
static class UpVerb
{
    public static Command Create()
    {
        var port = new Option<int>("--port") { Description = "Port of the pages", DefaultValueFactory = _ => 5080 };
        var empty = new Option<bool>("--empty") { Description = "A city without demo data" };
        var command = new Command("up", "Run the demo city, with everything it needs.") { port, empty };
        command.SetAction(async (parsed, cancellation) =>
        {
            if (parsed.GetValue(port) is < 0 or > ushort.MaxValue)
            {
                CommandOutput.Error("--port is a number from 0 (any free port) to 65535.");
                return ExitCode.Misuse;
            }

            // Port 0 cannot be asked of 'localhost', which is two addresses.
            var urls = parsed.GetValue(port) == 0
                ? "http://127.0.0.1:0" : Invariant($"http://localhost:{parsed.GetValue(port)}");
            var options = Verb.OptionsOf(parsed) with
            {
                Holder = DatabaseOptions.Server, Urls = urls, Demo = !parsed.GetValue(empty),
            };
            return await RunAsync(options, parsed.GetValue(empty), Verb.OutputOf(parsed), cancellation);
        });
        return command;
    }

    static async Task<int> RunAsync(
        CityOptions options, bool empty, CommandOutput output, CancellationToken cancellation)
    {
        using var logs = Verb.Logs(LogLevel.Information);
        await using var database = await Database.OpenAsync(
            options.Database, TimeProvider.System, logs.CreateLogger<Database>(), cancellation);
        await SchemaMigrations.ApplyAsync(
            database.Source, SchemaMigrations.BuiltIn, logs.CreateLogger("Migrations"), cancellation);
        await using var app = CityApplication.Build(options, database, TimeProvider.System, logs);
        try
        {
            await app.StartAsync(cancellation);
        }
        catch (IOException taken)
        {
            throw new CannotStartException($"{taken.Message} Choose another with --port.");
        }

        if (!empty)
        {
            await DemoSeed.PlantAllAsync(app.Services, cancellation);
            await app.Services.GetRequiredService<DemoLife>().LiveAsync(cancellation);
            await app.Services.GetRequiredService<DemoRally>().LiveAsync(cancellation);
        }

        Welcome(app, empty, output);
        await app.WaitForShutdownAsync(CancellationToken.None);
        return ExitCode.Done;
    }

    static void Welcome(WebApplication app, bool empty, CommandOutput output)
    {
        var city = app.Services.GetRequiredService<CityPack>();
        var address = app.Urls.First();
        output.Json(new { city = city.Name, address, process = Environment.ProcessId });
        output.Line();
        output.Line($"{city.Names} is open:");
        output.Line();
        output.Line($"  citizen   {address}/");
        output.Line($"  till      {address}/till");
        output.Line($"  desk      {address}/desk");
        if (!empty)
        {
            output.Line($"  outbox    {address}/outbox   (the demo's letters: sign-in codes arrive here)");
            output.Line();
            output.Line("Sign in as one of the demo people:");
            output.Line();
            foreach (var person in city.People.Where(p => p.Email is not null))
                output.Line($"  {person.Email,-22} {Wide(person.Names[city.Languages[0]], 14)} {RoleOf(person)}");
            output.Line();
            output.Line("The two months behind this city were written into its journal when it first started, so");
            output.Line("their sales are settled with that half-month, not with those of which they tell.");
        }

        output.Line();
        output.Line("Stop with Ctrl-C.");
    }

    static string RoleOf(CastMember person) => person.Role switch
    {
        CastRole.ShopWorker => $"works at {person.Shop!.Names["en"]}",
        CastRole.CityStaff => "city officer",
        CastRole.Auditor => "auditor",
        _ => person.District is null ? "visitor" : "resident",
    };

    /// <summary>Pads to columns of a terminal, where a Chinese character is two wide.</summary>
    static string Wide(string text, int columns) =>
        text + new string(' ', Math.Max(0, columns - text.Sum(c => c >= 0x1100 ? 2 : 1)));
}
