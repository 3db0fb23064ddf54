using System.Diagnostics;
using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;
using CityLoop.Server.Merchants;
using CityLoop.Server.Merchants.Payouts;
using CityLoop.Server.Merchants.Settlement;
using CityLoop.Server.Operations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace CityLoop.Bench;

/// <summary>
/// A half-month of 1,500 shops and a million payments, with rebates, or given back: from the officer's word
/// to the last file on disk.
/// </summary>
static class SettleBench
{
    const int Shops = 1_500;
    const int People = 20_000;
    const double MustSeconds = 60;

    public static async Task<IReadOnlyList<BenchRow>> RunAsync(bool isQuick)
    {
        var payments = isQuick ? 100_000 : 1_000_000;
        await using var bench = new BenchCity();
        var time = new MovedTime();
        time.MoveTo(new DateTimeOffset(2026, 9, 5, 4, 0, 0, TimeSpan.Zero));
        await using var host = await CityHost.StartAsync(
            bench.Options, time, NullLoggerFactory.Instance, CancellationToken.None);
        T Get<T>() where T : notnull => host.Services.GetRequiredService<T>();
        var ledger = Get<CityLedger>();
        var shops = await OpenShopsAsync(ledger, Get<MerchantStore>());
        var people = await BenchCity.OpenPeopleAsync(ledger, People, 1_000_000);
        // Outside, so that it never runs dry.
        var budget = await ledger.OpenAccountAsync(
            DerivedId.From("bench rebates"), BenchCity.Currency, AccountKind.Outside, CancellationToken.None);
        for (var first = 0; first < payments; first += 20_000)
            await PayAsync(ledger, people, shops, budget, first, Math.Min(20_000, payments - first));
        time.MoveTo(new DateTimeOffset(2026, 9, 17, 4, 0, 0, TimeSpan.Zero));

        var folder = Directory.CreateDirectory(Path.Combine(bench.Folder, "payouts")).FullName;
        var (settling, closed) = await TimeAsync(
            () => Get<SettleShops>().RunAsync(new DateOnly(2026, 9, 15), CancellationToken.None));
        var (writing, files) = await TimeAsync(() => WriteAsync(Get<PayoutFiles>(), closed.Payout, folder));
        var (again, _) = await TimeAsync(
            () => Get<SettleShops>().RunAsync(new DateOnly(2026, 9, 15), CancellationToken.None));
        return
        [
            BenchRow.Plain("settle-payments", payments, "payments"),
            BenchRow.AtMost("settle", settling + writing, "s", MustSeconds),
            BenchRow.Plain("settle-close", settling, "s"),
            BenchRow.Plain("settle-files", writing, "s"),
            BenchRow.Plain("settle-file-count", files, "files"),
            BenchRow.Plain("settle-again", again, "s"),
        ];
    }

    static async Task<(double Seconds, T Result)> TimeAsync<T>(Func<Task<T>> work)
    {
        var watch = Stopwatch.StartNew();
        var result = await work();
        return (watch.Elapsed.TotalSeconds, result);
    }

    static async Task<int> WriteAsync(PayoutFiles files, IReadOnlyList<ClosedWindow> windows, string folder)
    {
        var payout = await files.OfAsync(windows, CancellationToken.None)
            ?? throw new InvalidOperationException("Nothing was settled.");
        var all = PayoutFiles.ForBank(payout).Files
            .Concat(await files.StatementsAsync(payout, CancellationToken.None)).ToList();
        foreach (var file in all)
            await File.WriteAllBytesAsync(Path.Combine(folder, file.Name), file.Bytes);
        return all.Count;
    }

    static async Task<IReadOnlyList<Merchant>> OpenShopsAsync(CityLedger ledger, MerchantStore store)
    {
        var shops = new List<Merchant>();
        for (var i = 0; i < Shops; i++)
        {
            var code = $"bench-{i:0000}";
            var account = await ledger.OpenAccountAsync(
                DerivedId.From("bench shop", code), BenchCity.Currency, AccountKind.Merchant, CancellationToken.None);
            var payout = await ledger.OpenAccountAsync(
                DerivedId.From("bench payout", code), BenchCity.Currency, AccountKind.Payout, CancellationToken.None);
            shops.Add(new Merchant(
                DerivedId.From("bench merchant", code), code, LocalNames.Of(code, code, code), "west", "food",
                new BankAccount("9990001", $"{i:0000000}", $"BENCH {i:0000}"), account, payout));
            await store.SaveAsync(shops[^1], code, CancellationToken.None);
        }

        return shops;
    }

    /// <summary>Payments spread over people and shops, with their rebates; one of fifty is given back.</summary>
    static async Task PayAsync(
        CityLedger ledger, AccountId[] people, IReadOnlyList<Merchant> shops, AccountId budget, int first, int count)
    {
        var paid = Enumerable.Range(first, count).Select(i => new Transfer(
            DerivedId.From("bench payment", $"{i}"), people[i % people.Length],
            shops[i * 7 % shops.Count].Account, 100 + i % 400, TransferCode.Pay)).ToList();
        await PostAsync(ledger, paid);
        await PostAsync(ledger, paid.Where((_, i) => i % 50 != 0).Select(pay => new Transfer(
            Payment.RebateId(pay.Id), budget, pay.Debit, pay.Amount * 3 / 100, TransferCode.Rebate)
        {
            EarnedBy = pay.Id,
        }));
        await PostAsync(ledger, paid.Where((_, i) => i % 50 == 0).Select(pay => new Transfer(
            Payment.RefundId(pay.Id), pay.Credit, pay.Debit, pay.Amount, TransferCode.Refund)
        {
            Reverses = pay.Id,
        }));
    }

    static async Task PostAsync(CityLedger ledger, IEnumerable<LedgerCommand> commands)
    {
        var results = await ledger.PostManyAsync([.. commands], CancellationToken.None);
        if (results.Any(result => !result.IsPosted))
            throw new InvalidOperationException(
                $"The ledger refuses: {results.First(result => !result.IsPosted).Outcome}.");
    }

    /// <summary>The machine's time, some days off.</summary>
    sealed class MovedTime : TimeProvider
    {
        TimeSpan _off;

        public void MoveTo(DateTimeOffset instant) => _off = instant - System.GetUtcNow();

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + _off;
    }
}
