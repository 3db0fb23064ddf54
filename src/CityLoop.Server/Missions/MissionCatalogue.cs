using CityLoop.Missions;

namespace CityLoop.Server.Missions;

/// <summary>A version of a mission, the document it was read from, and since when it stands.</summary>
sealed record PublishedMission(Mission Mission, byte[] Document, DateTimeOffset PublishedAt);

/// <summary>The published missions, held in memory: they change only when a version is published.</summary>
sealed class MissionCatalogue
{
    volatile IReadOnlyList<PublishedMission> _latest = [];
    volatile IReadOnlyDictionary<Guid, Mission> _versions = new Dictionary<Guid, Mission>();

    /// <summary>The latest version of each, by the day they begin.</summary>
    public IReadOnlyList<PublishedMission> All => _latest;

    public PublishedMission? Find(string id) => _latest.FirstOrDefault(published => published.Mission.Id == id);

    /// <summary>A version that acts or payments refer to, old ones too.</summary>
    public Mission? FindVersion(Guid version) => _versions.GetValueOrDefault(version);

    /// <summary>Where a spot's code leads: every mission with an activity there, open ones first.</summary>
    public IReadOnlyList<(Mission Mission, Activity Activity)> AtSpot(string spot, DateOnly today) =>
    [
        .. from published in _latest
           from activity in published.Mission.Activities
           where activity.Spot == spot
           orderby published.Mission.IsOpenOn(today) descending
           select (published.Mission, activity),
    ];

    public void Set(IReadOnlyCollection<PublishedMission> versions)
    {
        _versions = versions.ToDictionary(published => published.Mission.VersionId, published => published.Mission);
        _latest =
        [
            .. versions
                .GroupBy(published => published.Mission.Id)
                .Select(group => group.MaxBy(published => published.Mission.Version)!)
                .OrderBy(published => published.Mission.From).ThenBy(published => published.Mission.Id),
        ];
    }
}
