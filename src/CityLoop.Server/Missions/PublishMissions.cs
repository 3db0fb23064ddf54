using CityLoop.Missions;
using CityLoop.Server.City;
using CityLoop.Server.Shared;

namespace CityLoop.Server.Missions;

/// <summary>
/// Publishes at start what the city pack holds under <c>missions/</c>. A published version stays as it is: the same
/// file again changes nothing, another content needs another version.
/// </summary>
sealed class PublishMissions(
    CityPack city, MissionStore store, MissionCatalogue catalogue, SpotCodes codes, CityClock clock)
    : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await codes.LoadAsync(cancellationToken);
        List<PackProblem> problems = [];
        foreach (var file in Files())
            await PublishAsync(file, problems, cancellationToken);
        if (problems.Count > 0)
            throw new CityPackException(city.Folder, problems);
        catalogue.Set(await ReadAllAsync(cancellationToken));
        RefuseWhatTheCityCannotPay();
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>What missions of this city can name.</summary>
    public static CityNames NamesOf(CityPack city) => new(
        [.. city.Spots.Select(spot => spot.Id)],
        city.Budgets.ToDictionary(budget => budget.Name, budget => budget.Currency.Code),
        [.. city.Currencies.Select(currency => currency.Code)],
        city.Languages);

    IEnumerable<string> Files()
    {
        var folder = Path.Combine(city.Folder, "missions");
        return Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal) : [];
    }

    async Task PublishAsync(string file, List<PackProblem> problems, CancellationToken cancellation)
    {
        var name = $"missions/{Path.GetFileName(file)}";
        var document = await File.ReadAllBytesAsync(file, cancellation);
        var reading = MissionDocument.Read(document, NamesOf(city));
        problems.AddRange(reading.Problems.Select(p => new PackProblem(
            name, p.Line, $"column {p.Column}, {p.Path}: {p.Wrong.TrimEnd('.')}", p.Write.TrimEnd('.'))));
        if (reading.Mission is not { } mission)
            return;
        var stands = await store.PublishAsync(mission, document, clock.Now.ToUniversalTime(), cancellation);
        if (!stands.AsSpan().SequenceEqual(document))
            problems.Add(new PackProblem(
                name, 1, $"version {mission.Version} of {mission.Id} was published with another content",
                $"Put its content back, or write \"version\": {mission.Version + 1}"));
    }

    /// <summary>A mission that is not over needs its spots and budgets, also when its file is gone.</summary>
    void RefuseWhatTheCityCannotPay()
    {
        var problems = catalogue.All
            .Where(published => published.Mission.Until >= clock.Today)
            .SelectMany(
                published => MissionDocument.Read(published.Document, NamesOf(city)).Problems,
                (published, p) => new PackProblem(
                    $"missions/ (published: {published.Mission.Id} version {published.Mission.Version})", p.Line,
                    $"{p.Path}: {p.Wrong.TrimEnd('.')}",
                    $"Put it back into the pack: the mission runs until {published.Mission.Until:O}"))
            .ToList();
        if (problems.Count > 0)
            throw new CityPackException(city.Folder, problems);
    }

    async Task<List<PublishedMission>> ReadAllAsync(CancellationToken cancellation)
    {
        List<PublishedMission> all = [];
        foreach (var (document, publishedAt) in await store.PublishedAsync(cancellation))
        {
            // What was published once is read without the city's names: a spot may have left the pack since.
            var reading = MissionDocument.Read(document, CityNames.None);
            all.Add(new PublishedMission(
                reading.Mission ?? throw new CannotStartException(
                    $"A published mission cannot be read by this program: {reading.Problems[0]} "
                    + "Start the newer program."),
                document, publishedAt));
        }

        return all;
    }
}
