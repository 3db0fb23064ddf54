using System.Globalization;
using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;
using CityLoop.Server.Operations.Export;
using CityLoop.Server.Operations.Import;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Operations.Import;

namespace CityLoop.Server.Tests.Operations.Export;

/// <summary>Programs that are not ours add up what we wrote, and come to our balances.</summary>
public sealed class ExportBooksTests : IAsyncLifetime
{
    readonly TestCity _city = new();
    readonly string _folder = Directory.CreateTempSubdirectory("cityloop-export-").FullName;

    public ValueTask InitializeAsync() => _city.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        await _city.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Hledger_comes_to_our_balances_in_a_city_where_every_kind_of_transfer_was_made()
    {
        await LiveADayAsync();

        var file = await ExportAsync();

        var text = await File.ReadAllTextAsync(file);
        Enum.GetValues<TransferCode>().Where(code => !text.Contains($") {code}  ;", StringComparison.Ordinal))
            .ShouldBeEmpty("each kind of transfer needs a sample in LiveADayAsync");
        await Hledger.ShouldAcceptAsync(file);
        await BalancesShouldAgreeAsync(file);
    }

    [Fact]
    public async Task Beancount_comes_to_the_same_balances_and_finds_a_single_changed_figure()
    {
        await LiveADayAsync();

        var file = await ExportAsync((text, names, inCity) => new BeancountText(text, names, inCity));

        await Beancount.ShouldAcceptAsync(file);
        ShouldBeTheSame(await Beancount.BalancesAsync(file), await OurBalancesAsync());
        var text = await File.ReadAllTextAsync(file);
        text.ShouldContain("  held: 15.00 DEC");
        text.ShouldContain("  decay-due: 5.00 DEC");
        var changed = text.Replace("  -200 TCP", "  -201 TCP").Replace("  200 TCP", "  201 TCP");
        await File.WriteAllTextAsync(file, changed);
        (await Beancount.RunAsync("bean-check", file)).Errors.ShouldContain("Balance failed");
    }

    [Fact]
    public async Task The_table_adds_up_to_the_balances_at_its_end()
    {
        await LiveADayAsync();

        var file = await ExportAsync((text, names, inCity) => new CsvText(text, names, inCity));

        var rows = (await File.ReadAllLinesAsync(file)).Select(line => line.Split(',')).ToList();
        int Column(string name) => Array.IndexOf(rows[0], name);
        var sums = new Dictionary<string, decimal>();
        foreach (var row in rows.Where(row => row[Column("kind")] == "transfer"))
        {
            var amount = decimal.Parse(row[Column("amount")], CultureInfo.InvariantCulture);
            sums[row[Column("from")]] = sums.GetValueOrDefault(row[Column("from")]) - amount;
            sums[row[Column("to")]] = sums.GetValueOrDefault(row[Column("to")]) + amount;
        }

        var balances = rows.Where(row => row[Column("kind")] == "balance").ToDictionary(
            row => row[Column("to")], row => $"{row[Column("amount")]} {row[Column("currency")]}");
        foreach (var (name, balance) in balances)
            sums.GetValueOrDefault(name).ShouldBe(Number(balance), name);
        ShouldBeTheSame(balances.Where(b => Number(b.Value) != 0).ToDictionary(), await OurBalancesAsync());
        rows.Select(row => row[Column("kind")]).Distinct().Order().ShouldBe(
            ["account", "balance", "change", "currency", "day", "hold", "kind", "limit", "release", "transfer"]);
    }

    [Fact]
    public async Task Hledger_finds_a_single_changed_figure()
    {
        await LiveADayAsync();
        var file = await ExportAsync();
        var text = await File.ReadAllTextAsync(file);
        var changed = text.Replace("  -200 TCP", "  -201 TCP").Replace("  200 TCP", "  201 TCP");
        changed.ShouldNotBe(text);
        await File.WriteAllTextAsync(file, changed);

        var (exitCode, _, errors) = await Hledger.RunAsync(file, "check");

        exitCode.ShouldNotBe(0);
        errors.ShouldContain("assert");
    }

