using System.Globalization;
using System.Text.Json.Nodes;
using CityLoop.Missions;
using CityLoop.Server.City;
using CityLoop.Twin;

namespace CityLoop.Server.Policies;

/// <summary>
/// The officer's question: what would a year be like with this rebate, this reward and so many places? The twin
/// answers with the mission document as published, but for what was asked to be different.
/// </summary>
static class TryPolicy
{
    /// <summary>What to try; what is null stays as the city pack has it.</summary>
    /// <param name="Mission">The mission's name; null for the first of the pack.</param>
    /// <param name="Reward">Of the mission, the first that pays points; in the currency's smallest unit.</param>
    /// <param name="Places">How many people that reward's budget pays.</param>
    /// <param name="FirstSeed">The seeds are this and the following ones.</param>
    public sealed record Request(
        string? Mission = null, int? RebatePercent = null, long? Reward = null, long? Places = null,
        int Seeds = DefaultSeeds, long FirstSeed = 1, int Scale = DefaultScale);

    /// <summary>What was tried, and what came out.</summary>
    public sealed record Response(
        string City, string Mission, int Version, int RebatePercent, long Reward, long Places, TwinReport Report);

    public const int DefaultSeeds = 20;
    public const int DefaultScale = 100;
    public const long MaxReward = 100_000;
    public const long MaxPlaces = 10_000_000;

    /// <summary>Why nothing was tried. In order of precedence.</summary>
    public enum Outcome
    {
        Tried,
        MissionUnknown,
        MissionPaysNoPoints,
        RebateOutOfRange,
        RewardOutOfRange,
        PlacesOutOfRange,
        SeedsOutOfRange,
        ScaleOutOfRange,
    }

    /// <summary>Lives the years.</summary>
    /// <param name="districts">Where the people live; the pack's, or those of a village file.</param>
    /// <param name="cores">How many years at once.</param>
    /// <param name="finished">Told how many years are over, from any thread.</param>
    public static (Outcome Outcome, Response? Response) Handle(
        Request request, CityPack city, IReadOnlyList<TwinDistrict> districts, int cores,
        CancellationToken cancellation, Action<int>? finished = null)
    {
        if (CityMissions.Find(city, request.Mission) is not { } document)
            return (Outcome.MissionUnknown, null);
        if (document.Reward is not { } reward)
            return (Outcome.MissionPaysNoPoints, null);
        if (Check(request, districts) is { } outcome)
            return (outcome, null);

        var policy = PolicyOf(request, document, city);
        var people = Population.Of(districts, request.Scale);
        var seeds = Enumerable.Range(0, request.Seeds).Select(i => unchecked(request.FirstSeed + i)).ToList();
        var years = TwinRuns.Live(people, policy, new Behaviour(), seeds, cores, cancellation, finished);
        return (Outcome.Tried, new Response(
            city.Name, policy.Mission.Id, policy.Mission.Version, policy.RebatePercent,
            request.Reward ?? reward.Amount, request.Places ?? document.PlacesIn(city),
            TwinReport.Of(people, years, policy.UnitsPerPoint)));
    }

    /// <summary>The city's own policy, but for what is asked to be different.</summary>
    public static TwinPolicy PolicyOf(Request request, CityMissions document, CityPack city)
    {
        var reward = document.Reward!;
        var points = request.Reward ?? reward.Amount;
        var budgets = city.Budgets.ToDictionary(budget => budget.Name, budget => budget.Amount);
        if (request.Places is not null || request.Reward is not null)
            budgets[reward.Budget] = points * (request.Places ?? document.PlacesIn(city));
        var currency = city.Currencies.Single(currency => currency.Code == reward.Currency);
        return new TwinPolicy
        {
            Mission = document.WithReward(points),
            Budgets = budgets,
            RebatePercent = request.RebatePercent ?? city.Rebate.Percent,
            RebateBudget = city.Rebate.Budget.Name,
            CurrencyCode = currency.Code,
            CurrencyScale = currency.Scale,
            LastDay = currency.LastDay.For,
            Spots = [.. city.Spots.Select(spot => new TwinSpot(spot.Id, spot.Latitude, spot.Longitude))],
        };
    }

    /// <summary>The districts as the city pack tells them.</summary>
    public static IReadOnlyList<TwinDistrict> DistrictsOf(CityPack city) =>
    [
        .. city.Districts.Select(district => new TwinDistrict(
            district.Code, district.Under15, district.From15To64 + district.Over64, district.Latitude,
            district.Longitude)),
    ];

    static Outcome? Check(Request request, IReadOnlyList<TwinDistrict> districts) =>
        request.RebatePercent is < 0 or > 100 ? Outcome.RebateOutOfRange
        : request.Reward is < 1 or > MaxReward ? Outcome.RewardOutOfRange
        : request.Places is < 0 or > MaxPlaces ? Outcome.PlacesOutOfRange
        : request.Seeds is < 1 or > TwinRuns.MaxSeeds ? Outcome.SeedsOutOfRange
        : request.Scale < 1 || request.Scale > districts.Sum(d => (long)d.Population) ? Outcome.ScaleOutOfRange
        : null;
}

/// <summary>The mission documents of the city pack, as the twin needs them: to be read with another reward.</summary>
sealed class CityMissions
{
    readonly byte[] _document;
    readonly CityNames _names;

    CityMissions(byte[] document, Mission mission, CityNames names) =>
        (_document, Mission, _names) = (document, mission, names);

    public Mission Mission { get; }

    /// <summary>The first reward that pays points; null when none does.</summary>
    public PointsReward? Reward => Mission.Rewards.FirstOrDefault(reward => reward.Points is not null)?.Points;

    /// <summary>A mission of the pack; null when it has none of this name.</summary>
    /// <param name="id">Null for the first by file name.</param>
    /// <exception cref="CityPackException">A document of the pack is not valid.</exception>
    public static CityMissions? Find(CityPack city, string? id)
    {
        var folder = Path.Combine(city.Folder, "missions");
        var names = new CityNames(
            [.. city.Spots.Select(spot => spot.Id)],
            city.Budgets.ToDictionary(budget => budget.Name, budget => budget.Currency.Code),
            [.. city.Currencies.Select(currency => currency.Code)], [.. city.Languages]);
        string[] paths = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.json") : [];
        foreach (var path in paths.Order(StringComparer.Ordinal))
        {
            var document = File.ReadAllBytes(path);
            var mission = Read(document, names, Path.GetFileName(path), city.Folder);
            if (id is null || mission.Id == id)
                return new CityMissions(document, mission, names);
        }

        return null;
    }

    /// <summary>How many times the budget of the reward pays it.</summary>
    public long PlacesIn(CityPack city) => city.Budget(Reward!.Budget).Amount / Reward.Amount;

    /// <summary>The same document with other points in its first reward, read by the same reader.</summary>
    public Mission WithReward(long points)
    {
        if (points == Reward!.Amount)
            return Mission;
        var document = JsonNode.Parse(_document)!;
        var reward = document["earns"]!.AsArray().First(earns => earns!["points"] is not null)!;
        reward["points"]!["amount"] = points;
        return Read(System.Text.Encoding.UTF8.GetBytes(document.ToJsonString()), _names, Mission.Id, "");
    }

    static Mission Read(byte[] document, CityNames names, string file, string folder)
    {
        var reading = MissionDocument.Read(document, names);
        return reading.Mission ?? throw new CityPackException(folder, [.. reading.Problems.Select(problem =>
            new PackProblem($"missions/{file}", problem.Line, problem.ToString()!, "Mend the document"))]);
    }
}
