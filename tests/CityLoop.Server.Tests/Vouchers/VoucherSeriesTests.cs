using System.Net;
using CityLoop.Server.Ledger;
using CityLoop.Server.Pass;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Merchants;
using CityLoop.Server.Vouchers;
using Dapper;

namespace CityLoop.Server.Tests.Vouchers;

/// <summary>A series from its draft to what people bought of it.</summary>
public sealed class VoucherSeriesTests : IAsyncLifetime
{
    static readonly PersonId SecondOfficer = PersonId.OfCast(Cast.ZhangJianguo);

    readonly TestCity _city = new();

    public ValueTask InitializeAsync() => _city.InitializeAsync();

    public ValueTask DisposeAsync() => _city.DisposeAsync();

    [Fact]
    public async Task One_officer_drafts_it_and_only_another_one_lets_it_in()
    {
        var id = await _city.DraftSeriesAsync(VoucherCity.Form(_city.Today()));
        using var first = await _city.SignInAsync(Cast.WangYating);
        using var second = await _city.SignInAsync(Cast.ZhangJianguo);
        using var person = await _city.SignInAsync(Cast.LinMeiling);
        (await person.GetAsync($"/vouchers/{id}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await _city.ApplyAsync(Cast.LinMeiling, id, 1)).ShouldBe(VoucherOutcome.Unknown);

        (await DecideAsync(first, id)).ShouldContain("要由另一位同意");
        (await DecideAsync(second, id)).ShouldContain("商品券已入帳");
        (await _city.Get<SeriesDesk>().DecideAsync(SecondOfficer, id, false, default))
            .ShouldBe(SeriesOutcome.DecidedBefore);

        (await person.GetStringAsync("/vouchers")).ShouldContain("好市多多券");
        (await person.GetStringAsync($"/vouchers/{id}")).ShouldContain("id=\"apply\"");
    }

    [Fact]
    public async Task Two_officers_who_agree_at_once_put_its_worth_there_once()
    {
        var budget = await _city.Get<CityBudgets>().AccountAsync("net-zero-2026", default);
        var before = await _city.BalanceAsync(budget);
        var id = await _city.DraftSeriesAsync(VoucherCity.BookForm(_city.Today()));

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 4).Select(
            _ => _city.Get<SeriesDesk>().DecideAsync(SecondOfficer, id, true, default)));
        outcomes.ShouldContain(SeriesOutcome.Done);
        (await _city.Get<SeriesDesk>().OpenAsync(id, default)).ShouldBe(SeriesOutcome.Done);

        (await _city.BalanceAsync(budget)).ShouldBe(before - 150);
        var series = (await _city.Get<SeriesStore>().FindAsync(id, default))!;
        var sums = await _city.Get<VoucherBooks>().SumsAsync(series, default);
        (sums.Sold, sums.Left, sums.Cover, sums.Spent.Count).ShouldBe((0, 0, 150, 0));
    }

    [Fact]
    public async Task What_the_budget_cannot_pay_is_not_agreed_to()
    {
        var form = VoucherCity.Form(_city.Today());
        (form["Books"], form["Amount1"]) = ("1000000", "6500");
        var id = await _city.DraftSeriesAsync(form);

        (await _city.Get<SeriesDesk>().DecideAsync(SecondOfficer, id, true, default))
            .ShouldBe(SeriesOutcome.BudgetTooSmall);

        (await _city.Get<SeriesStore>().FindAsync(id, default))!.StateOn(_city.Today()).ShouldBe("draft");
    }

