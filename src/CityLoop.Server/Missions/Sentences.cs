using CityLoop.Missions;
using CityLoop.Missions.Reading;
using CityLoop.Server.City;
using CityLoop.Server.Web;
using CityLoop.Server.Web.Languages;

namespace CityLoop.Server.Missions;

/// <summary>Says in the reader's language what the pure rules answer as values.</summary>
sealed class Sentences(Texts texts, CityPack city)
{
    public string Language => texts.Language;

    /// <summary>"2 of 3 stamps, 1 to go".</summary>
    public string Say(Explanation explanation) =>
        texts[$"missions.why.{explanation.Key}", [.. explanation.Arguments.Select(Say)]];

    public string Wrong(Problem problem) => texts[$"missions.rule.{problem.Code}", Arguments(problem)];

    public string Write(Problem problem) => texts[$"missions.rule.{problem.Code}.write", Arguments(problem)];

    /// <summary>"100 points".</summary>
    public string Say(PointsReward points) => texts["missions.points", Amount(points)];

    /// <summary>"100".</summary>
    public string Amount(PointsReward points) =>
        Amounts.Format(points.Amount, city.Currencies.FirstOrDefault(c => c.Code == points.Currency)?.Scale ?? 0);

    /// <summary>"1 entry in the grand draw".</summary>
    public string Say(TicketsReward tickets, Mission mission) => texts[
        tickets.Count == 1 ? "missions.ticket" : "missions.tickets",
        mission.DrawOf(tickets.Draw)!.Name.In(Language), tickets.Count];

    /// <summary>What became of points: paid, on their way, or why not.</summary>
    public string Say(Payment payment)
    {
        var funded = city.Budgets.FirstOrDefault(budget => budget.Name == payment.Budget)?.Amount ?? 0;
        return texts[
            $"missions.payment.{payment.Outcome}",
            Amounts.Format(payment.Amount, city.Currency(new(payment.Currency)).Scale),
            Amounts.Format(funded / payment.Amount)];
    }

    object?[] Arguments(Problem problem) =>
        [.. problem.Arguments.Select((word, i) => problem.IsWord(i) ? texts[$"missions.word.{word}"] : word)];

    object? Say(object argument) => argument is DateOnly day ? Dates.DayAndYear(day, Language) : argument;
}
