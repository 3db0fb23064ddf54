using System.CommandLine;
using CityLoop.Server.City;
using CityLoop.Server.Shared;

namespace CityLoop.Server.Operations;

/// <summary>How a verb ended, for scripts.</summary>
static class ExitCode
{
    public const int Done = 0;
    public const int Refused = 1;
    public const int Misuse = 2;
}

/// <summary>What all verbs share: the options that name the city, and a city to work on.</summary>
static class Verb
{
    public static readonly Option<string?> City = new("--city")
    {
        Description = "Folder of the city pack (default: cities/demo)", Recursive = true,
    };

    public static readonly Option<string?> Data = new("--data")
    {
        Description = "Folder of the city's data (default: .cityloop/<name of the pack>)", Recursive = true,
    };

    public static readonly Option<string?> Connection = new("--connection")
    {
        Description = "Connection string of a PostgreSQL to use instead of a private one "
            + "(or the variable ConnectionStrings__City)",
        Recursive = true,
    };

    public static readonly Option<bool> Json = new("--json")
    {
        Description = "One JSON object on standard output, all else on the error stream", Recursive = true,
    };

    public static CommandOutput OutputOf(ParseResult parsed) => new(parsed.GetValue(Json));

    public static CityOptions OptionsOf(ParseResult parsed)
    {
        var options = new CityOptions
        {
            CityFolder = PackIn(Path.GetFullPath(parsed.GetValue(City) ?? CityCapability.DefaultFolder)),
            Connection = parsed.GetValue(Connection)
                ?? Environment.GetEnvironmentVariable("ConnectionStrings__City"),
            Holder = parsed.CommandResult.Command.Name,
        };
        return parsed.GetValue(Data) is { } data ? options with { DataFolder = Path.GetFullPath(data) } : options;
    }

    /// <summary>Looked at before a database is made for it, which would lie there under the mistyped name.</summary>
    static string PackIn(string folder) => File.Exists(Path.Combine(folder, "city.json"))
        ? folder
        : throw new CannotStartException(
            $"There is no city pack in {folder}. Name a folder with a city.json by --city.");

    /// <summary>Lets a verb work on the city's services, and gives its exit code.</summary>
    /// <param name="work">Answers <see cref="ExitCode.Done"/> or <see cref="ExitCode.Refused"/>.</param>
    public static void Works(
        this Command command,
        Func<ParseResult, IServiceProvider, CommandOutput, CancellationToken, Task<int>> work) =>
        command.SetAction(async (parsed, cancellation) =>
        {
            using var logs = Logs(LogLevel.Warning);
            await using var city = await CityHost.StartAsync(
                OptionsOf(parsed), TimeProvider.System, logs, cancellation);
            await using var scope = city.Services.CreateAsyncScope();
            return await work(parsed, scope.ServiceProvider, OutputOf(parsed), cancellation);
        });

    /// <summary>Logs go to the error stream: standard output is the answer.</summary>
    public static ILoggerFactory Logs(LogLevel least) => LoggerFactory.Create(builder => builder
        .SetMinimumLevel(least)
        .AddFilter("Microsoft", LogLevel.Warning)
        .AddFilter("System.Net", LogLevel.Warning)
        .AddSimpleConsole(console => console.SingleLine = true)
        .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace));
}
