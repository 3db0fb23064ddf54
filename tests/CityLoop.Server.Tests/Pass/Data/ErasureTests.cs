using System.Net;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Data;
using CityLoop.Server.Pass.Family;
using CityLoop.Server.Proofs;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Merchants;
using CityLoop.Server.Tests.Pass.Counter;
using Dapper;

namespace CityLoop.Server.Tests.Pass.Data;

/// <summary>Somebody goes; the books stay.</summary>
public sealed class ErasureTests(TestCity city) : IClassFixture<TestCity>
{
    [Fact]
    public async Task After_a_week_nobody_knows_who_it_was_and_the_books_verify()
    {
        await city.GiveAsync(Cast.EmmaDubois, 250);
        using var emma = await city.SignInAsync(Cast.EmmaDubois);
        var person = await emma.IdAsync();
        var account = await city.AccountOfAsync(Cast.EmmaDubois);
        using var asked = await emma.SubmitAsync("/me/data", "name=\"understood\"", ("understood", "yes"));
        asked.RequestMessage!.RequestUri!.Query.ShouldBe("?done=asked");
        await city.LetterAsync("emma@example.org", "7 天後刪除");
        (await emma.GetStringAsync("/me")).ShouldContain("你的市民通會在");
        var traces = new PlantedTraces(city, person, "emma@example.org");
        await traces.PlantAsync();
        await traces.ShouldBeToldAsync();
        city.Clock.Advance(Erasures.CanBeTakenBackFor - TimeSpan.FromMinutes(1));
        await EraseDueAsync();
        (await city.Get<Erasures>().DueAsync(person, default)).ShouldNotBeNull("the week is not over");

        city.Clock.Advance(TimeSpan.FromMinutes(1));
        (await EraseDueAsync()).ShouldBeGreaterThan(0);

        using var gone = await emma.GetAsync("/api/v1/me");
        gone.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        await traces.ShouldBeGoneButForWhatIsKeptAsync("Emma Dubois");
        await using var connection = await city.Database.OpenConnectionAsync();
        (await connection.ExecuteScalarAsync<long>(
            """
            select count(*) from pass.person where id = @Value
              and name = '' and roles = '{}' and born is null and district is null
            """, person)).ShouldBe(1);
        (await city.BalanceAsync(account)).ShouldBe(250, "the points end by their own last day");
        await city.Get<CityLedger>().SealAsync(default);
        var books = await new JournalCheck(city.Database, null, [], null).RunAsync(_ => { }, default);
        books.Findings.Where(found => found.IsInJournal).ShouldBeEmpty();

        using var again = city.Visit();
        await again.SignInAsync(city, "emma@example.org");
        (await again.IdAsync()).ShouldNotBe(person, "the contact is free for somebody new");
        var fresh = await city.Get<PersonAccounts>().OfAsync(
            await again.IdAsync(), city.Pack.MainCurrency.Id, default);
        fresh.ShouldNotBe(account);
    }

    [Fact]
    public async Task Within_the_week_it_can_be_taken_back()
    {
        using var person = city.Visit();
        await person.SignInAsync(city, "regrets@example.org");
        (await person.SubmitAsync("/me/data", "name=\"understood\"", ("understood", "yes"))).Dispose();

        using var kept = await person.SubmitAsync("/me/data", "action=\"/me/data/keep\"");

        kept.RequestMessage!.RequestUri!.Query.ShouldBe("?done=kept");
        await city.LetterAsync("regrets@example.org", "不會刪除");
        city.Clock.Advance(Erasures.CanBeTakenBackFor);
        await EraseDueAsync();
        using var again = city.Visit();
        await again.SignInAsync(city, "regrets@example.org");
        (await again.IdAsync()).ShouldBe(await person.IdAsync());
    }

    [Theory]
    [InlineData(Cast.WangYating, "?problem=hand_role_back")]
    [InlineData(Cast.LinMeiling, "?problem=looks_after_somebody")]
    public async Task Who_stands_for_something_hands_it_over_first(string who, string told)
    {
        using var person = await city.SignInAsync(who);

        using var asked = await person.SubmitAsync("/me/data", "name=\"understood\"", ("understood", "yes"));

        asked.RequestMessage!.RequestUri!.Query.ShouldBe(told);
        (await city.Get<Erasures>().DueAsync(await person.IdAsync(), default)).ShouldBeNull();
    }

    [Fact]
    public async Task A_child_that_has_grown_up_keeps_nobody_from_going()
    {
        const string contact = "grown-up@example.org";
        using var parent = city.Visit();
        await parent.SignInAsync(city, contact);
        var today = city.Get<CityClock>().Today;
        await city.Get<FamilyStore>().AddAsync(
            await parent.IdAsync(), "快十八", today.AddYears(-city.Pack.Family.Majority).AddDays(1), default);
        using var tooEarly = await parent.SubmitAsync("/me/data", "name=\"understood\"", ("understood", "yes"));
        tooEarly.RequestMessage!.RequestUri!.Query.ShouldBe("?problem=looks_after_somebody");

        city.Clock.Advance(TimeSpan.FromDays(1));
        await parent.SignInAsync(city, contact);
        using var asked = await parent.SubmitAsync("/me/data", "name=\"understood\"", ("understood", "yes"));

        asked.RequestMessage!.RequestUri!.Query.ShouldBe("?done=asked");
    }

    [Fact]
    public async Task Nobody_is_erased_by_a_single_press()
    {
        using var person = city.Visit();
        await person.SignInAsync(city, "slip@example.org");

        using var asked = await person.SubmitAsync("/me/data", "name=\"understood\"");

        asked.RequestMessage!.RequestUri!.Query.ShouldBe("?problem=erasure_not_understood");
    }

    Task<int> EraseDueAsync() => city.Get<Erasures>().EraseDueAsync(default);
}