    [Fact]
    public async Task The_real_scheme_adds_up_in_hledger_after_its_import()
    {
        var imported = await ImportAsync(SharedData.Folder("community-points"));
        imported.Posted.ShouldBe(16_052);
        (await ImportAsync(SharedData.Folder("community-points"))).Posted.ShouldBe(0);

        var file = await ExportAsync();

        await Hledger.ShouldAcceptAsync(file);
        await BalancesShouldAgreeAsync(file);
        var (_, issued, _) = await Hledger.RunAsync(file, "balance", "-N", "--flat", "issuing:CPT");
        issued.ShouldContain("-74920731.00000 CPT");
    }

    [Fact]
    public async Task Slow_because_hledger_adds_up_20_000_real_gifts_that_are_covered_held_and_released()
    {
        using var covered = new SchemeFolder();
        var real = SharedData.Folder("community-points");
        File.Copy(Path.Combine(real, "rounds.csv"), Path.Combine(covered.Path, "rounds.csv"), overwrite: true);
        // Header and rows; all 74,177 take hledger half a minute and show nothing more.
        covered.Write("gifts.csv", string.Concat(
            File.ReadLines(Path.Combine(real, "gifts.csv")).Take(20_001).Select(line => line + "\n")));
        var givers = covered.Read().Gifts.Select(g => g.From).Distinct();
        await File.AppendAllTextAsync(
            Path.Combine(covered.Path, "earned.csv"),
            string.Concat(givers.Select(g => $"124,{g},moderator,1000000\n")));
        var imported = await ImportAsync(covered.Path);
        imported.Posted.ShouldBeGreaterThan(18_000);
        imported.Held.ShouldBeGreaterThan(100);

        var file = await ExportAsync();

        await BalancesShouldAgreeAsync(file);
    }

    Task<string> ExportAsync() => ExportAsync((text, names, inCity) => new HledgerText(text, names, inCity));

    async Task<string> ExportAsync(ExportBooks.Format format)
    {
        var file = Path.Combine(_folder, "city.journal");
        await using var text = new StreamWriter(file);
        await ExportBooks.Handle(
            text, format, _city.Get<CityLedger>(), _city.Get<CityAccounts>(), _city.Get<CityClock>(), _ => { },
            CancellationToken.None);
        return file;
    }

    async Task<ImportSummary> ImportAsync(string folder) => (await ImportCommunityPoints.Handle(
        new ImportCommunityPoints.Request(folder, Posts: true, AllOrNothing: false), _city.Get<CityLedger>(),
        _city.Get<CityAccounts>(), _city.Get<SchemeStore>(), _city.Clock, _ => { }, CancellationToken.None)).Summary;

    async Task BalancesShouldAgreeAsync(string file) =>
        ShouldBeTheSame(await Hledger.BalancesAsync(file), await OurBalancesAsync());

    static void ShouldBeTheSame(Dictionary<string, string> theirs, Dictionary<string, string> ours)
    {
        ours.ShouldNotBeEmpty();
        theirs.Select(Numbers).Except(ours.Select(Numbers)).ShouldBeEmpty();
        ours.Select(Numbers).Except(theirs.Select(Numbers)).ShouldBeEmpty();

        // One program writes 900.00, another 900.
        static (string, decimal, string) Numbers(KeyValuePair<string, string> balance) =>
            (balance.Key, Number(balance.Value), balance.Value.Split(' ')[1]);
    }

    static decimal Number(string amount) => decimal.Parse(amount.Split(' ')[0], CultureInfo.InvariantCulture);

