using System.Text;
using CityLoop.Ledger;
using CityLoop.Server.Ledger;
using CityLoop.Server.Merchants.Bank;
using CityLoop.Server.Merchants.Settlement;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Merchants.Settlement;

namespace CityLoop.Server.Tests.Merchants.Bank;

/// <summary>
/// A half-month is settled, the bank answers the very file that it was sent, and the books follow the money: what was
/// paid has left them, what was not is the shop's again and stands in the next payout.
/// </summary>
public sealed class ImportBankMessageTests(TestCity city) : IClassFixture<TestCity>
{
    const string Sunflower = Cast.SunflowerBakery, GreenRiver = BankedPayout.GreenRiver;

    [Fact]
    public async Task A_statement_confirms_what_left_and_imported_again_changes_nothing()
    {
        var waiting = await WaitingAsync();
        var payout = await city.PayAndSettleAsync(100, 70);
        var statement = BankPapers.Statement(8, false, new Booking(
            payout.Sum(t => t.Amount), Reference: "B1", PaymentInformationId: payout[0].Part));
        var before = await OutsideAsync();

        var dry = await ImportAsync(statement, isDryRun: true);
        (await OutsideAsync()).ShouldBe(before);
        var first = await ImportAsync(statement);
        var second = await ImportAsync(statement);
        var third = await ImportAsync(BankPapers.Statement(2, true, new Booking(
            payout.Sum(t => t.Amount), Reference: "B1")
        {
            Of = [.. payout.Select(t => (t.Id, (decimal?)t.Amount, (string?)null))],
        }));

        Counts(dry).ShouldBe((1, 1, 0, 0));
        Counts(first).ShouldBe((1, 1, 0, 0));
        Counts(second).ShouldBe((1, 0, 0, 1));
        Counts(third).ShouldBe((1, 0, 0, 1), "the bank's notification of the same booking");
        (await OutsideAsync() - before).ShouldBe((long)payout.Sum(t => t.Amount));
        (await WaitingAsync()).ShouldBe(waiting);
        (await LinesAsync()).ShouldAllBe(line => line.State == PayoutState.Confirmed);
    }

    [Fact]
    public async Task What_the_bank_rejects_or_sends_back_is_in_the_next_payout_whose_files_are_its_own()
    {
        var waiting = await WaitingAsync();
        var payout = await city.PayAndSettleAsync(100, 70);
        var (books, bakery) = (payout[0], payout[1]);
        var bytes = await city.FilesForBankAsync();
        Counts(await ImportAsync(BankPapers.Report(
            11, payout[0].Message, new Answer("RJCT", bakery.Id, bakery.Part, "AC04")))).ShouldBe((1, 1, 0, 0));
        Counts(await ImportAsync(BankPapers.Statement(
            8, false, BankedPayout.Debit(books), BankedPayout.Debit(books) with
            {
                IsCredit = true, Of = [(books.Id, null, "AC01")],
            }))).ShouldBe((2, 2, 0, 0));

        (await city.FilesForBankAsync()).ShouldBe(bytes, "a payout's files stay what the bank was sent");
        (await TakingsAsync(Sunflower), await TakingsAsync(GreenRiver))
            .ShouldBe(((long)bakery.Amount, (long)books.Amount));
        (await WaitingAsync()).ShouldBe(waiting);
        (await LinesAsync()).Select(line => (line.Code, line.State, line.Reason)).ShouldBe(
            [(GreenRiver, PayoutState.Returned, "AC01"), (Sunflower, PayoutState.Rejected, "AC04 no such account")]);

        var next = await city.PayAndSettleAsync(5, 3);

        next.Sum(t => t.Amount).ShouldBe(bakery.Amount + 5 + books.Amount + 3);
        next.Select(t => t.Id).Intersect(payout.Select(t => t.Id)).ShouldBeEmpty();
        (await TakingsAsync(Sunflower), await TakingsAsync(GreenRiver)).ShouldBe((0, 0));
        (await city.PayAndSettleAsync(1, 1)).Sum(t => t.Amount).ShouldBe(2, "what was carried over is carried once");
    }

    [Fact]
    public async Task A_refund_of_what_came_back_is_the_shop_s_before_it_is_paid_again()
    {
        var payment = await city.PayAsync(Sunflower, 90);
        var payout = await city.PayAndSettleAsync(10, 1);
        var bakery = payout[1];
        await ImportAsync(BankPapers.Report(11, bakery.Message, new Answer("RJCT", bakery.Id, bakery.Part)));
        using var till = await city.SignInAsync(Cast.HuangZhiming);

        (await till.RefundAsync(payment)).ShouldBeDone();

        (await city.PayAndSettleAsync(7, 1))[1].Amount.ShouldBe(bakery.Amount - 90 + 7);
        (await TakingsAsync(Sunflower)).ShouldBe(0);
    }

    [Fact]
    public async Task An_import_that_is_cut_off_anywhere_is_finished_by_the_next()
    {
        var payout = await city.PayAndSettleAsync(40, 30);
        var (first, second) = (payout[0], payout[1]);
        var (out1, out2) = (BankedPayout.Debit(first), BankedPayout.Debit(second));
        var back = out2 with { IsCredit = true, Of = [(second.Id, null, "AC01")] };
        var statement = BankPapers.Statement(8, false, out1, out2, back);
        var before = await OutsideAsync();

        var commands = 0;
        while (true)
        {
            using var cut = new CutAfterCommands(++commands);
            try
            {
                await city.Get<ImportBankMessage>().RunAsync(new MemoryStream(statement), "s.xml", false, cut.Token);
                break;
            }
            catch (OperationCanceledException)
            {
            }
        }

        commands.ShouldBeGreaterThan(5);
        (await OutsideAsync() - before).ShouldBe((long)first.Amount);
        Counts(await ImportAsync(statement)).ShouldBe((3, 0, 0, 3));
        (await OutsideAsync() - before).ShouldBe((long)first.Amount);
    }

