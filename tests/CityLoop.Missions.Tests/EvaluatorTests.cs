namespace CityLoop.Missions.Tests;

public sealed class EvaluatorTests
{
    static readonly string[] S = Rally.Spots;

    [Fact]
    public void The_rally_has_seven_spots_with_one_three_choice_question_each()
    {
        Rally.Mission.Activities.Count.ShouldBe(7);
        Rally.Mission.Activities.ShouldAllBe(a => a.Quiz!.Choices.Count == 3 && a.Counts == Counting.Once);
        Rally.Mission.IsOpenOn(new DateOnly(2026, 11, 21)).ShouldBeTrue();
    }

    [Theory]
    [InlineData(1, "", "stamps-of(1, 3, 2)")]
    [InlineData(2, "", "stamps-of(2, 3, 1)")]
    [InlineData(3, "100 TCP from rally-2026; 1 for rally-draw", "stamps-of(3, 7, 4)")]
    [InlineData(4, "", "stamps-of(4, 7, 3)")]
    [InlineData(6, "", "stamps-of(6, 7, 1)")]
    [InlineData(7, "1 for grand-draw", "stamps-all(7)")]
    public void The_nth_stamp_earns(int stamps, string earned, string explanation)
    {
        var (state, _, last) = Rally.Live(Rally.Mission, [.. S.Take(stamps).Select(s => Rally.Right(s))]);
        last.Verdict.ShouldBe(Verdict.Stamped);
        state.Stamps.Count.ShouldBe(stamps);
        string.Join("; ", last.Effects.Select(Say)).ShouldBe(earned);
        last.Explanation.ToString().ShouldBe(explanation);
    }

