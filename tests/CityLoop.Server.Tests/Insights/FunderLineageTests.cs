using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Insights;
using CityLoop.Server.Ledger;
using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.Insights;

/// <summary>Every point of two budgets by its funder, whatever became of it.</summary>
public sealed class FunderLineageTests : IAsyncLifetime
{
    readonly TestCity _city = new() { ChangeCityJson = WithVoucher };
    readonly CurrencyId _voucher = new(2);

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _city.InitializeAsync();

    public ValueTask DisposeAsync() => _city.DisposeAsync();

    [Fact]
    public async Task Spent_ended_decayed_held_and_taken_back_points_stand_with_the_budget_that_paid_for_them()
    {
        await LiveAsync();
        await _city.DeskHasFollowedAsync();

        var window = await _city.Get<DeskWindows>().ChooseAsync("VCH", "365", Stop);
        var rows = (await _city.Get<FlowByBudget>().ReadAsync(window, Stop)).ToDictionary(r => r.Name);
        var days = await FlowByDay.ReadAsync(_city.Database, window, Stop);

        var (bus, books) = (rows["bus"], rows["books"]);
        // The bus budget paid a rebate of 30, which was spent, and 200, which ended.
        (bus.Spent, bus.Expired, bus.Decayed, bus.InHands, bus.TakenBack).ShouldBe((30, 200, 0, 0, 0));
        // The book budget paid 1,000 + 500: 30 of them went to the bus budget with the refund, 4 decayed.
        (books.Spent, books.Expired, books.Decayed, books.InHands, books.TakenBack).ShouldBe((0, 0, 4, 1_466, 30));
        (bus.FromOthers, books.FromOthers).ShouldBe((30, -30));
        foreach (var row in rows.Values)
        {
            var account = await _city.Get<CityLedger>().ReadAsync(b => b.Account(row.Account).Balance, Stop);
            row.Left.ShouldBe(account, row.Name);
            (row.Spent + row.InHands + row.Left).ShouldBe(row.Funded + row.FromOthers, row.Name);
            row.Paid.ShouldBe(
                row.Spent + row.InHands + row.Expired + row.Decayed + row.TakenBack, row.Name);
        }

        rows.Values.Sum(r => r.Decayed).ShouldBe(days.Sum(d => d.Decayed));
        rows.Values.Sum(r => r.Expired).ShouldBe(days.Sum(d => d.Expired));
        rows.Values.Sum(r => r.TakenBack).ShouldBe(days.Sum(d => d.Returned));
        rows.Values.Sum(r => r.Spent).ShouldBe(days.Sum(d => d.SpentNet));
    }

    [Fact]
    public async Task The_desk_shows_what_decayed_and_what_came_from_other_budgets_where_there_is_any()
    {
        await LiveAsync();
        await _city.DeskHasFollowedAsync();
        using var officer = await _city.SignInAsync(Cast.WangYating);

        var page = await officer.GetStringAsync("/desk/flow?currency=VCH&days=365&language=en", Stop);
        var file = await officer.GetStringAsync("/desk/flow/budgets.csv?currency=VCH&days=365&language=en", Stop);
        var plain = await officer.GetStringAsync("/desk/flow?currency=TCP&days=7&language=en", Stop);

        page.ShouldContain("Decayed");
        page.ShouldContain("From other budgets");
        file.ShouldContain("Came back,In people's hands,Spent,Left,Expired,Decayed,Taken back,From other budgets");
        plain.ShouldNotContain("Decayed");
    }

