using CityLoop.Ledger;
using CityLoop.Server.Insights;
using CityLoop.Server.Ledger;
using CityLoop.Server.Operations;
using CityLoop.Server.Pass;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Insights;

namespace CityLoop.Server.Tests.Operations;

public sealed class DemoLifeTests(TestCity city) : IClassFixture<TestCity>
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_demo_city_has_two_months_behind_it_and_goes_on_from_there()
    {
        (await city.BalanceOfAsync(AccountKind.Person)).ShouldBe(0, "a city without the story is empty");

        await city.Get<DemoLife>().LiveAsync(Stop);
        var afterFirst = await SequenceAsync();
        await city.DeskHasFollowedAsync();
        var days = await FlowByDay.ReadAsync(city.Database, await city.WindowAsync(90), Stop);
        days.Count(d => d.Earned > 0).ShouldBe(56);
        days.Count(d => d.Spent > 0).ShouldBeGreaterThan(50);
        days[^1].Earned.ShouldBe(0, "the story ends yesterday: today is for those who try the city");

        await city.Get<DemoLife>().LiveAsync(Stop);
        (await SequenceAsync()).ShouldBe(afterFirst, "told a second time it posts nothing");

        city.Clock.Advance(TimeSpan.FromDays(3));
        await city.RestartAsync();
        await city.Get<DemoLife>().LiveAsync(Stop);
        await city.DeskHasFollowedAsync();
        days = await FlowByDay.ReadAsync(city.Database, await city.WindowAsync(90), Stop);
        days.Count(d => d.Earned > 0).ShouldBe(59);

        var meiling = await city.Get<PersonAccounts>().OfAsync(
            PersonId.OfCast(Cast.LinMeiling), city.Pack.MainCurrency.Id, Stop);
        var statement = await city.Get<CityLedger>().StatementAsync(meiling, 100, null, Stop);
        statement.ShouldContain(e => ((Transfer)e.Body).Code == TransferCode.Pay, "林美玲 has a history too");
        city.Log.Lines.ShouldBeEmpty("no movement of the story is refused by the books");
    }

    Task<long> SequenceAsync() => city.Get<CityLedger>().ReadAsync(books => books.Sequence, Stop);
}
