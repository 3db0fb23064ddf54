using System.Net;
using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Cards;
using CityLoop.Server.Pass.Contacts;
using CityLoop.Server.Pass.Counter;
using CityLoop.Server.Pass.Family;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Merchants;
using Dapper;

namespace CityLoop.Server.Tests.Pass.Counter;

/// <summary>
/// A child's pass begins without contact, card or phone: a guardian leads to it. An officer who is a guardian stands on
/// the wrong side of the counter for that child.
/// </summary>
public sealed class ChildrenAtTheCounterTests(TestCity city) : IClassFixture<TestCity>
{
    static PersonId Mother => SignInRoad.PersonOf(Cast.WangYating);

    static PersonId Colleague => SignInRoad.PersonOf(Cast.ZhangJianguo);

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    DateOnly Today => city.Get<CityClock>().Today;

    [Fact]
    public async Task A_child_of_fifteen_gets_a_card_by_two_officers_and_pays_what_its_guardian_cannot()
    {
        using var mother = await ComeAsync("mother-of-15@example.org");
        await mother.AddChildAsync("小十五", Today.AddYears(-15));
        using var first = await city.SignInAsync(Cast.WangYating);
        using var second = await city.SignInAsync(Cast.ZhangJianguo);
        var visit = await first.FindChildAsync(mother, "小十五");
        using var refused = await first.SubmitAsync($"{visit.AbsolutePath}/cards", "綁定新卡", ("serial", "1"));
        refused.RequestMessage!.RequestUri!.Query.ShouldBe("?problem=card_needs_check", "a guardian's word is none");
        await city.CheckAsync(first, second, visit, "小十五", document: Documents.HouseholdRegister);
        (await first.RecordAsync(visit, "小十五", "recovery", Documents.HouseholdRegister, "A123456789"))
            .ShouldBe("?problem=register_of_children", "it shows no face");
        var (serial, code) = await city.GetCardAsync(first, second, visit, "274918");
        var child = new PersonId((await city.Get<CardStore>().FindAsync(serial, Stop))!.Person!.Value);
        var account = await GiveAsync(child, 1_000);

        using var till = await city.SignInAsync(Cast.HuangZhiming);
        (await till.ChargeAsync(code.Text, 900)).ShouldBeRefused(HttpStatusCode.Conflict, "card_pin_needed", "pin");
        (await till.SubmitAsync(
            "/till", "name=\"Code\"", ("Amount", "900"), ("Code", code.Text), ("Pin", "274918"))).Dispose();
        var left = await city.BalanceAsync(account);
        left.ShouldBeInRange(100, 999, "paid from the child's own points");

        var page = await mother.GetStringAsync("/me/family", Stop);
        page.ShouldContain("滿 13 歲後由孩子自己使用");
        using var acts = await mother.SendFormAsync(
            new Uri(city.Address, "/me/family"),
            page.Replace("/me/family/children", "/me/family/act", StringComparison.Ordinal), "name=\"born\"",
            ("child", child.ToString()));
        (await mother.GetStringAsync("/", Stop)).ShouldNotContain("正在幫");
        (await mother.SendAsync("/api/v1/wallet/payments",
            $$"""{"id":"{{Guid.NewGuid()}}","shop":"{{Cast.SunflowerBakery}}","amount":30}"""))
            .Status.ShouldBe(HttpStatusCode.Conflict);
        (await city.BalanceAsync(account)).ShouldBe(left);

        await using var connection = await city.Database.OpenConnectionAsync(Stop);
        (await connection.QueryAsync<string>(
            "select distinct purpose || ':' || array_to_string(what, ' ') from pass.access where person = @Value",
            child)).ShouldContain("card:that_you_are_here");
    }

    [Fact]
    public async Task A_child_with_a_contact_of_its_own_is_not_found_by_its_guardian_and_an_adult_shows_no_register()
    {
        using var mother = await ComeAsync("mother-of-14@example.org");
        await mother.AddChildAsync("小自己", Today.AddYears(-14));
        var child = await OnlyChildAsync(await mother.IdAsync());
        var children = city.Get<CounterChildren>();
        (await children.OfAsync(await mother.IdAsync(), Stop)).ShouldHaveSingleItem();
        await city.Get<WaysIn>().AddContactAsync(child, Contact.Read("own-14@example.org")!, Stop);

        (await children.OfAsync(await mother.IdAsync(), Stop)).ShouldBeEmpty();

        using var officer = await city.SignInAsync(Cast.WangYating);
        (await officer.RecordAsync(
            await officer.FindAsync("mother-of-14@example.org"), "媽媽", document: Documents.HouseholdRegister))
            .ShouldBe("?problem=register_of_children");
    }

    [Fact]
    public async Task Another_person_s_visit_and_one_that_is_over_lead_to_no_child()
    {
        using var mother = await ComeAsync("leads@example.org");
        await mother.AddChildAsync("小引", Today.AddYears(-14));
        using var other = await ComeAsync("leads-not@example.org");
        await other.AddChildAsync("小別", Today.AddYears(-14));
        var child = await OnlyChildAsync(await mother.IdAsync());
        using var officer = await city.SignInAsync(Cast.WangYating);
        var visit = await officer.FindAsync(await other.CounterCodeAsync(), "card");
        var page = await officer.GetStringAsync($"{visit.AbsolutePath}/children", Stop);
        page.ShouldNotContain("小引");

        (await OpenAsync()).ShouldBe($"{visit.AbsolutePath}/children?problem=child_of_another");
        city.Clock.Advance(CounterSteps.VisitLasts);
        (await OpenAsync()).ShouldBe("/counter?problem=visit_over");
        await using var connection = await city.Database.OpenConnectionAsync(Stop);
        (await connection.ExecuteScalarAsync<long>(
            "select count(*) from pass.counter_step where person = @Value", child)).ShouldBe(0);

        async Task<string> OpenAsync()
        {
            using var opened = await officer.SendFormAsync(
                new Uri(city.Address, visit.AbsolutePath), page, "小別", ("child", child.ToString()));
            return opened.RequestMessage!.RequestUri!.PathAndQuery;
        }
    }

