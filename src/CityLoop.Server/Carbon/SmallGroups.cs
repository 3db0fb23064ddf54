namespace CityLoop.Server.Carbon;

/// <summary>Which lines of a table would tell about single people, and stay hidden.</summary>
static class SmallGroups
{
    /// <summary>A sum over fewer people than this is not shown to anybody but those people.</summary>
    public const int Fewest = 10;

    /// <summary>
    /// Tells for each line of a table with a sum below it whether it is hidden. A line that alone is hidden could be
    /// worked out from the sum and the others, so the next smallest hides with it.
    /// </summary>
    public static bool[] HiddenOf(IReadOnlyList<int> people)
    {
        var hidden = people.Select(count => count < Fewest).ToArray();
        if (hidden.Count(isHidden => isHidden) == 1 && people.Count > 1)
        {
            var next = Enumerable.Range(0, people.Count).Where(i => !hidden[i]).MinBy(i => people[i]);
            hidden[next] = true;
        }

        return hidden;
    }
}
