using System.Net;
using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Merchants;

namespace CityLoop.Server.Tests.Ledger;

/// <summary>What an account held at an instant, against the journal replayed up to it.</summary>
public sealed class PastStatementTests(TestCity city) : IClassFixture<TestCity>, IAsyncLifetime
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    readonly List<DateTimeOffset> _instants = [];

    public async ValueTask InitializeAsync()
    {
        await city.GiveAsync(Cast.LinMeiling, 5_000, city.Get<CityClock>().Today.AddDays(300));
        using var phone = await city.SignInAsync(Cast.LinMeiling);
        using var till = await city.SignInAsync(Cast.HuangZhiming);
        var budget = await city.Get<CityBudgets>().AccountAsync("net-zero-2026", Stop);
        for (var i = 1; i <= 12; i++)
        {
            city.Clock.Advance(TimeSpan.FromMinutes(7 * i));
            _instants.Add(city.Clock.GetUtcNow());
            var paid = (await PayAsync(phone, 10 * i)).ShouldBeDone();
            if (i % 4 == 0)
                (await till.RefundAsync(paid.Id)).ShouldBeDone();
            // A correction: written now, of some time ago.
            if (i % 3 == 0)
                await city.PostAsync(new Transfer(
                    Guid.NewGuid(), budget, await city.AccountOfAsync(Cast.LinMeiling), i, TransferCode.Earn)
                {
                    EffectiveAt = city.Clock.GetUtcNow().AddMinutes(-60),
                });
        }

        city.Clock.Advance(TimeSpan.FromMinutes(1));
        _instants.Add(city.Clock.GetUtcNow());
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task The_balance_and_lines_of_any_instant_are_those_of_the_journal_replayed_up_to_it()
    {
        var journal = await city.Get<CityLedger>().ReadJournalAsync(0, int.MaxValue, Stop);
        AccountId[] accounts =
        [
            await city.AccountOfAsync(Cast.LinMeiling), (await city.ShopAsync(Cast.SunflowerBakery)).Account,
            await city.Get<CityBudgets>().AccountAsync("net-zero-2026", Stop),
        ];
        foreach (var account in accounts)
            foreach (var at in _instants)
            {
                var books = new LedgerState();
                foreach (var entry in journal.TakeWhile(entry => entry.At <= at))
                    books.Apply(entry);

                var past = await PastStatement.ReadAsync(
                    city.Get<CityLedger>(), account, at, asHappened: false, 5, null, Stop);

                past.Balance.ShouldBe(books.Account(account).Balance, $"{account} at {at}");
                past.Lines.Select(line => line.Sequence).ShouldBe(
                    Lines(journal, account).Where(line => line.At <= at).Reverse().Take(5).Select(l => l.Sequence));
            }
    }

    [Fact]
    public async Task The_past_of_a_busy_account_is_walked_back_without_losing_a_line()
    {
        var ledger = city.Get<CityLedger>();
        var budget = await city.Get<CityBudgets>().AccountAsync("net-zero-2026", Stop);
        var person = await ledger.OpenAccountAsync(
            Guid.NewGuid(), city.Pack.MainCurrency.Id, AccountKind.Person, Stop);
        var ends = new List<(DateTimeOffset At, int Lines)>();
        foreach (var lines in new[] { 999, 1, 1, 999, 1_001 })
        {
            city.Clock.Advance(TimeSpan.FromMinutes(1));
            ends.Add((city.Clock.GetUtcNow(), ends.LastOrDefault().Lines + lines));
            await ledger.PostManyAsync(
                [.. Enumerable.Range(0, lines).Select(_ => new Transfer(
                    Guid.NewGuid(), budget, person, 1, TransferCode.Earn))], Stop);
        }

        foreach (var (at, lines) in ends)
        {
            var past = await PastStatement.ReadAsync(ledger, person, at, asHappened: false, 1_500, null, Stop);
            past.Balance.ShouldBe(lines);
            past.Lines.Count.ShouldBe(Math.Min(1_500, lines));
            past.Lines.Select(line => line.Sequence).ShouldBeUnique();
            (past.Before is null).ShouldBe(lines <= 1_500);
            if (past.Before is { } before)
                (await PastStatement.ReadAsync(ledger, person, at, asHappened: false, 5_000, before, Stop))
                    .Lines.Count.ShouldBe(lines - 1_500);
        }
    }

    [Fact]
    public async Task What_had_happened_by_an_instant_counts_what_was_written_of_it_later()
    {
        var account = await city.AccountOfAsync(Cast.LinMeiling);
        var journal = await city.Get<CityLedger>().ReadJournalAsync(0, int.MaxValue, Stop);
        var differs = 0;
        foreach (var at in _instants)
        {
            var happened = Lines(journal, account).Where(line => line.EffectiveAt <= at).ToList();

            var past = await PastStatement.ReadAsync(
                city.Get<CityLedger>(), account, at, asHappened: true, 1_000, null, Stop);

            past.Balance.ShouldBe(happened.Sum(line => Signed(line, account)));
            past.Lines.Select(line => line.Sequence).ShouldBe(happened.Select(l => l.Sequence).Reverse());
            differs += happened.Any(line => line.At > at) ? 1 : 0;
        }

        differs.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Each_sees_their_own_account_the_shop_its_own_and_only_an_auditor_a_person_s()
    {
        var at = Uri.EscapeDataString(_instants[5].ToString("O"));
        var account = await city.AccountOfAsync(Cast.LinMeiling);
        var shop = (await city.ShopAsync(Cast.SunflowerBakery)).Account;
        using var phone = await city.SignInAsync(Cast.LinMeiling);
        using var till = await city.SignInAsync(Cast.HuangZhiming);
        using var officer = await city.SignInAsync(Cast.WangYating);
        using var auditor = await city.SignInAsync(Cast.LiShufen);

        var own = (await phone.AskAsync($"/api/v1/wallet/statement?at={at}")).ShouldBeDone().Body;
        var shops = (await till.AskAsync($"/api/v1/till/statement?at={at}")).ShouldBeDone().Body;

        (await auditor.AskAsync(AddressOf(account))).ShouldBeDone().Body.ToString().ShouldBe(own.ToString());
        (await officer.AskAsync(AddressOf(shop))).ShouldBeDone().Body.ToString().ShouldBe(shops.ToString());
        (await officer.AskAsync(AddressOf(account)))
            .ShouldBeRefused(HttpStatusCode.NotFound, "account_unknown", "account");
        (await auditor.AskAsync(AddressOf(new AccountId(999_999))))
            .ShouldBeRefused(HttpStatusCode.NotFound, "account_unknown", "account");
        (await phone.AskAsync(AddressOf(account))).Status.ShouldBe(HttpStatusCode.Forbidden);

        string AddressOf(AccountId of) => $"/api/v1/ledger/accounts/{of.Value}/statement?at={at}";
    }

    [Fact]
    public async Task A_person_looks_up_what_they_had_at_the_end_of_a_day()
    {
        var day = city.Get<CityClock>().Today;
        var had = await city.BalanceOfAsync(Cast.LinMeiling);
        city.Clock.Advance(TimeSpan.FromDays(2));
        using var phone = await city.SignInAsync(Cast.LinMeiling);
        var later = (await PayAsync(phone, 777)).ShouldBeDone();

        var page = await phone.GetStringAsync($"/history?on={day:yyyy-MM-dd}&language=en", Stop);
        var today = await phone.GetStringAsync("/history?on=&language=en", Stop);

        page.ShouldContain($"you had {had:N0} points");
        page.ShouldNotContain(later.Id.ToString());
        today.ShouldContain(later.Id.ToString());
    }

    static IEnumerable<JournalEntry> Lines(IEnumerable<JournalEntry> journal, AccountId account) =>
        journal.Where(entry => entry.Body is Transfer t && (t.Debit == account || t.Credit == account));

    static long Signed(JournalEntry entry, AccountId account) =>
        ((Transfer)entry.Body).Credit == account ? ((Transfer)entry.Body).Amount : -((Transfer)entry.Body).Amount;

    static Task<Answer> PayAsync(HttpClient phone, long amount) => phone.SendAsync(
        "/api/v1/wallet/payments", $$"""{"id":"{{Guid.NewGuid()}}","shop":"sunflower","amount":{{amount}}}""");
}
