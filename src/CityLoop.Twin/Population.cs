namespace CityLoop.Twin;

/// <summary>A district as the twin knows it: how many people of which age live there, and where.</summary>
/// <param name="Code">The official code, such as 66000060.</param>
/// <param name="Under15">People younger than 15.</param>
/// <param name="From15">People of 15 and above.</param>
/// <param name="Latitude">Of the middle of the district, in degrees (WGS 84).</param>
/// <param name="Longitude">Of the middle of the district, in degrees (WGS 84).</param>
public sealed record TwinDistrict(string Code, int Under15, int From15, double Latitude, double Longitude)
{
    /// <summary>Everybody who lives there.</summary>
    public int Population => Under15 + From15;
}

/// <summary>The synthetic people: one for every so many real ones, district by district.</summary>
public sealed class Population
{
    Population(IReadOnlyList<TwinDistrict> districts, int scale, int[] districtOf, bool[] isGrown)
    {
        Districts = districts;
        Scale = scale;
        DistrictOf = districtOf;
        IsGrown = isGrown;
    }

    /// <summary>Where they live.</summary>
    public IReadOnlyList<TwinDistrict> Districts { get; }

    /// <summary>How many real people one of them stands for.</summary>
    public int Scale { get; }

    /// <summary>How many there are.</summary>
    public int Count => DistrictOf.Length;

    /// <summary>How many real people they stand for.</summary>
    public long CityCount => Districts.Sum(district => (long)district.Population);

    internal int[] DistrictOf { get; }

    internal bool[] IsGrown { get; }

    /// <summary>Makes one person for every <paramref name="scale"/> real ones.</summary>
    /// <remarks>
    /// District by age gives 58 groups; each gets its share rounded down, and the persons then missing go to the
    /// groups with the largest remainders, so that the whole is the city's total over the scale, rounded.
    /// </remarks>
    /// <exception cref="ArgumentException">There is nobody, or the scale is below 1.</exception>
    public static Population Of(IReadOnlyList<TwinDistrict> districts, int scale)
    {
        if (scale < 1)
            throw new ArgumentException("One synthetic person stands for at least one real one.", nameof(scale));
        var groups = districts
            .SelectMany((district, index) => new[] { (index, false, district.Under15), (index, true, district.From15) })
            .ToArray();
        var total = groups.Sum(group => (long)group.Item3);
        if (total < scale)
            throw new ArgumentException("So few people leave nobody at this scale.", nameof(districts));

        var sizes = groups.Select(group => group.Item3 / scale).ToArray();
        var missing = (int)(((total + (scale / 2)) / scale) - sizes.Sum(size => (long)size));
        foreach (var (group, _) in groups.Select((group, index) => (index, group.Item3 % scale))
            .OrderByDescending(pair => pair.Item2).ThenBy(pair => pair.index).Take(missing))
            sizes[group]++;

        var districtOf = new List<int>();
        var isGrown = new List<bool>();
        for (var group = 0; group < groups.Length; group++)
            for (var i = 0; i < sizes[group]; i++)
            {
                districtOf.Add(groups[group].index);
                isGrown.Add(groups[group].Item2);
            }

        return new Population(districts, scale, [.. districtOf], [.. isGrown]);
    }
}
