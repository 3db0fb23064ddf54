using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;
using CityLoop.Server.Operations.Export;
using CityLoop.Server.Operations.Import;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Operations.Import;

namespace CityLoop.Server.Tests.Operations.Export;

/// <summary>A program that is not ours adds up what we wrote, and comes to our balances.</summary>
public sealed class ExportHledgerTests : IAsyncLifetime
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

    async Task<string> ExportAsync()
    {
        var file = Path.Combine(_folder, "city.journal");
        await using var text = new StreamWriter(file);
        await ExportHledger.Handle(
            text, _city.Get<CityLedger>(), _city.Get<CityAccounts>(), _city.Get<CityClock>(), _ => { },
            CancellationToken.None);
        return file;
    }

    async Task<ImportSummary> ImportAsync(string folder) => (await ImportCommunityPoints.Handle(
        new ImportCommunityPoints.Request(folder, Posts: true, AllOrNothing: false), _city.Get<CityLedger>(),
        _city.Get<CityAccounts>(), _city.Get<SchemeStore>(), _city.Clock, _ => { }, CancellationToken.None)).Summary;

    async Task BalancesShouldAgreeAsync(string file)
    {
        var theirs = await Hledger.BalancesAsync(file);
        var names = await _city.Get<CityAccounts>().NamesAsync(CancellationToken.None);
        var ours = await _city.Get<CityLedger>().ReadAsync(books => Enumerable.Range(1, books.AccountCount)
            .Select(number => books.Account(new AccountId(number)))
            .Where(account => account.Balance != 0)
            .ToDictionary(
                account => names.GetValueOrDefault(account.Id)
                    ?? $"{account.Kind.ToString().ToLowerInvariant()}:{account.Id.Value:D6}",
                account => books.Currencies.Single(c => c.Id == account.Currency) is var currency
                    ? $"{HledgerJournal.Amount(account.Balance, currency.Scale)} {currency.Code}" : ""),
            CancellationToken.None);
        ours.ShouldNotBeEmpty();
        theirs.Except(ours).ShouldBeEmpty();
        ours.Except(theirs).ShouldBeEmpty();
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
        await PostAsync(new Transfer(Id("gift"), person, other, 30, TransferCode.Gift));
        await PostAsync(new Transfer(Id("gift2"), person, escrow, 9, TransferCode.Gift));
        await PostAsync(new Transfer(Id("release"), escrow, other, 4, TransferCode.GiftRelease));
        await PostAsync(new Transfer(Id("settle"), shop, payout, 20, TransferCode.Settle));
        await PostAsync(new Transfer(Id("payout"), payout, bank, 20, TransferCode.PayOut));
        await PostAsync(new Transfer(Id("unfund"), budget, issuing, 100, TransferCode.Unfund));
        // Last, because whoever spends takes first what ends first.
        await PostAsync(new Transfer(Id("soon"), budget, person, 7, TransferCode.Earn) { LastDay = day });
        _city.Clock.Advance(TimeSpan.FromDays(1));
        await _city.Get<DayTurn>().TurnAsync(default);
    }

    async Task PostAsync(Transfer transfer) =>
        (await _city.Get<CityLedger>().PostAsync(transfer, default)).Outcome
            .ShouldBe(PostOutcome.Posted, transfer.Code.ToString());

    Task<AccountId> OpenAsync(string name, AccountKind kind) =>
        _city.Get<CityLedger>().OpenAccountAsync(Id(name), _city.Pack.MainCurrency.Id, kind, default);

    static Guid Id(string name) => DerivedId.From("one day", name);
}
