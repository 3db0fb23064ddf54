using System.Text.Json;

namespace CityLoop.Twin.Tests;

public sealed class TwinRunsTests
{
    [Fact]
    public void Twenty_seeds_give_one_report_whatever_core_finishes_first()
    {
        long[] seeds = [.. Enumerable.Range(1, 20)];
        var finished = new System.Collections.Concurrent.ConcurrentBag<int>();

        var together = Report(TwinRuns.Live(
            Taichung.People, Taichung.Policy, new Behaviour(), seeds, 2, TestContext.Current.CancellationToken,
            finished.Add));
        var oneByOne = Report(
            [.. seeds.Select(seed => SyntheticCity.Live(Taichung.People, Taichung.Policy, new Behaviour(), seed))]);

        JsonSerializer.Serialize(together).ShouldBe(JsonSerializer.Serialize(oneByOne));
        finished.Order().ShouldBe(Enumerable.Range(1, 20));
    }

    [Fact]
    public void A_report_speaks_of_the_whole_city_and_of_what_it_does_not_know()
    {
        var report = Report(TwinRuns.Live(
            Taichung.People, Taichung.Policy, new Behaviour(), [.. Enumerable.Range(1, 20)], 2,
            TestContext.Current.CancellationToken));

        report.Months.Count.ShouldBe(12);
        report.Year.RewardsPaid.Mean.ShouldBeLessThanOrEqualTo(6_000);
        report.Year.Members.Low.ShouldBeLessThan(report.Year.Members.Mean);
        report.Year.Members.Mean.ShouldBeLessThan(report.Year.Members.High);
        // Two years after its start a programme has between the weakest's 4.8 % and Amagasaki's 19.6 %.
        (report.Year.Members.Low / report.CityPeople).ShouldBeInRange(0.03, 0.09);
        (report.Year.Members.High / report.CityPeople).ShouldBeInRange(0.14, 0.20);
        report.Months[^1].Figures.Members.ShouldBe(report.Year.Members);
        report.Year.Issued.Mean.ShouldBe(
            report.Year.Spent.Mean + report.Year.Expired.Mean + report.Year.Left.Mean, 0.2);
    }

    [Fact]
    public void A_run_has_at_least_one_seed() => Should.Throw<ArgumentException>(() => TwinRuns.Live(
        Taichung.People, Taichung.Policy, new Behaviour(), [], 2, TestContext.Current.CancellationToken));

    [Fact]
    public void A_run_can_be_called_off() => Should.Throw<OperationCanceledException>(() => TwinRuns.Live(
        Taichung.People, Taichung.Policy, new Behaviour(), [1], 2, new CancellationToken(canceled: true)));

    static TwinReport Report(IReadOnlyList<TwinYear> years) => TwinReport.Of(Taichung.People, years, 1);
}
