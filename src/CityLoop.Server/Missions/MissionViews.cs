using CityLoop.Missions;
using CityLoop.Server.City;
using CityLoop.Server.Pass;

namespace CityLoop.Server.Missions;

/// <summary>A mission as one person sees it.</summary>
sealed record MissionView(
    Mission Mission, PersonState State, Progress Progress, IReadOnlyList<MissionBudget> Budgets,
    IReadOnlyList<Payment> Payments, IReadOnlyList<Ticket> Tickets)
{
    public int Stamps => Progress.CountAll(Mission, State);

    /// <summary>How many stamps there are to get; null where an activity counts every day.</summary>
    public int? StampsInAll =>
        Mission.Activities.All(a => a.Counts == Counting.Once) ? Mission.Activities.Count : null;

    public Stamp? StampOf(Activity activity) => State.Stamps.LastOrDefault(stamp => stamp.Activity == activity.Id);

    public MissionBudget? BudgetOf(Reward reward) => Budgets.FirstOrDefault(budget => budget.Reward == reward);

    public Payment? PaymentOf(Reward reward) => Payments.LastOrDefault(payment => payment.Reward == reward.Id);
}

/// <summary>Puts together what a person sees of missions.</summary>
sealed class MissionViews(
    MissionCatalogue catalogue, MissionStore store, MissionPayments payments, TicketStore tickets,
    MissionBudgets budgets, CityClock clock)
{
    /// <summary>Open missions first, then those to come; what is over stands last.</summary>
    public async Task<IReadOnlyList<MissionView>> AllAsync(PersonId person, CancellationToken cancellation)
    {
        var today = clock.Today;
        return await ViewAsync(
            [.. catalogue.All.Select(p => p.Mission).OrderBy(m => m.IsOpenOn(today) ? 0 : m.From > today ? 1 : 2)],
            person, cancellation);
    }

    public async Task<MissionView?> OneAsync(PersonId person, string mission, CancellationToken cancellation) =>
        catalogue.Find(mission) is { } published
            ? (await ViewAsync([published.Mission], person, cancellation))[0]
            : null;

    async Task<IReadOnlyList<MissionView>> ViewAsync(
        IReadOnlyList<Mission> missions, PersonId person, CancellationToken cancellation)
    {
        var states = await store.StatesAsync(person, cancellation);
        var paid = (await payments.OfAsync(person, null, cancellation))
            .ToLookup(payment => catalogue.FindVersion(payment.Version)?.Id);
        var entries = (await tickets.OfPersonAsync(person, cancellation)).ToLookup(ticket => ticket.Mission);
        List<MissionView> views = [];
        foreach (var mission in missions)
        {
            var state = states.GetValueOrDefault(mission.Id)?.State ?? PersonState.Empty;
            views.Add(new MissionView(
                mission, state, Progress.Of(mission, state), await budgets.OfAsync(mission, cancellation),
                [.. paid[mission.Id]], [.. entries[mission.Id]]));
        }

        return views;
    }
}
