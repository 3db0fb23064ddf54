using CityLoop.Server.Operations;
using CityLoop.Twin;
using static System.FormattableString;

namespace CityLoop.Server.Policies;

/// <summary>The twin's answer for a person at a terminal.</summary>
static class TwinTable
{
    static readonly (string Name, Func<Figures, Estimate> Of)[] Columns =
    [
        ("members", figures => figures.Members),
        ("stamps", figures => figures.Stamps),
        ("issued", figures => figures.Issued),
        ("spent", figures => figures.Spent),
        ("expired", figures => figures.Expired),
        ("left", figures => figures.Left),
    ];

    const int Width = 27;

    public static void Write(TryPolicy.Response tried, CommandOutput output)
    {
        var report = tried.Report;
        output.Line(Invariant($"{tried.City}: {tried.Mission} version {tried.Version}, {tried.Reward} points ")
            + Invariant($"for the first {tried.Places:N0}, {tried.RebatePercent} % back"));
        output.Line(Invariant($"{report.People:N0} synthetic people for {report.CityPeople:N0} (1:{report.Scale}), ")
            + Invariant($"{report.Seeds.Count} seeds from {report.Seeds[0]}, 365 days from {report.From:yyyy-MM-dd}"));
        output.Line("Figures are for the whole city: mean (5 % to 95 % of the seeds).");
        output.Line();
        output.Line("month    " + string.Concat(Columns.Select(column => column.Name.PadLeft(Width))));
        foreach (var month in report.Months)
            output.Line(Invariant($"{month.Month:yyyy-MM}  {Row(month.Figures)}"));
        output.Line("year     " + Row(report.Year));
        output.Line();
        output.Line(Places(report));
    }

    static string Places(TwinReport report)
    {
        if (report.PlacesGoneOn is not { } day)
            return "The places lasted in every year.";
        var years = Invariant($"{report.YearsWithoutPlaces} of {report.Seeds.Count} years");
        return Invariant($"The places ran out in {years}, in the middle one on {day:yyyy-MM-dd}; ")
            + $"{Text(report.Year.RewardsDue)} people earned the reward, {Text(report.Year.RewardsPaid)} were paid.";
    }

    static string Row(Figures figures) =>
        string.Concat(Columns.Select(column => Text(column.Of(figures)).PadLeft(Width)));

    static string Text(Estimate figure) => Invariant($"{figure.Mean:N0} ({figure.Low:N0}–{figure.High:N0})");
}
