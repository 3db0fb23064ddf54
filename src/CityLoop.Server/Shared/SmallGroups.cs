namespace CityLoop.Server.Shared;

/// <summary>Which lines of a table would tell about single people, and stay hidden.</summary>
static class SmallGroups
{
    /// <summary>A sum over fewer people than this is not shown to anybody but those people.</summary>
    public const int Fewest = 10;

    /// <summary>
    /// Tells for each line of a table with a sum below it whether it is hidden. What is hidden together could be worked
    /// out from the sum and the lines that are shown; so the smallest large group hides with the small ones, and what
    /// comes out is over at least as many people as any line that is shown. It counts the largest group alone: the same
    /// few people may stand in every small one.
    /// </summary>
    public static bool[] HiddenOf(IReadOnlyList<int> people)
    {
        var hidden = people.Select(count => count < Fewest).ToArray();
        var large = Enumerable.Range(0, people.Count).Where(i => !hidden[i]).ToList();
        if (large.Count > 0 && large.Count < people.Count)
            hidden[large.MinBy(i => people[i])] = true;

        return hidden;
    }
}