    /// <summary>What stands in the journal: decay that is due comes with the account's next entry.</summary>
    async Task<Dictionary<string, string>> OurBalancesAsync()
    {
        var names = await _city.Get<CityAccounts>().NamesAsync(CancellationToken.None);
        return await _city.Get<CityLedger>().ReadAsync(books => Enumerable.Range(1, books.AccountCount)
            .Select(number => books.Account(new AccountId(number)))
            .Select(account => (Account: account,
                Written: account.Balance + books.DecayOf(account.Id).Sum(decay => decay.Amount)))
            .Where(balance => balance.Written != 0)
            .ToDictionary(
                balance => names.GetValueOrDefault(balance.Account.Id)
                    ?? $"{balance.Account.Kind.ToString().ToLowerInvariant()}:{balance.Account.Id.Value:D6}",
                balance => books.Currencies.Single(c => c.Id == balance.Account.Currency) is var currency
                    ? $"{BookText.Amount(balance.Written, currency.Scale)} {currency.Code}" : ""),
            CancellationToken.None);
    }

    /// <summary>Earned, paid, given back, refunded, expired, settled, paid out, given away: one of each.</summary>
    async Task LiveADayAsync()
    {
        var (accounts, main) = (_city.Get<CityAccounts>(), _city.Pack.MainCurrency);
        Task<AccountId> Named(string name, AccountKind kind) => accounts.OpenAsync(name, kind, main.Id, default);
        var issuing = await Named($"issuing:{main.Code}", AccountKind.Issuing);
        var budget = await Named("budget:one-day", AccountKind.Budget);
        var shop = await Named("merchant:one-day-bakery", AccountKind.Merchant);
        var payout = await Named("payout:one-day-bakery", AccountKind.Payout);
        var bank = await Named("outside:bank", AccountKind.Outside);
        var person = await OpenAsync("person", AccountKind.Person);
        var other = await OpenAsync("other", AccountKind.Person);
        var escrow = await OpenAsync("escrow", AccountKind.Escrow);
        var day = _city.Get<CityClock>().Today;

        await PostAsync(new Transfer(Id("fund"), issuing, budget, 1_000, TransferCode.Fund));
        await PostAsync(new Transfer(Id("earn"), budget, person, 200, TransferCode.Earn) { LastDay = day.AddDays(30) });
        await PostAsync(new Transfer(Id("pay"), person, shop, 60, TransferCode.Pay) { Claim = Id("code") });
        await PostAsync(new Transfer(Id("back"), budget, person, 1, TransferCode.Rebate));
        await PostAsync(new Transfer(Id("pay2"), person, shop, 20, TransferCode.Pay));
        await PostAsync(new Transfer(Id("refund"), shop, person, 60, TransferCode.Refund) { Reverses = Id("pay") });
        await PostAsync(
            new Transfer(Id("return"), person, budget, 1, TransferCode.RebateReturn) { Reverses = Id("back") });
        await PostAsync(new Transfer(Id("redeem"), budget, person, 3, TransferCode.Redeem));
        await PostAsync(
            new Transfer(Id("redeemed"), person, budget, 3, TransferCode.RedeemReturn) { Reverses = Id("redeem") });
        await PostAsync(new Transfer(Id("buy"), person, budget, 2, TransferCode.Buy));
        await PostAsync(new Transfer(Id("top-up"), budget, person, 5, TransferCode.TopUp));
        await PostAsync(new Transfer(Id("top-up return"), person, budget, 5, TransferCode.TopUpReturn));
        await PostAsync(new Transfer(Id("gift"), person, other, 30, TransferCode.Gift));
        await PostAsync(new Transfer(Id("gift2"), person, escrow, 9, TransferCode.Gift));
        await PostAsync(new Transfer(Id("release"), escrow, other, 4, TransferCode.GiftRelease));
        await PostAsync(new Transfer(Id("settle"), shop, payout, 20, TransferCode.Settle));
        await PostAsync(new Transfer(Id("settle came back"), payout, shop, 5, TransferCode.SettleReturn));
        await PostAsync(new Transfer(Id("settle once more"), shop, payout, 5, TransferCode.Settle));
        await PostAsync(new Transfer(Id("payout"), payout, bank, 20, TransferCode.PayOut));
        await PostAsync(new Transfer(Id("unfund"), budget, issuing, 100, TransferCode.Unfund));
        // Last, because whoever spends takes first what ends first.
        await PostAsync(new Transfer(Id("soon"), budget, person, 7, TransferCode.Earn) { LastDay = day });
        _city.Clock.Advance(TimeSpan.FromDays(1));
        await _city.Get<DayTurn>().TurnAsync(default);
        await LiveAMonthInAnotherCurrencyAsync();
    }

