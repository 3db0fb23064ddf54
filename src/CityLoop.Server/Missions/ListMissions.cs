using System.Security.Claims;
using CityLoop.Server.City;
using CityLoop.Server.Pass;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CityLoop.Server.Missions;

/// <summary>A person's missions: what they have, what is next, what is left of the budget.</summary>
static class ListMissions
{
    /// <param name="Next">"2 of 3 stamps, 1 to go", in the reader's language.</param>
    public sealed record Response(
        string Id, int Version, string Name, string Summary, DateOnly From, DateOnly Until, bool IsOpen, int Stamps,
        string Next, IReadOnlyList<RewardLine> Rewards);

    /// <param name="Points">In the currency's smallest unit; null when the reward has none.</param>
    /// <param name="PlacesLeft">How many more people the budget can pay.</param>
    /// <param name="Earned">True when this person has earned it.</param>
    public sealed record RewardLine(
        string Id, int Stamps, long? Points, string? Currency, string? Budget, long? Places, long? PlacesLeft,
        int Tickets, string? Draw, bool Earned);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/missions", Handle).RequireAuthorization(Roles.Holder).WithName("ListMissions")
            .WithTags("Missions");

    static async Task<Ok<List<Response>>> Handle(
        ClaimsPrincipal who, MissionViews views, Sentences sentences, CityClock clock,
        CancellationToken cancellation) =>
        TypedResults.Ok((await views.AllAsync(who.PersonId(), cancellation))
            .Select(view => Of(view, sentences, clock.Today)).ToList());

    static Response Of(MissionView view, Sentences sentences, DateOnly today)
    {
        var mission = view.Mission;
        return new Response(
            mission.Id, mission.Version, mission.Name.In(sentences.Language), mission.Summary.In(sentences.Language),
            mission.From, mission.Until, mission.IsOpenOn(today), view.Stamps,
            sentences.Say(view.Progress.Explanation),
            [
                .. mission.Rewards.Select(reward => new RewardLine(
                    reward.Id, reward.Stamps, reward.Points?.Amount, reward.Points?.Currency, reward.Points?.Budget,
                    view.BudgetOf(reward)?.Places, view.BudgetOf(reward)?.PlacesLeft, reward.Tickets?.Count ?? 0,
                    reward.Tickets?.Draw, view.State.TimesEarned(reward.Id) > 0)),
            ]);
    }
}
