namespace CityLoop.Server.Operations.Import;

/// <summary>What an accountant would ask about the files before looking at a single row.</summary>
static class SchemeRemarks
{
    public static IEnumerable<string> Of(SchemeRows rows)
    {
        var earners = rows.Earned.Select(r => r.Member).ToHashSet(StringComparer.Ordinal);
        var senders = rows.Gifts.Select(r => r.From).ToHashSet(StringComparer.Ordinal);
        if (senders.Count > 0 && earners.Count > 0 && !senders.Overlaps(earners))
            yield return $"None of the {senders.Count:N0} members who give in gifts.csv earns in earned.csv: the two "
                + "files may name the same people differently, and no gift can be covered.";
        if (rows.GiftsOutsideTheirRound > 0)
            yield return $"{rows.GiftsOutsideTheirRound:N0} gifts were made outside the round that their row names; "
                + "the time counts.";
    }
}