    /// <summary>Backed by money, held, given "at most", losing 5 % a month.</summary>
    async Task LiveAMonthInAnotherCurrencyAsync()
    {
        var other = new CurrencyId(7);
        await PostAsync(new DefineCurrency(Id("dec"), other, "DEC", 2) { IsBacked = true, DecayPerMonth = 50_000 });
        Task<AccountId> Open(AccountKind kind, string name = "") =>
            _city.Get<CityLedger>().OpenAccountAsync(Id($"dec {kind} {name}"), other, kind, default);
        var (bank, trust) = (await Open(AccountKind.Outside), await Open(AccountKind.Funding));
        var (issuing, budget) = (await Open(AccountKind.Issuing), await Open(AccountKind.Budget));
        var (touched, left) = (await Open(AccountKind.Person), await Open(AccountKind.Person, "left"));
        var shop = await Open(AccountKind.Merchant);

        await PostAsync(new Transfer(Id("deposit"), bank, trust, 1_000_00, TransferCode.Deposit));
        await PostAsync(new Transfer(Id("withdraw"), trust, bank, 100_00, TransferCode.Withdraw));
        await PostAsync(new Transfer(Id("fund 2"), issuing, budget, 500_00, TransferCode.Fund));
        await PostAsync(new Transfer(Id("earn 2"), budget, touched, 100_00, TransferCode.Earn));
        await PostAsync(new Transfer(Id("earn 3"), budget, left, 100_00, TransferCode.Earn));
        await PostAsync(new ChangeAccount(Id("rule"), left, AccountStatus.Frozen, Minimum: 0, Maximum: 900_00));
        await PostAsync(new SetLimit(
            Id("limit"), new Limit(1, other, TransferCode.Pay, LimitPer.Giver, LimitPeriod.Month, 700_00)));
        await PostAsync(new PlaceHold(
            Id("hold"), touched, shop, 20_00, TransferCode.Pay, _city.Clock.GetUtcNow().AddYears(1)));
        await PostAsync(new PlaceHold(
            Id("hold 2"), touched, shop, 5_00, TransferCode.Pay, _city.Clock.GetUtcNow().AddYears(1)));
        await PostAsync(new PlaceHold(
            Id("hold 3"), touched, shop, 15_00, TransferCode.Pay, _city.Clock.GetUtcNow().AddYears(1)));
        await PostAsync(new Transfer(Id("settle 2"), touched, shop, 12_00, TransferCode.Pay) { Hold = Id("hold") });
        await PostAsync(new ReleaseHold(Id("released"), Id("hold 2"), touched));
        _city.Clock.Advance(TimeSpan.FromDays(31));
        await _city.Get<DayTurn>().TurnAsync(default);
        await PostAsync(Transfer.UpTo(Id("all"), touched, shop, 10_000_00, TransferCode.Pay));
    }

    async Task PostAsync(LedgerCommand command) =>
        (await _city.Get<CityLedger>().PostAsync(command, default)).Outcome
            .ShouldBe(PostOutcome.Posted, command.ToString());

    Task<AccountId> OpenAsync(string name, AccountKind kind) =>
        _city.Get<CityLedger>().OpenAccountAsync(Id(name), _city.Pack.MainCurrency.Id, kind, default);

    static Guid Id(string name) => DerivedId.From("one day", name);
}
