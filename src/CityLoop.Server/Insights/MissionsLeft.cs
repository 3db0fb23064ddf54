using CityLoop.Missions;
using CityLoop.Server.City;
using CityLoop.Server.Missions;
using CityLoop.Server.Web;
using CityLoop.Server.Web.Languages;

namespace CityLoop.Server.Insights;

/// <summary>Every published mission with what is left of the budgets that its rewards are paid from.</summary>
sealed class MissionsLeft(MissionCatalogue catalogue, MissionBudgets budgets, SpotFigures spots, CityClock clock)
{
    /// <summary>One reward of a mission; no budget where it earns entries in a draw only.</summary>
    public sealed record Row(Mission Mission, Reward Reward, MissionBudget? Budget, long Stamps, DateOnly Today)
    {
        /// <summary>"open", "later" or "over".</summary>
        public string State => Mission.IsOpenOn(Today) ? "open" : Mission.From > Today ? "later" : "over";
    }

    public static void Map(IEndpointRouteBuilder desk) => desk.MapGet("/desk/missions.csv", Handle);

    public async Task<IReadOnlyList<Row>> ReadAsync(CancellationToken cancellation)
    {
        var all = await budgets.AllAsync(cancellation);
        var rows = new List<Row>();
        foreach (var mission in catalogue.All.Select(p => p.Mission))
        {
            var stamps = (await spots.OfMissionAsync(mission, cancellation)).Sum(s => s.Stamps);
            rows.AddRange(mission.Rewards.Select(reward => new Row(
                mission, reward, all.FirstOrDefault(b => b.Mission == mission && b.Reward == reward), stamps,
                clock.Today)));
        }

        return rows;
    }

    static async Task<IResult> Handle(MissionsLeft missions, Texts texts, CancellationToken cancellation) =>
        CsvDownload.Of(
            "missions.csv",
            [texts["desk.mission"], texts["desk.from"], texts["desk.until"], texts["desk.stampsGiven"],
                texts["desk.reward"], texts["desk.places"], texts["desk.placesLeft"], texts["desk.funded"],
                texts["desk.left"]],
            (await missions.ReadAsync(cancellation)).Select(row => (IReadOnlyList<object>)
            [
                row.Mission.Name.In(texts.Language), row.Mission.From, row.Mission.Until, row.Stamps,
                RewardText(row.Reward, texts), row.Budget?.Places ?? (object)"", row.Budget?.PlacesLeft ?? (object)"",
                row.Budget is null ? "" : new CsvAmount(row.Budget.Funded, row.Budget.Budget.Currency.Scale),
                row.Budget is null ? "" : new CsvAmount(row.Budget.Left, row.Budget.Budget.Currency.Scale),
            ]));

    /// <summary>"3 stamps: 100 points".</summary>
    public static string RewardText(Reward reward, Texts texts) => reward switch
    {
        { Points: { } points } => texts["desk.rewardPoints", reward.Stamps, points.Amount],
        { Tickets: { } tickets } => texts["desk.rewardTickets", reward.Stamps, tickets.Count],
        _ => "",
    };
}
