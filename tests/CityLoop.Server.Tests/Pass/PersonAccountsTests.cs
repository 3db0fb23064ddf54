using CityLoop.Ledger;
using CityLoop.Server.Ledger;
using CityLoop.Server.Pass;
using CityLoop.Server.Tests.Hosting;
using Dapper;

namespace CityLoop.Server.Tests.Pass;

public sealed class PersonAccountsTests(TestCity city) : IClassFixture<TestCity>
{
    PersonAccounts Fresh => new(city.Database, city.Get<CityLedger>(), city.Clock);

    CurrencyId Points => city.Pack.MainCurrency.Id;

    [Fact]
    public async Task A_person_has_one_account_per_currency_and_nobody_elses()
    {
        var first = await Fresh.OfAsync(PersonId.OfCast(Cast.LinMeiling), Points, default);
        var again = await Fresh.OfAsync(PersonId.OfCast(Cast.LinMeiling), Points, default);
        var child = await Fresh.OfAsync(PersonId.OfCast(Cast.LinXiaoAn), Points, default);

        again.ShouldBe(first);
        child.ShouldNotBe(first);
    }

    [Fact]
    public async Task Asking_many_times_at_once_opens_one()
    {
        var accounts = await Task.WhenAll(Enumerable.Range(0, 20)
            .Select(_ => Fresh.OfAsync(PersonId.OfCast(Cast.ChenATu), Points, default)));

        accounts.Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public async Task A_crash_after_the_ledger_has_opened_it_does_not_open_a_second()
    {
        var before = await Fresh.OfAsync(PersonId.OfCast(Cast.EmmaDubois), Points, default);
        await using var connection = await city.Database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            "update pass.account set account = null where person = @person",
            new { person = PersonId.OfCast(Cast.EmmaDubois).Value });

        (await Fresh.OfAsync(PersonId.OfCast(Cast.EmmaDubois), Points, default)).ShouldBe(before);
    }
}