    [Fact]
    public async Task Two_officers_and_a_settlement_at_once_count_each_booking_once()
    {
        var payout = await city.PayAndSettleAsync(20, 10);
        var statement = BankPapers.Statement(8, false, payout.Select(BankedPayout.Debit));
        var before = await OutsideAsync();
        var end = city.PassHalfMonth();

        var results = await Task.WhenAll(Enumerable.Range(0, 4).Select(async i =>
        {
            if (i == 2)
                await city.Get<SettleShops>().RunAsync(end, default);
            return await ImportAsync(statement);
        }));

        results.Sum(r => r.Matched).ShouldBe(2);
        results.Sum(r => r.AlreadyImported).ShouldBe(6);
        (await OutsideAsync() - before).ShouldBe((long)payout.Sum(t => t.Amount));
    }

    [Fact]
    public async Task A_notification_without_details_is_matched_when_the_statement_tells_them()
    {
        var payout = await city.PayAndSettleAsync(30, 20);
        var bare = BankedPayout.Debit(payout[0]) with { Reference = $"N{payout[0].Id[..8]}", Of = [] };
        Counts(await ImportAsync(BankPapers.Statement(8, true, bare))).ShouldBe((1, 0, 1, 0));
        Counts(await ImportAsync(BankPapers.Statement(8, true, bare))).ShouldBe((1, 0, 0, 1));

        Counts(await ImportAsync(BankPapers.Statement(
            8, false, bare with { Of = [(payout[0].Id, null, null)] }))).ShouldBe((1, 1, 0, 0));

        (await LinesAsync()).Single(line => line.State == PayoutState.Confirmed).Code.ShouldBe(GreenRiver);
        Counts(await ImportAsync(BankPapers.Statement(8, true, bare))).ShouldBe((1, 0, 0, 1));
    }

    [Fact]
    public async Task A_shop_s_frozen_account_stops_the_import_before_anything_is_kept()
    {
        var waiting = await WaitingAsync();
        var payout = await city.PayAndSettleAsync(15, 25);
        var statement = BankPapers.Statement(8, false, payout.Select(BankedPayout.Debit));
        var account = (await city.ShopAsync(Sunflower)).Payout;
        await SetAsync(account, AccountStatus.Frozen);

        (await Should.ThrowAsync<BooksRefuseException>(ImportAsync(statement)))
            .Message.ShouldContain("thawed at /desk/accounts");
        await SetAsync(account, AccountStatus.Open);

        Counts(await ImportAsync(statement)).ShouldBe((2, 2, 0, 0));
        (await WaitingAsync()).ShouldBe(waiting);
    }

    [Fact]
    public async Task One_thing_that_cannot_be_read_keeps_the_whole_file_out()
    {
        var payout = await city.PayAndSettleAsync(4, 6);
        var statement = BankPapers.Statement(8, false, BankedPayout.Debit(payout[1]), BankedPayout.Debit(payout[0]));
        statement = Encoding.UTF8.GetBytes(
            Encoding.UTF8.GetString(statement).Replace("TWD\">6.00", "TWD\">six", StringComparison.Ordinal));
        var before = await OutsideAsync();

        var result = await ImportAsync(statement);

        result.Problems.ShouldHaveSingleItem().ShouldStartWith("Stmt[1]/Ntry[2]/Amt, line");
        (await OutsideAsync()).ShouldBe(before);
    }

    async Task<IReadOnlyList<SettlementLine>> LinesAsync()
    {
        var result = await city.Get<SettleShops>().RunAsync(city.Get<SettleShops>().Yesterday, default);
        return await city.Get<SettlementStore>().LinesAsync(result.Payout[^1].Id, default);
    }

    Task<ImportBankMessage.Result> ImportAsync(byte[] file, bool isDryRun = false) =>
        city.Get<ImportBankMessage>().RunAsync(new MemoryStream(file), "bank.xml", isDryRun, default);

    static (int, int, int, int) Counts(ImportBankMessage.Result result)
    {
        result.Problems.ShouldBeEmpty();
        return (result.Entries, result.Matched, result.Unmatched.Count, result.AlreadyImported);
    }

    async Task SetAsync(AccountId account, AccountStatus status) =>
        (await city.Get<CityLedger>().PostAsync(new ChangeAccount(Guid.NewGuid(), account, status), default))
            .Outcome.ShouldBe(PostOutcome.Posted);

    async Task<long> OutsideAsync() => await city.BalanceAsync(await city.Get<CityAccounts>()
        .OpenAsync($"outside:{city.Pack.MainCurrency.Code}", AccountKind.Outside, city.Pack.MainCurrency.Id, default));

    async Task<long> TakingsAsync(string shop) => await city.TakingsOfAsync(shop);

    /// <summary>What the two shops have waiting for the bank.</summary>
    async Task<(long, long)> WaitingAsync() => (
        await city.BalanceAsync((await city.ShopAsync(Sunflower)).Payout),
        await city.BalanceAsync((await city.ShopAsync(GreenRiver)).Payout));
}
