namespace CityLoop.Twin;

/// <summary>
/// What the seeds say together, for the whole city: every synthetic person counts for as many real ones as the scale
/// says, and so does each of their points.
/// </summary>
/// <param name="Scale">Real people per synthetic one.</param>
/// <param name="People">Synthetic people.</param>
/// <param name="CityPeople">Real people they stand for.</param>
/// <param name="Seeds">What the years grew from.</param>
/// <param name="From">The first of the 365 days.</param>
/// <param name="Months">Every figure of every month.</param>
/// <param name="Year">Flows added up over the year; members and points left as at its end.</param>
/// <param name="YearsWithoutPlaces">In how many of the years a reward could not be paid at some point.</param>
/// <param name="PlacesGoneOn">The middle of the days on which that happened; null when it never did.</param>
public sealed record TwinReport(
    int Scale, int People, long CityPeople, IReadOnlyList<long> Seeds, DateOnly From,
    IReadOnlyList<MonthEstimate> Months, Figures Year, int YearsWithoutPlaces, DateOnly? PlacesGoneOn)
{
    /// <summary>Puts the years together.</summary>
    /// <param name="unitsPerPoint">Units of the currency in one point, by which sums are divided.</param>
    public static TwinReport Of(Population population, IReadOnlyList<TwinYear> years, long unitsPerPoint)
    {
        var scale = population.Scale;
        var months = Enumerable.Range(0, years[0].Months.Count).Select(index => new MonthEstimate(
            years[0].Months[index].Month,
            Figures.Of(years, year => year.Months.Skip(index).Take(1), scale, unitsPerPoint))).ToList();
        var gone = years.Select(year => year.PlacesGoneOn).OfType<DateOnly>().Order().ToList();
        return new TwinReport(
            scale, population.Count, population.CityCount, [.. years.Select(year => year.Seed)],
            years[0].Months[0].Month, months, Figures.Of(years, year => year.Months, scale, unitsPerPoint),
            gone.Count, gone.Count == 0 ? null : gone[(gone.Count - 1) / 2]);
    }
}

/// <summary>One month of a report.</summary>
public sealed record MonthEstimate(DateOnly Month, Figures Figures);

/// <summary>The figures of a month or a year, for the whole city; points are whole points.</summary>
public sealed record Figures(
    Estimate Members, Estimate Stamps, Estimate RewardsDue, Estimate RewardsPaid, Estimate Tickets,
    Estimate Earned, Estimate Rebate, Estimate Issued, Estimate Spent, Estimate Expired, Estimate Left)
{
    internal static Figures Of(
        IReadOnlyList<TwinYear> years, Func<TwinYear, IEnumerable<MonthFigures>> monthsOf, int scale,
        long unitsPerPoint)
    {
        var points = (double)scale / unitsPerPoint;
        return new Figures(
            Last(month => month.Members, scale),
            Sum(month => month.Stamps, scale),
            Sum(month => month.RewardsDue, scale),
            Sum(month => month.RewardsPaid, scale),
            Sum(month => month.Tickets, scale),
            Sum(month => month.Earned, points),
            Sum(month => month.Rebate, points),
            Sum(month => month.Issued, points),
            Sum(month => month.Spent, points),
            Sum(month => month.Expired, points),
            Last(month => month.Left, points));

        Estimate Sum(Func<MonthFigures, long> figure, double times) =>
            Estimate.Of(years.Select(year => monthsOf(year).Sum(figure) * times)).Rounded();

        Estimate Last(Func<MonthFigures, long> figure, double times) =>
            Estimate.Of(years.Select(year => figure(monthsOf(year).Last()) * times)).Rounded();
    }
}