    [Fact]
    public async Task Who_came_of_age_without_a_contact_is_found_for_a_year_and_checked_before_a_card()
    {
        using var mother = await ComeAsync("mother-of-18@example.org");
        await mother.AddChildAsync("小成年", Today.AddYears(-18).AddDays(1));
        var adult = await OnlyChildAsync(await mother.IdAsync());
        city.Clock.Advance(TimeSpan.FromDays(1));
        await mother.SignInAsync(city, "mother-of-18@example.org");
        using var first = await city.SignInAsync(Cast.WangYating);
        using var second = await city.SignInAsync(Cast.ZhangJianguo);
        var visit = await first.FindChildAsync(mother, "小成年");
        using var refused = await first.SubmitAsync($"{visit.AbsolutePath}/cards", "綁定新卡", ("serial", "1"));
        refused.RequestMessage!.RequestUri!.Query.ShouldBe("?problem=card_needs_check");

        await city.CheckAsync(first, second, visit, "成年人");
        var (_, code) = await city.GetCardAsync(first, second, visit, "274918");

        (await first.FindAsync(code.Text, "card")).AbsolutePath.ShouldStartWith("/counter/visits/");
        var children = city.Get<CounterChildren>();
        (await children.OfAsync(await mother.IdAsync(), Stop)).ShouldHaveSingleItem().Id.ShouldBe(adult.Value);
        await using var connection = await city.Database.OpenConnectionAsync(Stop);
        await connection.ExecuteAsync(
            "update pass.person set born = @born where id = @Value", new { born = Today.AddYears(-19), adult.Value });
        (await children.OfAsync(await mother.IdAsync(), Stop)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Nobody_finds_records_or_approves_their_own_child()
    {
        var child = await ChildAsync("小婷");
        var card = await CardAsync(child);
        var checks = city.Get<CounterChecks>();
        var search = city.Get<FindPerson>();

        (await search.FindAsync(Mother, card.Text, "card", default)).Outcome
            .ShouldBe(FindPerson.Outcome.ThatIsYourself);
        (await search.FindAsync(Colleague, card.Text, "card", default)).Outcome.ShouldBe(FindPerson.Outcome.Found);
        (await checks.RecordAsync(Mother, VisitOf(child, Mother), false, "passport", "王小婷", null, default))
            .ShouldBe(CheckOutcome.NotOfYourself);
        (await checks.RecordAsync(Colleague, VisitOf(child, Colleague), false, "passport", "王小婷", null, default))
            .ShouldBe(CheckOutcome.Done);
        var check = (await checks.OfAsync(child, default)).ShouldHaveSingleItem();
        // Nor through a colleague's visit, where they would bind a card or choose its PIN.
        var visit = (await search.FindAsync(Colleague, card.Text, "card", default)).Visit;
        using var mother = await city.SignInAsync(Cast.WangYating);
        using var bound = await mother.SubmitAsync($"/counter/visits/{visit}/cards", "綁定新卡", ("serial", "1"));
        bound.RequestMessage!.RequestUri!.PathAndQuery.ShouldBe("/counter?problem=visit_over");
        (await checks.ApproveAsync(Mother, check.Id, null, default)).Outcome.ShouldBe(CheckOutcome.NotOfYourself);
    }

    async Task<HttpClient> ComeAsync(string contact)
    {
        var person = city.Visit();
        await person.SignInAsync(city, contact);
        return person;
    }

    async Task<PersonId> OnlyChildAsync(PersonId guardian) =>
        new((await city.Get<FamilyStore>().ChildrenOfAsync(guardian, Stop)).ShouldHaveSingleItem().Id);

    async Task<AccountId> GiveAsync(PersonId person, long amount)
    {
        var account = await city.Get<PersonAccounts>().OfAsync(person, city.Pack.MainCurrency.Id, Stop);
        var budget = await city.Get<CityBudgets>().AccountAsync("net-zero-2026", Stop);
        await city.PostAsync(new Transfer(Guid.NewGuid(), budget, account, amount, TransferCode.Earn));
        return account;
    }

    Visit VisitOf(PersonId person, PersonId officer) =>
        new(Guid.NewGuid(), person, city.Clock.GetUtcNow(), officer, "identity_check");

    async Task<PersonId> ChildAsync(string name)
    {
        var family = city.Get<FamilyStore>();
        await family.AddAsync(Mother, name, city.Get<CityClock>().Today.AddYears(-9), default);
        return new PersonId((await family.ChildrenOfAsync(Mother, default)).Single(child => child.Name == name).Id);
    }

    async Task<CardCode> CardAsync(PersonId child)
    {
        var cards = city.Get<CardStore>();
        var (serial, code) = (await cards.PrintAsync(Colleague, 1, default))[0];
        (await cards.BindToAsync(Colleague, serial, child, isFirst: false, default))
            .ShouldBe(BindOutcome.WaitsForSecond);
        return code;
    }
}
