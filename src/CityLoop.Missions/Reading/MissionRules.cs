using System.Globalization;

namespace CityLoop.Missions.Reading;

/// <summary>What the fields of a well-formed document say about each other and about the city.</summary>
sealed class MissionRules(ProblemList problems, CityNames city)
{
    /// <summary>Two years and a day: so long can one mission run before it is published anew.</summary>
    const int DaysMax = 731;

    public void Check(Node root, Mission mission)
    {
        if (mission.Until < mission.From || mission.Until.DayNumber - mission.From.DayNumber > DaysMax)
            problems.Add(At(root, "when", "until"), ProblemCode.PeriodLength, Say(DaysMax));

        Unique(At(root, "languages").Members, node => node);
        foreach (var language in city.Languages.Except(mission.Languages))
            problems.Add(At(root, "languages"), ProblemCode.LanguageMissing, language);

        var what = At(root, "what").Members;
        Unique(what, node => At(node, "id"));
        foreach (var (node, activity) in what.Zip(mission.Activities))
        {
            OfTheCity(At(node, "where", "spot"), "spot", city.Spots);
            if (activity.Quiz is { } quiz && quiz.Answer > quiz.Choices.Count)
                problems.Add(
                    At(node, "proof", "quiz", "answer"), ProblemCode.AnswerIsNotAChoice,
                    Say(quiz.Answer), Say(quiz.Choices.Count));
        }

        if (root.Fields.Find(f => f.Name == "draws") is { } draws)
            Unique(draws.Value.Members, node => At(node, "id"));

        var earns = At(root, "earns").Members;
        Unique(earns, node => At(node, "id"));
        foreach (var (node, reward) in earns.Zip(mission.Rewards))
            CheckReward(node, reward, mission);
    }

    void CheckReward(Node node, Reward reward, Mission mission)
    {
        var count = (node.Fields.Find(f => f.Name == "after") ?? node.Fields.Find(f => f.Name == "every")!).Value;
        if (count.Fields.Find(f => f.Name == "of") is { } of)
        {
            Unique(of.Value.Members, member => member);
            foreach (var member in of.Value.Members)
                Known(member, mission.Activities.Select(a => a.Id));
        }

        if (reward.Points is { } points)
        {
            OfTheCity(At(node, "points", "budget"), "budget", [.. city.Budgets.Keys]);
            OfTheCity(At(node, "points", "currency"), "currency", city.Currencies);
            if (city.Budgets.TryGetValue(points.Budget, out var held) && held != points.Currency
                && city.Currencies.Contains(points.Currency))
                problems.Add(
                    At(node, "points", "currency"), ProblemCode.BudgetHoldsAnotherCurrency, points.Budget, held);
        }

        if (reward.Tickets is not null)
            Known(At(node, "tickets", "draw"), mission.Draws.Select(d => d.Id));

        var days = Math.Max(0, mission.Until.DayNumber - mission.From.DayNumber) + 1L;
        var reachable = mission.Activities
            .Where(a => reward.Of.Count == 0 || reward.Of.Contains(a.Id))
            .Sum(a => a.Counts == Counting.Daily ? days : 1);
        if (reward.Stamps > reachable && reward.Of.All(id => mission.ActivityOf(id) is not null))
            problems.Add(At(count, "stamps"), ProblemCode.StampsOutOfReach, Say(reward.Stamps), Say(reachable));
    }

    void Unique(IEnumerable<Node> members, Func<Node, Node> name)
    {
        HashSet<string> seen = [];
        foreach (var node in members.Select(name).Where(node => !seen.Add(node.Text)))
            problems.Add(node, ProblemCode.NameTwice, node.Text);
    }

    void Known(Node node, IEnumerable<string> names)
    {
        var known = names.ToList();
        if (!known.Contains(node.Text))
            problems.Add(node, ProblemCode.NameUnknown, node.Text, known.Count == 0 ? "—" : string.Join(", ", known));
    }

    void OfTheCity(Node node, string kind, IReadOnlyCollection<string> names)
    {
        if (names.Count > 0 && !names.Contains(node.Text))
            problems.Add(node, ProblemCode.NotOfThisCity, node.Text, kind, string.Join(", ", names));
    }

    static Node At(Node node, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
            node = node.Fields.Find(f => f.Name == name)!.Value;
        return node;
    }

    static string Say(long number) => number.ToString(CultureInfo.InvariantCulture);
}