    [Theory]
    [InlineData("Name-en", "")]
    [InlineData("Books", "0")]
    [InlineData("PerPerson", "11")]
    [InlineData("Price", "x")]
    [InlineData("Budget", "none")]
    [InlineData("Amount1", "")]
    [InlineData("ClosesOn", "2026-11-20")]
    [InlineData("LastDay", "2026-11-22")]
    [InlineData("District1", "99")]
    public async Task A_form_that_cannot_stand_comes_back_with_what_was_typed(string field, string value)
    {
        using var officer = await _city.SignInAsync(Cast.WangYating);
        var form = VoucherCity.Form(_city.Today());
        form[field] = value;

        using var sent = await officer.SubmitAsync(
            "/desk/vouchers/new", "name=\"Books\"", [.. form.Select(one => (one.Key, one.Value))]);

        sent.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await sent.Content.ReadAsStringAsync()).ShouldContain("好市多多券");
        (await _city.Get<SeriesStore>().AllAsync(default)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_wish_is_changed_and_withdrawn_until_the_window_closes_and_not_after()
    {
        var series = await _city.OpenSeriesAsync(VoucherCity.Form(_city.Today()));
        (await _city.ApplyAsync(Cast.LinMeiling, series.Id, 5)).ShouldBe(VoucherOutcome.BooksNotValid);
        (await _city.ApplyAsync(Cast.LinMeiling, series.Id, 1)).ShouldBe(VoucherOutcome.Done);
        (await _city.ApplyAsync(Cast.LinMeiling, series.Id, 4)).ShouldBe(VoucherOutcome.Done);
        (await _city.ApplyAsync(Cast.EmmaDubois, series.Id, 2)).ShouldBe(VoucherOutcome.Done);
        var applications = _city.Get<VoucherApplications>();
        (await applications.WithdrawAsync(PersonId.OfCast(Cast.EmmaDubois), series.Id, default))
            .ShouldBe(VoucherOutcome.Done);
        (await applications.OfSeriesAsync(series.Id, default)).ShouldHaveSingleItem().Books.ShouldBe(4);
        (await _city.Get<SeriesDesk>().ShareAsync(series.Id, default)).ShouldBe(SeriesOutcome.NotNow);

        await _city.ShareOutAsync(series);

        (await _city.ApplyAsync(Cast.LinMeiling, series.Id, 1)).ShouldBe(VoucherOutcome.NotNow);
        (await applications.WithdrawAsync(PersonId.OfCast(Cast.LinMeiling), series.Id, default))
            .ShouldBe(VoucherOutcome.NotNow);
        (await _city.BuyAsync(Cast.EmmaDubois, series.Id)).ShouldBe(VoucherOutcome.NothingForYou);
    }

    [Fact]
    public async Task Who_may_not_apply_reads_why()
    {
        var form = VoucherCity.Form(_city.Today());
        (form["ResidentsOnly"], form["AgeFrom"]) = ("on", "65");
        var series = await _city.OpenSeriesAsync(form);
        using var person = await _city.SignInAsync(Cast.LinMeiling);
        (await person.GetStringAsync($"/vouchers/{series.Id}")).ShouldContain("只給本市居民");
        (await _city.ApplyAsync(Cast.LinMeiling, series.Id, 1)).ShouldBe(VoucherOutcome.NotAResident);
        await using (var database = await _city.Database.OpenConnectionAsync())
            await database.ExecuteAsync(
                "insert into pass.residence values (@p, 'resident', null, 'self', null, now())",
                new { p = PersonId.OfCast(Cast.LinMeiling).Value });

        (await _city.ApplyAsync(Cast.LinMeiling, series.Id, 1)).ShouldBe(VoucherOutcome.AgeDoesNotFit);
        using var sent = await person.PostAsync("/vouchers/apply", null);
        sent.StatusCode.ShouldBe(HttpStatusCode.BadRequest, "there is no form without its page");
    }

    [Fact]
    public async Task Two_officers_who_share_it_out_at_once_have_one_result_that_everybody_can_work_out_again()
    {
        var form = VoucherCity.Form(_city.Today());
        (form["Books"], form["Allotment"]) = ("4", "draw");
        var series = await _city.OpenSeriesAsync(form);
        string[] people = [Cast.LinMeiling, Cast.EmmaDubois, Cast.ChenATu, Cast.HuangZhiming];
        foreach (var one in people)
            (await _city.ApplyAsync(one, series.Id, 2)).ShouldBe(VoucherOutcome.Done);
        using var person = await _city.SignInAsync(Cast.LinMeiling);
        var before = await person.GetStringAsync($"/vouchers/{series.Id}");
        before.ShouldContain(series.SeedHash);
        before.ShouldNotContain(Convert.ToHexStringLower(series.Seed));
        (await person.GetAsync($"/vouchers/{series.Id}/result.csv")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        _city.Clock.Advance(TimeSpan.FromDays(6));

        await Task.WhenAll(Enumerable.Range(0, 4).Select(
            _ => _city.Get<SeriesDesk>().ShareAsync(series.Id, default)));

        var result = await ResultAsync(person, series.Id);
        result.Sum(line => line.Allotted).ShouldBe(4);
        var seed = Convert.FromHexString(System.Text.RegularExpressions.Regex.Match(
            await person.GetStringAsync($"/vouchers/{series.Id}"), "id=\"seed\">([0-9a-f]{64})<").Groups[1].Value);
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(seed)).ShouldBe(series.SeedHash);
        var again = Allotment.Of(
            [.. result.Select(line => new Wish(line.Id, line.Books))], 4, AllotmentRule.Draw, seed);
        result.ShouldAllBe(line => again[line.Id] == line.Allotted && Allotment.KeyOf(seed, line.Id) == line.Key);
        await _city.LettersGoneAsync();
        (await Task.WhenAll(new[] { Cast.LinMeiling, Cast.EmmaDubois, Cast.HuangZhiming }.Select(
            async one => (await _city.LettersAsync(_city.ContactOf(one), "好市多多券")).Count)))
            .ShouldAllBe(letters => letters == 1, "everybody is told once");
    }

    [Fact]
    public async Task A_book_is_bought_once_however_often_and_by_however_many_taps()
    {
        var series = await _city.OpenSeriesAsync(VoucherCity.BookForm(_city.Today()));
        await _city.ApplyAsync(Cast.LinMeiling, series.Id, 3);
        (await _city.BuyAsync(Cast.LinMeiling, series.Id)).ShouldBe(VoucherOutcome.NotNow);
        await _city.ShareOutAsync(series);
        var had = await _city.BalanceOfAsync(Cast.LinMeiling);
        await _city.GiveAsync(Cast.LinMeiling, 200);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 5).Select(
            _ => _city.BuyAsync(Cast.LinMeiling, series.Id)));

        outcomes.ShouldAllBe(outcome => outcome == VoucherOutcome.Done);
        (await _city.BalanceOfAsync(Cast.LinMeiling)).ShouldBe(had + 200 - 150);
        (await _city.VouchersOfAsync(Cast.LinMeiling)).OrderBy(one => one.Key).ShouldBe(
            new Dictionary<int, long> { [1] = 60, [2] = 135 });
        using var person = await _city.SignInAsync(Cast.LinMeiling);
        (await person.GetStringAsync("/")).ShouldContain("只限：小型店家");
    }

    static async Task<string> DecideAsync(HttpClient officer, Guid id)
    {
        using var sent = await officer.SubmitAsync(
            $"/desk/vouchers/{id}", "id=\"approve\"", ("decision", "approve"));
        return await sent.Content.ReadAsStringAsync();
    }

    static async Task<List<(Guid Id, int Books, string Key, int Allotted)>> ResultAsync(HttpClient person, Guid id) =>
        [.. (await person.GetStringAsync($"/vouchers/{id}/result.csv")).Trim().Split("\r\n").Skip(1)
            .Select(line => line.Split(','))
            .Select(line => (Guid.Parse(line[0]), int.Parse(line[1]), line[2], int.Parse(line[3])))];
}
