using System.Net;
using CityLoop.Ledger;
using CityLoop.Server.Accounts;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Access;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Merchants;
using Npgsql;

namespace CityLoop.Server.Tests.Accounts;

/// <summary>Who freezes, thaws, closes and bounds an account, and with whom.</summary>
public sealed class AccountChangesTests(TestCity city) : IClassFixture<TestCity>
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    AccountChanges Changes => city.Get<AccountChanges>();

    [Fact]
    public async Task One_officer_freezes_a_wallet_at_once_and_a_second_one_thaws_it()
    {
        await city.GiveAsync(Cast.EmmaDubois, 50);
        var wallet = await city.AccountOfAsync(Cast.EmmaDubois);
        using var first = await city.SignInAsync(Cast.WangYating);
        using var second = await city.SignInAsync(Cast.ZhangJianguo);
        using var emma = await city.SignInAsync(Cast.EmmaDubois);

        var frozen = (await AskAsync(first, wallet, "frozen")).ShouldBeDone();
        frozen.Body.GetProperty("waits").GetBoolean().ShouldBeFalse();
        (await PayAsync(emma)).ShouldBeRefused(HttpStatusCode.Conflict, "your_wallet_is_frozen");

        var thaw = (await AskAsync(first, wallet, "open")).ShouldBeDone();
        thaw.Body.GetProperty("waits").GetBoolean().ShouldBeTrue();
        (await PayAsync(emma)).ShouldBeRefused(HttpStatusCode.Conflict, "your_wallet_is_frozen");
        (await DecideAsync(first, thaw)).ShouldBeRefused(HttpStatusCode.Forbidden, "needs_second_officer");
        (await AskAsync(second, wallet, "open"))
            .ShouldBeRefused(HttpStatusCode.Conflict, "account_change_waits", "account");

        (await DecideAsync(second, thaw)).ShouldBeDone();
        (await PayAsync(emma)).ShouldBeDone();
        (await DecideAsync(second, thaw)).ShouldBeRefused(HttpStatusCode.Conflict, "account_change_decided");
    }

    [Fact]
    public async Task Whose_wallet_it_is_reads_who_froze_and_thawed_it_and_why_and_gets_a_letter_each_time()
    {
        var wallet = await city.AccountOfAsync(Cast.HuangZhiming);
        using var first = await city.SignInAsync(Cast.WangYating);
        using var second = await city.SignInAsync(Cast.ZhangJianguo);
        using var owner = await city.SignInAsync(Cast.HuangZhiming);
        var contact = city.ContactOf(Cast.HuangZhiming);

        (await AskAsync(first, wallet, "frozen", reason: "card found in a tram")).ShouldBeDone();

        (await city.LetterAsync(contact, "帳戶已凍結")).ShouldContain("card found in a tram");
        var line = (await AccessesAsync()).ShouldHaveSingleItem();
        (line.Person, line.Purpose).ShouldBe(("王雅婷", "account"));
        line.What.ShouldHaveSingleItem().ShouldContain("凍結你的點數帳戶，原因：card found in a tram");
        (await (await owner.GetAsync("/me/data/access", Stop)).PageAsync()).ShouldContain("card found in a tram");

        var thaw = (await AskAsync(second, wallet, "open", reason: "came with the card")).ShouldBeDone();
        (await AccessesAsync()).Count.ShouldBe(1, "what waits has not happened");
        (await DecideAsync(first, thaw)).ShouldBeDone();

        (await city.LetterAsync(contact, "帳戶可以使用")).ShouldContain("came with the card");
        (await AccessesAsync()).Where(one => one.What.Any(what => what.Contains("came with the card")))
            .Select(one => one.Person).ShouldBe(["王雅婷", "張建國"], ignoreOrder: true);

        async Task<IReadOnlyList<AccessLine>> AccessesAsync() =>
            [.. (await city.Get<MyAccesses>().OfAsync(PersonId.OfCast(Cast.HuangZhiming), 50, 0, Stop))
                .Where(one => one.Purpose == "account")];
    }

    [Fact]
    public async Task An_account_closes_when_two_want_it_and_nothing_is_in_it_and_stays_closed()
    {
        var account = await BudgetAsync("to be closed", 5);
        using var first = await city.SignInAsync(Cast.WangYating);
        using var second = await city.SignInAsync(Cast.ZhangJianguo);
        (await AskAsync(first, account, "closed"))
            .ShouldBeRefused(HttpStatusCode.Conflict, "account_is_not_empty", "status");
        await MoveBackAsync(account, 5);

        var closing = (await AskAsync(first, account, "closed")).ShouldBeDone();
        (await DecideAsync(second, closing)).ShouldBeDone();

        (await city.Get<CityLedger>().ReadAsync(books => books.Account(account).Status, Stop))
            .ShouldBe(AccountStatus.Closed);
        (await AskAsync(first, account, "open"))
            .ShouldBeRefused(HttpStatusCode.Conflict, "account_is_closed", "account");
    }

    [Fact]
    public async Task Nobody_names_a_change_like_an_act_of_the_citys_own()
    {
        var account = await BudgetAsync("named like midnight", 0);
        var tomorrow = BeginDay.Of(city.Get<CityClock>().Today.AddDays(1));

        foreach (var id in new[] { tomorrow.Id, Guid.Empty, Guid.AllBitsSet })
            (await Changes.AskAsync(Officer(Cast.WangYating), Change(id, account, AccountStatus.Frozen), Stop))
                .ShouldBe(AskOutcome.IdNotValid);
    }

    [Fact]
    public async Task What_the_books_refuse_after_all_is_told_to_the_second_officer_and_is_no_approval()
    {
        var account = await BudgetAsync("filled meanwhile", 0);
        var id = Guid.NewGuid();
        (await Changes.AskAsync(Officer(Cast.WangYating), Change(id, account, AccountStatus.Closed), Stop))
            .ShouldBe(AskOutcome.Waits);
        await FundAsync(account, 5);

        (await Changes.DecideAsync(Officer(Cast.ZhangJianguo), id, isApproved: true, Stop))
            .ShouldBe(DecideOutcome.AccountIsNotEmpty);

        var line = (await city.Get<ChangeStore>().FindAsync(id, Stop))!;
        (line.IsApproved, line.PostedAt).ShouldBe((false, null));
    }

    [Fact]
    public async Task Bounds_take_two_officers_and_hold()
    {
        var account = await BudgetAsync("bounded", 100);
        using var first = await city.SignInAsync(Cast.WangYating);
        using var second = await city.SignInAsync(Cast.ZhangJianguo);

        var bounded = (await AskAsync(first, account, "open", minimum: 40, maximum: 120)).ShouldBeDone();
        (await DecideAsync(second, bounded)).ShouldBeDone();

        (await FundAsync(account, 21)).ShouldBe(PostOutcome.CreditAccountIsFull);
        (await FundAsync(account, 20)).ShouldBe(PostOutcome.Posted);
        (await MoveBackAsync(account, 81)).ShouldBe(PostOutcome.DebitAccountHasTooFewPoints);
        (await MoveBackAsync(account, 80)).ShouldBe(PostOutcome.Posted);
    }

    [Fact]
    public async Task A_freeze_ends_what_waits_so_that_no_approval_thaws_unseen()
    {
        var account = await BudgetAsync("frozen meanwhile", 5);
        using var first = await city.SignInAsync(Cast.WangYating);
        using var second = await city.SignInAsync(Cast.ZhangJianguo);
        var bounds = (await AskAsync(first, account, "open", maximum: 9)).ShouldBeDone();

        (await AskAsync(second, account, "frozen")).ShouldBeDone();

        (await DecideAsync(second, bounds)).ShouldBeRefused(HttpStatusCode.Conflict, "account_change_decided");
        (await city.Get<CityLedger>().ReadAsync(books => books.Account(account).Status, Stop))
            .ShouldBe(AccountStatus.Frozen);
    }

    [Fact]
    public async Task Who_asked_may_take_it_back_and_a_second_officer_may_refuse()
    {
        var account = await BudgetAsync("not changed", 5);
        using var first = await city.SignInAsync(Cast.WangYating);
        using var second = await city.SignInAsync(Cast.ZhangJianguo);
        foreach (var decider in new[] { first, second })
        {
            var asked = (await AskAsync(first, account, "open", maximum: 9)).ShouldBeDone();
            (await DecideAsync(decider, asked, approve: false)).ShouldBeDone();
        }

        (await city.Get<CityLedger>().ReadAsync(books => books.BoundsOf(account), Stop)).ShouldBe((null, null));
    }

    [Fact]
    public async Task The_same_request_twice_asks_once_and_another_under_its_id_is_refused()
    {
        var account = await BudgetAsync("asked twice", 5);
        var id = Guid.NewGuid();
        using var officer = await city.SignInAsync(Cast.WangYating);
        (await AskAsync(officer, account, "open", maximum: 9, id: id)).ShouldBeDone();
        (await AskAsync(officer, account, "open", maximum: 9, id: id)).ShouldBeDone();
        (await AskAsync(officer, account, "open", maximum: 8, id: id))
            .ShouldBeRefused(HttpStatusCode.Conflict, "account_change_id_used", "id");
        (await city.Get<ChangeStore>().OfAsync(account, Stop)).Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("thawed", null, null, "lost card", "account_status_not_valid", "status")]
    [InlineData("frozen", null, null, " ", "reason_not_valid", "reason")]
    [InlineData("frozen", null, null, "a\\nb", "reason_not_valid", "reason")]
    [InlineData("open", 10L, 9L, "bounds", "account_bounds_not_valid", "minimum")]
    [InlineData("open", -1L, null, "bounds", "account_bounds_not_valid", "minimum")]
    public async Task Nonsense_is_named_and_changes_nothing(
        string status, long? minimum, long? maximum, string reason, string code, string field)
    {
        var account = await BudgetAsync("nonsense", 5);
        using var officer = await city.SignInAsync(Cast.WangYating);
        var before = await city.Get<CityLedger>().ReadAsync(books => books.Account(account), Stop);

        (await AskAsync(officer, account, status, minimum, maximum, reason: reason))
            .ShouldBeRefused(HttpStatusCode.BadRequest, code, field);

        (await city.Get<CityLedger>().ReadAsync(books => books.Account(account), Stop)).ShouldBe(before);
        (await city.Get<ChangeStore>().OfAsync(account, Stop)).ShouldBeEmpty();
        (await AskAsync(officer, new AccountId(int.MaxValue), "frozen"))
            .ShouldBeRefused(HttpStatusCode.NotFound, "account_unknown", "account");
        (await AskAsync(officer, account, "open"))
            .ShouldBeRefused(HttpStatusCode.Conflict, "account_is_so_already", "status");
    }

    [Fact]
    public async Task A_change_that_was_approved_when_the_server_died_is_posted_afterwards_once()
    {
        var account = await BudgetAsync("died between", 5);
        var (id, store) = (Guid.NewGuid(), city.Get<ChangeStore>());
        var now = city.Clock.GetUtcNow();
        var change = Change(id, account, AccountStatus.Open) with { Maximum = 7 };
        await store.AddAsync(change, Officer(Cast.WangYating).Value, isDecided: false, now, Stop);
        await store.DecideAsync(id, Officer(Cast.ZhangJianguo).Value, isApproved: true, now, Stop);

        (await Changes.FinishAsync(TimeSpan.FromSeconds(-1), Stop)).ShouldBe(1);
        (await Changes.FinishAsync(TimeSpan.FromSeconds(-1), Stop)).ShouldBe(0);

        (await city.Get<CityLedger>().ReadAsync(books => books.BoundsOf(account), Stop)).ShouldBe((null, 7L));
    }

    [Fact]
    public async Task Of_two_officers_who_decide_at_once_one_does()
    {
        var account = await BudgetAsync("raced", 5);
        var id = Guid.NewGuid();
        await Changes.AskAsync(
            Officer(Cast.WangYating), Change(id, account, AccountStatus.Open) with { Maximum = 7 }, Stop);

        var decided = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(
            () => Changes.DecideAsync(Officer(Cast.ZhangJianguo), id, isApproved: i % 2 == 0, Stop))));

        decided.Count(d => d is DecideOutcome.Approved or DecideOutcome.Refused).ShouldBe(1);
        decided.Count(d => d == DecideOutcome.AlreadyDecided).ShouldBe(7);
        var isBounded = await city.Get<CityLedger>().ReadAsync(books => books.BoundsOf(account).Maximum == 7, Stop);
        isBounded.ShouldBe(decided.Contains(DecideOutcome.Approved));
    }

    [Fact]
    public async Task The_table_itself_refuses_an_approval_by_who_asked()
    {
        var account = await BudgetAsync("one hand", 5);
        var (id, officer) = (Guid.NewGuid(), Officer(Cast.WangYating));
        await Changes.AskAsync(officer, Change(id, account, AccountStatus.Open) with { Maximum = 7 }, Stop);

        (await Should.ThrowAsync<PostgresException>(() => city.Get<ChangeStore>().DecideAsync(
            id, officer.Value, isApproved: true, city.Clock.GetUtcNow(), Stop)))
            .SqlState.ShouldBe(PostgresErrorCodes.CheckViolation);
    }

    static PersonId Officer(string cast) => PersonId.OfCast(cast);

    static AccountChange Change(Guid id, AccountId account, AccountStatus status) =>
        new(id, account, status, null, null, "test of the rules");

    async Task<AccountId> BudgetAsync(string name, long amount)
    {
        var account = await city.Get<CityLedger>().OpenAccountAsync(
            DerivedId.From("changes", name + Guid.NewGuid()), city.Pack.MainCurrency.Id, AccountKind.Budget, Stop);
        if (amount > 0)
            (await FundAsync(account, amount)).ShouldBe(PostOutcome.Posted);
        return account;
    }

    async Task<PostOutcome> FundAsync(AccountId account, long amount) => (await city.Get<CityLedger>().PostAsync(
        new Transfer(Guid.NewGuid(), await IssuingAsync(), account, amount, TransferCode.Fund), Stop)).Outcome;

    async Task<PostOutcome> MoveBackAsync(AccountId account, long amount) => (await city.Get<CityLedger>().PostAsync(
        new Transfer(Guid.NewGuid(), account, await IssuingAsync(), amount, TransferCode.Unfund), Stop)).Outcome;

    Task<AccountId> IssuingAsync() => city.Get<CityBudgets>().IssuingAsync(city.Pack.MainCurrency, Stop);

    static Task<Answer> AskAsync(
        HttpClient officer, AccountId account, string status, long? minimum = null, long? maximum = null,
        string reason = "reported as lost", Guid? id = null) =>
        officer.SendAsync($"/api/v1/ledger/accounts/{account.Value}/changes",
            $$"""
            {"id":"{{id ?? Guid.NewGuid()}}","status":"{{status}}","minimum":{{minimum?.ToString() ?? "null"}},
             "maximum":{{maximum?.ToString() ?? "null"}},"reason":"{{reason}}"}
            """);

    static Task<Answer> DecideAsync(HttpClient officer, Answer asked, bool approve = true) => officer.SendAsync(
        $"/api/v1/ledger/accounts/changes/{asked.Body.GetProperty("id").GetGuid()}/decision",
        $$"""{"approve":{{(approve ? "true" : "false")}}}""");

    static Task<Answer> PayAsync(HttpClient phone) => phone.SendAsync("/api/v1/wallet/payments",
        $$"""{"id":"{{Guid.NewGuid()}}","shop":"{{Cast.SunflowerBakery}}","amount":10}""");
}
