using CityLoop.Missions;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;

namespace CityLoop.Server.Missions;

/// <summary>A budget that a mission pays from: what was put in and what is left, in the smallest unit.</summary>
/// <param name="Reward">The reward that it pays.</param>
sealed record MissionBudget(Mission Mission, Reward Reward, CityBudget Budget, long Left)
{
    public long Funded => Budget.Amount;

    /// <summary>What went out and did not come back: points that expire return to their budget.</summary>
    public long Spent => Funded - Left;

    /// <summary>How many people the whole budget is for.</summary>
    public long Places => Funded / Reward.Points!.Amount;

    /// <summary>How many more people it can pay.</summary>
    public long PlacesLeft => Math.Max(0, Left) / Reward.Points!.Amount;
}

/// <summary>What is left of every mission's budgets, from the ledger as of now.</summary>
sealed class MissionBudgets(
    MissionCatalogue catalogue, CityPack city, CityBudgets budgets, CityLedger ledger)
{
    /// <summary>One line for each reward in points of each published mission.</summary>
    public async Task<IReadOnlyList<MissionBudget>> AllAsync(CancellationToken cancellation)
    {
        List<MissionBudget> lines = [];
        foreach (var published in catalogue.All)
            lines.AddRange(await OfAsync(published.Mission, cancellation));
        return lines;
    }

    public async Task<IReadOnlyList<MissionBudget>> OfAsync(Mission mission, CancellationToken cancellation)
    {
        List<MissionBudget> lines = [];
        foreach (var reward in mission.Rewards)
        {
            // A mission that is over may name a budget that has left the city pack: nothing of it is left to show.
            if (reward.Points is not { } points || city.Budgets.All(budget => budget.Name != points.Budget))
                continue;
            var account = await budgets.AccountAsync(points.Budget, cancellation);
            var left = await ledger.ReadAsync(books => books.Account(account).Balance, cancellation);
            lines.Add(new MissionBudget(mission, reward, city.Budget(points.Budget), left));
        }

        return lines;
    }
}
