using System.CommandLine;
using System.CommandLine.Help;
using CityLoop.Server.Operations.Export;
using CityLoop.Server.Operations.Import;
using CityLoop.Server.Insights;
using CityLoop.Server.Merchants.Bank;
using CityLoop.Server.Merchants.Settlement;
using CityLoop.Server.Policies;
using CityLoop.Server.Proofs;
using CityLoop.Server.Shared;
using CityLoop.Server.SignOn;

namespace CityLoop.Server.Operations;

/// <summary>The operator's verbs; `./cityloop` hands over to them.</summary>
static class CommandLine
{
    /// <summary>Every verb, one line each; a verb is a static class in the capability that does the work.</summary>
    static IEnumerable<Command> Verbs() =>
    [
        ExportVerb.Create(),
        new("import", "Brings in what others have written: another scheme's books, a bank's reports.")
        {
            ImportVerb.Create(), ImportBankVerb.Create(),
        },
        ReplaceKeysVerb.Create(),
        ReplayVerb.Create(),
        SettleVerb.Create(),
        TwinVerb.Create(),
        UpVerb.Create(),
        VerifyVerb.Create(),
    ];

    public static async Task<int> RunAsync(string[] args)
    {
        // Not a RootCommand, which takes the program's own name: --help shows what the operator types.
        var root = new Command(
            "./cityloop", "CityLoop: a city's pass and points. 'up' and 'test' need nothing but the .NET SDK.")
        {
            Verb.City, Verb.Data, Verb.Connection, Verb.Json, new HelpOption(), new VersionOption(),
        };
        foreach (var verb in Verbs())
            root.Subcommands.Add(verb);
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
                CommandOutput.Error(error.Message);
            CommandOutput.Error("Try --help.");
            return ExitCode.Misuse;
        }

        try
        {
            // Ctrl-C ends a verb at once: the books are safe at every instant, and the database stops by itself.
            // The server listens for it on its own.
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null,
            });
        }
        catch (CannotStartException reason)
        {
            CommandOutput.Error(reason.Message);
            return ExitCode.Refused;
        }
    }
}
