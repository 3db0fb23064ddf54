using System.Globalization;
using CityLoop.Ledger;

namespace CityLoop.Missions;

/// <summary>
/// Decides what an act is worth. Pure and total: no clock, no network, no database, no exception for any act or
/// state; its work is bounded by the document and the person's stamps. Production and the twin call this same method.
/// </summary>
public static class Evaluator
{
    /// <summary>(document, person's state, act) → (new state, effects, explanation).</summary>
    public static Evaluation Evaluate(Mission mission, PersonState state, Act act)
    {
        var activity = mission.ActivityOf(act.Activity);
        if (activity is null)
            return Nothing(state, Verdict.ActivityUnknown, Explanation.Of("activity-unknown"));
        if (act.Day < mission.From)
            return Nothing(state, Verdict.MissionHasNotBegun, Explanation.Of("not-begun", mission.From));
        if (act.Day > mission.Until)
            return Nothing(state, Verdict.MissionIsOver, Explanation.Of("over", mission.Until));
        if (act.Level < mission.Level)
            return Nothing(state, Verdict.LevelTooLow, Explanation.Of(
                mission.Level >= Mission.IdentityChecked ? "identity-check-needed" : "contact-needed"));
        if (!string.Equals(act.Spot, activity.Spot, StringComparison.Ordinal))
            return Nothing(state, Verdict.NotAtTheSpot, Explanation.Of("not-at-the-spot"));
        if (state.HasStamp(activity, act.Day))
            return Nothing(state, Verdict.AlreadyStamped, Explanation.Of("already-stamped"));
        return activity.Quiz is { } quiz
            ? Answered(mission, state, activity, quiz, act)
            : Stamped(mission, state, activity, act);
    }

    static Evaluation Answered(Mission mission, PersonState state, Activity activity, Quiz quiz, Act act)
    {
        if (act.Answer is not { } answer || answer < 1 || answer > quiz.Choices.Count)
            return Nothing(state, Verdict.AnswerMissing, Explanation.Of("answer-missing"));
        // A right answer, too, waits for the pause: else three quick guesses would always find it.
        if (Barred(state, activity, quiz.Retry, act) is { } barred)
            return barred;
        return answer == quiz.Answer
            ? Stamped(mission, state, activity, act)
            : Wrong(state, activity, quiz.Retry, act);
    }

    static Evaluation Wrong(PersonState state, Activity activity, Retry retry, Act act)
    {
        var before = WrongOf(state, activity);
        var today = before is not null && DateOnly.FromDateTime(before.At) == act.Day
            ? Math.Max(0, before.OnThatDay) + 1
            : 1;
        var after = state with
        {
            Wrong = [.. state.Wrong.Where(w => w?.Activity != activity.Id), new(activity.Id, act.At, today)],
        };
        var left = (long)Math.Max(0, retry.PerDay - today);
        return new Evaluation(after, Verdict.AnswerWrong, null, [], left == 0
            ? Explanation.Of("answer-wrong-last")
            : Explanation.Of("answer-wrong", left, (long)retry.AfterSeconds));
    }

    static Evaluation? Barred(PersonState state, Activity activity, Retry retry, Act act)
    {
        if (WrongOf(state, activity) is not { } before)
            return null;
        if (DateOnly.FromDateTime(before.At) == act.Day && before.OnThatDay >= retry.PerDay)
            return Nothing(state, Verdict.TriesUsedUpToday, Explanation.Of("tries-used-up", (long)retry.PerDay));
        var waited = act.At - before.At;
        return waited >= TimeSpan.Zero && waited < TimeSpan.FromSeconds(retry.AfterSeconds)
            ? Nothing(state, Verdict.TooSoonAfterWrongAnswer, Explanation.Of(
                "too-soon", (long)Math.Ceiling(retry.AfterSeconds - waited.TotalSeconds)))
            : null;
    }

    static WrongAnswers? WrongOf(PersonState state, Activity activity)
    {
        foreach (var wrong in state.Wrong)
            if (wrong?.Activity == activity.Id)
                return wrong;
        return null;
    }

    static Evaluation Stamped(Mission mission, PersonState state, Activity activity, Act act)
    {
        var stamp = new Stamp(activity.Id, act.Day);
        var after = state with
        {
            Stamps = [.. state.Stamps, stamp],
            Wrong = state.Wrong.Count == 0 ? state.Wrong : [.. state.Wrong.Where(w => w?.Activity != activity.Id)],
        };

        List<Effect> effects = [];
        foreach (var reward in mission.Rewards)
        {
            var had = after.TimesEarned(reward.Id);
            var due = Math.Min(Progress.CountFor(reward, mission, after) / reward.Stamps, reward.AtMost);
            for (var time = had + 1; time <= due; time++)
                AddEffects(effects, mission, reward, time, act, stamp);
            if (due > had)
                after = after with
                {
                    Earned = [.. after.Earned.Where(e => e?.Reward != reward.Id), new(reward.Id, due)],
                };
        }

        return new Evaluation(after, Verdict.Stamped, stamp, effects, Progress.Of(mission, after).Explanation);
    }

    static void AddEffects(List<Effect> effects, Mission mission, Reward reward, int time, Act act, Stamp stamp)
    {
        if (reward.Points is { } points)
        {
            var (id, claim) = Names("points");
            effects.Add(new EarnPoints(id, claim, reward.Id, points));
        }

        if (reward.Tickets is { } tickets)
        {
            var (id, claim) = Names("tickets");
            effects.Add(new GrantTickets(id, claim, reward.Id, tickets));
        }

        (Guid Id, Guid Claim) Names(string kind)
        {
            var person = act.Person.ToString();
            var times = time.ToString(CultureInfo.InvariantCulture);
            // The act's own name is what was done on which day, not the message that told of it: one act that comes
            // by two roads is one act.
            var day = mission.ActivityOf(stamp.Activity)!.Counts == Counting.Daily
                ? stamp.Day.ToString("O", CultureInfo.InvariantCulture)
                : "";
            return (
                DerivedId.From(
                    "effect", person, mission.VersionId.ToString(), stamp.Activity, day, reward.Id, times, kind),
                DerivedId.From("reward", person, mission.Id, reward.Id, times, kind));
        }
    }

    static Evaluation Nothing(PersonState state, Verdict verdict, Explanation explanation) =>
        new(state, verdict, null, [], explanation);
}
