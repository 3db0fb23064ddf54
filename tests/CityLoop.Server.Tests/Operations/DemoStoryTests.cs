using CityLoop.Ledger;
using CityLoop.Server.Operations;

namespace CityLoop.Server.Tests.Operations;

public sealed class DemoStoryTests
{
    static readonly DateOnly Begin = new(2026, 9, 26);

    [Fact]
    public void The_same_days_are_lived_the_same_way_on_every_machine()
    {
        Lived(30).ShouldBe(Lived(30));
    }

    [Fact]
    public void Nobody_spends_what_they_do_not_have()
    {
        var points = new long[DemoStory.People];
        foreach (var move in Lived(120))
        {
            points[move.Person] += move.Code is TransferCode.Earn or TransferCode.Rebate or TransferCode.Refund
                ? move.Amount
                : -move.Amount;
            points[move.Person].ShouldBeGreaterThanOrEqualTo(0, $"{move}");
        }
    }

    [Fact]
    public void A_month_later_there_are_more_people_than_at_the_beginning()
    {
        var story = new DemoStory(25, 1);
        var people = Enumerable.Range(0, 60)
            .Select(n => story.LiveDay(Begin.AddDays(n)).Select(m => m.Person).Distinct().Count()).ToList();

        people[^7..].Average().ShouldBeGreaterThan(people[..7].Average() * 1.5);
    }

    static List<DemoMove> Lived(int days)
    {
        var story = new DemoStory(25, 1);
        return [.. Enumerable.Range(0, days).SelectMany(n => story.LiveDay(Begin.AddDays(n)))];
    }
}
