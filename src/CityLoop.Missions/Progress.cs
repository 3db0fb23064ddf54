namespace CityLoop.Missions;

/// <summary>How far a person is: the stamps that count, and the reward that is next.</summary>
/// <param name="Stamps">Stamps that count for the next reward, or all of them when every reward is earned.</param>
/// <param name="Needed">Stamps that the next reward takes; as many as there are when nothing is next.</param>
/// <param name="Next">The reward that needs the fewest further stamps, or null when all are earned.</param>
/// <param name="Explanation">"2 of 3 stamps, 1 to go".</param>
public sealed record Progress(int Stamps, int Needed, Reward? Next, Explanation Explanation)
{
    /// <summary>Where a person with this state stands in this mission.</summary>
    public static Progress Of(Mission mission, PersonState state)
    {
        Reward? next = null;
        var (have, need) = (0, int.MaxValue);
        foreach (var reward in mission.Rewards)
        {
            var earned = state.TimesEarned(reward.Id);
            if (earned >= reward.AtMost)
                continue;
            var stamps = CountFor(reward, mission, state);
            var needed = (int)Math.Min((long)reward.Stamps * (earned + 1), int.MaxValue);
            if (needed - stamps >= need - have && next is not null)
                continue;
            (next, have, need) = (reward, stamps, needed);
        }

        var all = CountAll(mission, state);
        return next is null
            ? new Progress(all, all, null, Explanation.Of("stamps-all", (long)all))
            : new Progress(have, need, next, Explanation.Of(
                "stamps-of", (long)have, (long)need, (long)Math.Max(0, need - have)));
    }

    /// <summary>Stamps of activities that this version of the mission knows.</summary>
    public static int CountAll(Mission mission, PersonState state)
    {
        var count = 0;
        foreach (var stamp in state.Stamps)
            if (mission.ActivityOf(stamp?.Activity) is not null)
                count++;
        return count;
    }

    internal static int CountFor(Reward reward, Mission mission, PersonState state)
    {
        if (reward.Of.Count == 0)
            return CountAll(mission, state);
        var count = 0;
        foreach (var stamp in state.Stamps)
            if (stamp is not null && reward.Of.Contains(stamp.Activity))
                count++;
        return count;
    }
}
