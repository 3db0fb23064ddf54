using System.CommandLine;
using CityLoop.Server.Operations;

namespace CityLoop.Server.Insights;

/// <summary>The operator's way to throw the desk's tables away and to get them from the journal again.</summary>
static class ReplayVerb
{
    public static Command Create()
    {
        var command = new Command("replay", "Rebuild the desk's figures from the journal, entry by entry.");
        command.Works(async (_, services, output, cancellation) =>
        {
            var sequence = await services.GetRequiredService<FlowTables>().RebuildAsync(cancellation);
            output.Line($"The desk's figures are rebuilt from {sequence:N0} journal entries.");
            output.Json(new { entries = sequence });
            return ExitCode.Done;
        });
        return command;
    }
}