    /// <summary>
    /// A person pays with the book budget's points, spends the bus budget's rebate, and gets the payment back: what the
    /// refund takes as rebate are then the book budget's points. Others are held, decay, end and are paid out.
    /// </summary>
    async Task LiveAsync()
    {
        var (bus, books) = (await BudgetAsync("bus"), await BudgetAsync("books"));
        var person = await OpenAsync("person", AccountKind.Person);
        var reader = await OpenAsync("reader", AccountKind.Person);
        var shop = await OpenAsync("shop", AccountKind.Merchant);
        var payout = await OpenAsync("payout", AccountKind.Payout);
        var bank = await OpenAsync("bank", AccountKind.Outside);
        var today = _city.Get<CityClock>().Today;

        await PostAsync(new Transfer(Id("1"), books, person, 1_000, TransferCode.Earn) { LastDay = today.AddDays(90) });
        await PostAsync(
            new Transfer(Id("pay"), person, shop, 1_000, TransferCode.Pay),
            new Transfer(Id("back"), bus, person, 30, TransferCode.Rebate)
            {
                EarnedBy = Id("pay"), LastDay = today.AddDays(90),
            });
        await PostAsync(new Transfer(Id("2"), person, shop, 30, TransferCode.Pay));
        await PostAsync(
            new Transfer(Id("refund"), shop, person, 1_000, TransferCode.Refund) { Reverses = Id("pay") },
            Transfer.UpTo(Id("return"), person, bus, 30, TransferCode.RebateReturn) with { Reverses = Id("back") });
        await PostAsync(new Transfer(Id("4"), shop, payout, 20, TransferCode.Settle));
        await PostAsync(new Transfer(Id("5"), payout, bank, 10, TransferCode.PayOut));
        await PostAsync(new Transfer(Id("6"), bus, reader, 200, TransferCode.Earn) { LastDay = today });
        await PostAsync(new Transfer(Id("7"), books, reader, 500, TransferCode.Earn) { LastDay = today.AddDays(365) });
        _city.Clock.Advance(TimeSpan.FromDays(1));
        await _city.Get<DayTurn>().TurnAsync(Stop);
        await PostAsync(new PlaceHold(
            Id("hold"), reader, shop, 40, TransferCode.Pay, _city.Clock.GetUtcNow().AddYears(1)));
        _city.Clock.Advance(TimeSpan.FromDays(15));
        await _city.Get<DayTurn>().TurnAsync(Stop);
        // The reader's points decay when they are touched, the person's stay due.
        await PostAsync(new PlaceHold(
            Id("hold 2"), reader, shop, 1, TransferCode.Pay, _city.Clock.GetUtcNow().AddYears(1)));
    }

    async Task<AccountId> BudgetAsync(string name) =>
        await _city.Get<CityAccounts>().OpenAsync($"budget:{name}", AccountKind.Budget, _voucher, Stop);

    Task<AccountId> OpenAsync(string name, AccountKind kind) =>
        _city.Get<CityLedger>().OpenAccountAsync(Id(name), _voucher, kind, Stop);

    async Task PostAsync(params LedgerCommand[] linked) =>
        (await _city.Get<CityLedger>().PostLinkedAsync(linked, Stop)).Outcome
            .ShouldBe(PostOutcome.Posted, linked[0].ToString());

    static Guid Id(string name) => DerivedId.From("lineage", name);

    static string WithVoucher(string json) => json
        .Replace("\"budgets\": [", """
            "budgets": [
            {
              "name": "bus", "currency": "VCH", "amount": 5000,
              "names": { "zh-TW": "公車", "en": "Bus", "ja": "バス" },
              "funder": { "zh-TW": "交通局", "en": "Transport", "ja": "交通局" }
            },
            {
              "name": "books", "currency": "VCH", "amount": 3000,
              "names": { "zh-TW": "書", "en": "Books", "ja": "本" },
              "funder": { "zh-TW": "文化局", "en": "Culture", "ja": "文化局" }
            },
            """, StringComparison.Ordinal)
        .Replace("\"months\": 6 }\n    }", """
            "months": 6 }
            },
            {
              "id": 2, "code": "VCH", "scale": 0, "names": { "zh-TW": "券", "en": "Voucher", "ja": "券" },
              "lastDay": { "rule": "never" }, "decayPerMonth": 10000
            }
            """, StringComparison.Ordinal);
}
