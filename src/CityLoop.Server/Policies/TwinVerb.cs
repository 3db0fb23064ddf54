using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using CityLoop.Server.City;
using CityLoop.Server.Operations;
using CityLoop.Twin;

namespace CityLoop.Server.Policies;

/// <summary>The operator tries a policy on the twin; needs the city pack and no database.</summary>
static class TwinVerb
{
    static readonly Option<int> Seeds = new("--seeds")
    {
        Description = $"How many years to live, 1 to {TwinRuns.MaxSeeds}",
        DefaultValueFactory = _ => TryPolicy.DefaultSeeds,
    };

    static readonly Option<long> Seed = new("--seed")
    {
        Description = "The first seed; the others follow it. The same seeds give the same bytes",
        DefaultValueFactory = _ => 1,
    };

    static readonly Option<int> Scale = new("--scale")
    {
        Description = "Real people for each synthetic one; budgets are divided by it too",
        DefaultValueFactory = _ => TryPolicy.DefaultScale,
    };

    static readonly Option<FileInfo?> PopulationFile = new("--population")
    {
        Description = "A village file of the Ministry of the Interior in place of the pack's districts",
    };

    static readonly Option<string?> Mission = new("--mission") { Description = "A mission of the pack" };
    static readonly Option<int?> Rebate = new("--rebate") { Description = "Percent of each payment that comes back" };
    static readonly Option<long?> Reward = new("--reward")
    {
        Description = "What the mission's first reward pays, in the currency's smallest unit",
    };

    static readonly Option<long?> Places = new("--places") { Description = "How many people its budget pays" };
    static readonly Option<FileInfo?> Out = new("--out") { Description = "Write the JSON answer to this file too" };

    public static Command Create()
    {
        var command = new Command("twin", "Let a synthetic city live one year through a mission and the rebate.")
        {
            Seeds, Seed, Scale, PopulationFile, Mission, Rebate, Reward, Places, Out,
        };
        command.SetAction((parsed, cancellation) => Task.FromResult(Run(parsed, cancellation)));
        return command;
    }

    static int Run(ParseResult parsed, CancellationToken cancellation)
    {
        var output = Verb.OutputOf(parsed);
        CityPack city;
        try
        {
            city = CityPack.Load(Verb.OptionsOf(parsed).CityFolder);
        }
        catch (CityPackException broken)
        {
            CommandOutput.Error(broken.Message);
            return ExitCode.Refused;
        }

        if (DistrictsOf(parsed, city) is not { } districts)
            return ExitCode.Refused;
        var request = new TryPolicy.Request(
            parsed.GetValue(Mission), parsed.GetValue(Rebate), parsed.GetValue(Reward), parsed.GetValue(Places),
            parsed.GetValue(Seeds), parsed.GetValue(Seed), parsed.GetValue(Scale));
        var (outcome, response) = TryPolicy.Handle(
            request, city, districts, Environment.ProcessorCount, cancellation,
            over => output.Progress($"{over} of {request.Seeds} years lived"));
        output.ProgressEnds();
        if (response is null)
        {
            CommandOutput.Error(Why(outcome, request));
            return ExitCode.Misuse;
        }

        if (parsed.GetValue(Out) is { } file && !Write(file, response))
            return ExitCode.Refused;
        TwinTable.Write(response, output);
        output.Json(response);
        return ExitCode.Done;
    }

    static IReadOnlyList<TwinDistrict>? DistrictsOf(ParseResult parsed, CityPack city)
    {
        if (parsed.GetValue(PopulationFile) is not { } file)
            return TryPolicy.DistrictsOf(city);
        try
        {
            var (districts, problems) = VillageFile.Read(file.FullName, city);
            foreach (var problem in problems)
                CommandOutput.Error(problem.ToString());
            return problems.Count == 0 ? districts : null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            CommandOutput.Error($"{file.FullName} cannot be read: {unreadable.Message}");
            return null;
        }
    }

    static bool Write(FileInfo file, TryPolicy.Response response)
    {
        try
        {
            File.WriteAllText(
                file.FullName, JsonSerializer.Serialize(response, CommandOutput.Format) + "\n",
                new UTF8Encoding(false));
            return true;
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            CommandOutput.Error($"{file.FullName} cannot be written: {unwritable.Message}");
            return false;
        }
    }

    static string Why(TryPolicy.Outcome outcome, TryPolicy.Request request) => outcome switch
    {
        TryPolicy.Outcome.MissionUnknown => $"The city pack has no mission '{request.Mission}'.",
        TryPolicy.Outcome.MissionPaysNoPoints => "This mission pays no points: there is nothing to try.",
        TryPolicy.Outcome.RebateOutOfRange => "--rebate is a percentage from 0 to 100.",
        TryPolicy.Outcome.RewardOutOfRange => $"--reward is a number of points from 1 to {TryPolicy.MaxReward}.",
        TryPolicy.Outcome.PlacesOutOfRange => $"--places is a number from 0 to {TryPolicy.MaxPlaces}.",
        TryPolicy.Outcome.SeedsOutOfRange => string.Create(
            CultureInfo.InvariantCulture, $"--seeds is a number from 1 to {TwinRuns.MaxSeeds}."),
        _ => "--scale is a number from 1 to the number of people in the city.",
    };
}