    /// <summary>Each line: what was done before, the act, its verdict and the sentence.</summary>
    public static TheoryData<string, Act[], Act, Verdict, string> Refusals => new()
    {
        { "no such spot in the mission", [], Rally.Right(S[0]) with { Activity = "moon" },
            Verdict.ActivityUnknown, "activity-unknown()" },
        { "the day before", [], Rally.Right(S[0], new DateTime(2026, 9, 30, 23, 59, 59)),
            Verdict.MissionHasNotBegun, "not-begun(2026-10-01)" },
        { "the day after", [], Rally.Right(S[0], new DateTime(2027, 1, 1)),
            Verdict.MissionIsOver, "over(2026-12-31)" },
        { "no code scanned", [], Rally.Right(S[0]) with { Spot = null },
            Verdict.NotAtTheSpot, "not-at-the-spot()" },
        { "another spot's code", [], Rally.Right(S[0]) with { Spot = S[1] },
            Verdict.NotAtTheSpot, "not-at-the-spot()" },
        { "stamped before", [Rally.Right(S[0])], Rally.Right(S[0], Rally.Noon.AddDays(3)),
            Verdict.AlreadyStamped, "already-stamped()" },
        { "a wrong answer after the stamp", [Rally.Right(S[0])], Rally.Wrong(S[0]),
            Verdict.AlreadyStamped, "already-stamped()" },
        { "no answer", [], Rally.Right(S[0]) with { Answer = null }, Verdict.AnswerMissing, "answer-missing()" },
        { "answer 0", [], Rally.Right(S[0]) with { Answer = 0 }, Verdict.AnswerMissing, "answer-missing()" },
        { "answer 4 of 3", [], Rally.Right(S[0]) with { Answer = 4 }, Verdict.AnswerMissing, "answer-missing()" },
        { "wrong", [], Rally.Wrong(S[0]), Verdict.AnswerWrong, "answer-wrong(4, 60)" },
        { "right, but 59 s after a wrong one", [Rally.Wrong(S[0])], Rally.Right(S[0], Rally.Noon.AddSeconds(59)),
            Verdict.TooSoonAfterWrongAnswer, "too-soon(1)" },
        { "the fifth wrong one", WrongAt(0, 1, 2, 3), Rally.Wrong(S[0], Rally.Noon.AddMinutes(4)),
            Verdict.AnswerWrong, "answer-wrong-last()" },
        { "right after five wrong ones", WrongAt(0, 1, 2, 3, 4), Rally.Right(S[0], Rally.Noon.AddMinutes(9)),
            Verdict.TriesUsedUpToday, "tries-used-up(5)" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void An_act_that_does_not_count(string what, Act[] before, Act act, Verdict verdict, string explanation)
    {
        var (state, _, _) = Rally.Live(Rally.Mission, [.. before, Rally.Right(S[6])]);
        var evaluation = Evaluator.Evaluate(Rally.Mission, state, act);
        evaluation.Verdict.ShouldBe(verdict, what);
        evaluation.Explanation.ToString().ShouldBe(explanation);
        evaluation.Effects.ShouldBeEmpty();
        evaluation.Stamp.ShouldBeNull();
        evaluation.State.Stamps.ShouldBe(state.Stamps);
        if (verdict != Verdict.AnswerWrong)
            evaluation.State.ShouldBeSameAs(state);
    }

    /// <summary>What the mission asks for, how far the person is, and what they are told.</summary>
    [Theory]
    [InlineData(0, 0, Verdict.Stamped, "stamps-of(1, 3, 2)")]
    [InlineData(1, 0, Verdict.LevelTooLow, "contact-needed()")]
    [InlineData(1, 1, Verdict.Stamped, "stamps-of(1, 3, 2)")]
    [InlineData(2, 1, Verdict.LevelTooLow, "identity-check-needed()")]
    [InlineData(2, 2, Verdict.Stamped, "stamps-of(1, 3, 2)")]
    public void A_mission_asks_how_sure_the_city_is_of_who_acts(int asks, int has, Verdict verdict, string told)
    {
        var mission = Rally.Read(Rally.Text.Replace(
            "\"who\": \"everyone\",", $"\"who\": \"everyone\", \"level\": {asks},", StringComparison.Ordinal));
        mission.Level.ShouldBe(asks);

        // A person below the level is told so before anything else about the place.
        var evaluation = Evaluator.Evaluate(
            mission, PersonState.Empty, Rally.Right(S[0]) with { Level = has, Spot = asks > has ? null : S[0] });

        evaluation.Verdict.ShouldBe(verdict);
        evaluation.Explanation.ToString().ShouldBe(told);
    }

    [Theory]
    [InlineData("one minute later", 0, 60)]
    [InlineData("the next day, after five wrong ones", 4, 86_400)]
    public void A_wrong_answer_can_be_tried_again(string when, int further, int seconds)
    {
        var wrong = WrongAt([.. Enumerable.Range(0, further + 1)]);
        var (_, _, last) = Rally.Live(Rally.Mission, [.. wrong, Rally.Right(S[0], Rally.Noon.AddSeconds(seconds))]);
        last.Verdict.ShouldBe(Verdict.Stamped, when);
        last.State.Wrong.ShouldBeEmpty();
    }

    [Fact]
    public void Wrong_answers_at_one_spot_do_not_close_another()
    {
        var (_, _, last) = Rally.Live(Rally.Mission, Rally.Wrong(S[0]), Rally.Right(S[1]));
        last.Verdict.ShouldBe(Verdict.Stamped);
        last.State.Wrong.ShouldHaveSingleItem();
    }

    [Fact]
    public void The_same_act_has_the_same_effects_on_every_server_and_another_act_shares_only_the_claim()
    {
        var (two, _, _) = Rally.Live(Rally.Mission, Rally.Right(S[0]), Rally.Right(S[1]));
        var here = Evaluator.Evaluate(Rally.Mission, two, Rally.Right(S[2])).Effects;
        var there = Evaluator.Evaluate(Rally.Read(Rally.Text), two, Rally.Right(S[2], Rally.Noon.AddHours(1))).Effects;
        there.ShouldBe(here);

        var other = Evaluator.Evaluate(Rally.Mission, two, Rally.Right(S[3])).Effects;
        other.Select(e => e.Id).ShouldNotBe(here.Select(e => e.Id));
        other.Select(e => e.Claim).ShouldBe(here.Select(e => e.Claim));

        var emma = Evaluator.Evaluate(Rally.Mission, two, Rally.Right(S[2]) with { Person = Guid.AllBitsSet }).Effects;
        emma.Select(e => e.Claim).ShouldNotBe(here.Select(e => e.Claim));
        here.SelectMany(e => new[] { e.Id, e.Claim }).Distinct().Count().ShouldBe(4);
    }

    [Fact]
    public void Who_earned_under_the_old_version_keeps_it_and_is_not_paid_again_under_the_new_one()
    {
        var (state, _, _) = Rally.Live(Rally.Mission, [.. S.Take(3).Select(s => Rally.Right(s))]);
        var next = NextVersion(stamps: 4);
        next.VersionId.ShouldNotBe(Rally.Mission.VersionId);
        var evaluation = Evaluator.Evaluate(next, state, Rally.Right(S[3]));
        evaluation.Verdict.ShouldBe(Verdict.Stamped);
        evaluation.Effects.ShouldBeEmpty();
    }

    [Fact]
    public void A_lower_threshold_of_a_new_version_pays_with_the_next_stamp()
    {
        var (state, _, _) = Rally.Live(Rally.Mission, Rally.Right(S[0]), Rally.Right(S[1]));
        var next = NextVersion(stamps: 2);
        Evaluator.Evaluate(next, state, Rally.Right(S[2])).Effects.Count.ShouldBe(2);
    }

    [Fact]
    public void A_daily_activity_earns_every_second_time_up_to_its_limit()
    {
        var mission = Rally.Read("""
            { "language": 1, "id": "daily-bottle", "version": 1, "languages": ["en"],
              "name": { "en": "Bottles" }, "summary": { "en": "Bring one back." }, "who": "everyone",
              "when": { "from": "2026-11-01", "until": "2026-11-30" },
              "what": [
                { "id": "bottle", "where": { "spot": "hall" }, "counts": "daily", "proof": { "scan": "spot" } } ],
              "earns": [ { "id": "two", "every": { "stamps": 2, "atMost": 2 },
                           "points": { "amount": 5, "currency": "TCP", "budget": "green" } } ] }
            """);
        var acts = Enumerable.Range(1, 8).Append(8)
            .Select(day => new Act(Rally.Meiling, "bottle", new DateTime(2026, 11, day)) { Spot = "hall" });
        var (state, effects, last) = Rally.Live(mission, [.. acts]);
        state.Stamps.Count.ShouldBe(8);
        effects.Count.ShouldBe(2);
        effects.Select(e => e.Id).ShouldBeUnique();
        last.Verdict.ShouldBe(Verdict.AlreadyStamped);
    }

    [Fact]
    public void At_least_two_of_three_named_spots_can_be_asked_for()
    {
        var mission = Rally.Read(Rally.Text.Replace(
            "{ \"stamps\": 3 }", $$"""{ "stamps": 2, "of": ["{{S[0]}}", "{{S[1]}}", "{{S[2]}}"] }"""));
        var (_, none, _) = Rally.Live(mission, Rally.Right(S[3]), Rally.Right(S[4]), Rally.Right(S[0]));
        none.ShouldBeEmpty();
        var (_, effects, _) = Rally.Live(mission, Rally.Right(S[3]), Rally.Right(S[2]), Rally.Right(S[0]));
        effects.Count.ShouldBe(2);
    }

    static Mission NextVersion(int stamps) => Rally.Read(
        Rally.Text.Replace("\"version\": 1", "\"version\": 2").Replace("\"stamps\": 3", $"\"stamps\": {stamps}"));

    static Act[] WrongAt(params int[] minutes) =>
        [.. minutes.Select(minute => Rally.Wrong(S[0], Rally.Noon.AddMinutes(minute)))];

    static string Say(Effect effect) => effect switch
    {
        EarnPoints earn => $"{earn.Points.Amount} {earn.Points.Currency} from {earn.Points.Budget}",
        GrantTickets grant => $"{grant.Tickets.Count} for {grant.Tickets.Draw}",
        _ => "?",
    };
}
