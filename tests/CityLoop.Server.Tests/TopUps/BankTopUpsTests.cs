using CityLoop.Ledger;
using CityLoop.Server.Ledger;
using CityLoop.Server.Merchants.Bank;
using CityLoop.Server.Pass;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Merchants;
using CityLoop.Server.Tests.Merchants.Bank;
using CityLoop.Server.TopUps;
using Dapper;

namespace CityLoop.Server.Tests.TopUps;

public sealed class BankTopUpsTests(TestCity city) : IClassFixture<TestCity>
{
    [Fact]
    public async Task A_transfer_tops_up_once_in_the_notification_the_statement_and_again()
    {
        var (reference, before) = (await ReferenceAsync(Cast.LinMeiling), await city.BalanceOfAsync(Cast.LinMeiling));
        var booking = Paid("T1", 1_500, reference);

        (await CountsAsync(BankPapers.Statement(8, false, booking), isDryRun: true)).ShouldBe((1, 1, 0, 0));
        (await city.BalanceOfAsync(Cast.LinMeiling)).ShouldBe(before);
        (await CountsAsync(BankPapers.Statement(2, true, booking))).ShouldBe((1, 1, 0, 0));
        (await CountsAsync(BankPapers.Statement(8, false, booking))).ShouldBe((1, 0, 0, 1));
        (await CountsAsync(BankPapers.Statement(2, true, booking))).ShouldBe((1, 0, 0, 1));

        (await city.BalanceOfAsync(Cast.LinMeiling)).ShouldBe(before + 1_500);
        (await city.LetterAsync(city.ContactOf(Cast.LinMeiling), "轉帳儲值完成")).ShouldContain("1,500");
    }

    [Fact]
    public async Task A_booking_that_pends_first_tops_up_when_it_is_booked_and_once()
    {
        var (reference, before) = (await ReferenceAsync(Cast.EmmaDubois), await city.BalanceOfAsync(Cast.EmmaDubois));
        var booking = Paid("P1", 90, reference);

        await CountsAsync(BankPapers.Statement(8, true, booking with { Status = "PDNG" }));
        (await city.BalanceOfAsync(Cast.EmmaDubois)).ShouldBe(before);
        (await CountsAsync(BankPapers.Statement(8, false, booking))).ShouldBe((1, 1, 0, 0));
        await CountsAsync(BankPapers.Statement(8, true, booking with { Status = "PDNG" }));
        (await city.BalanceOfAsync(Cast.EmmaDubois)).ShouldBe(before + 90);
    }

    [Fact]
    public async Task A_typo_another_money_half_a_point_and_too_much_wait_for_an_officer()
    {
        var (reference, before) = (await ReferenceAsync(Cast.WangYating), await city.BalanceOfAsync(Cast.WangYating));
        var typo = reference[..^1] + (reference[^1] == '0' ? '1' : '0');

        (await OutcomesAsync(
            Paid("E1", 50, typo), Paid("E2", 50, reference) with { Currency = "USD" }, Paid("E3", 50.5m, reference),
            Paid("E4", 20_001, reference), Paid("E5", 50, TransferReference.Of("1111111111")),
            Paid("E6", 50, reference) with { IsCredit = false }, Paid("E7", 50, reference) with { IsReversal = true },
            Paid("E8", 50, reference) with { Of = [("A", null, "AC04")] }))
            .ShouldBe(["unknown_reference", "currency_differs", "amount_differs", "cannot_be_taken",
                "unknown_reference", "unknown_reference", "unknown_reference", "unknown_reference"]);

        (await city.BalanceOfAsync(Cast.WangYating)).ShouldBe(before);
    }

    [Fact]
    public async Task An_import_that_is_cut_off_anywhere_and_done_again_tops_up_once()
    {
        var (reference, before) = (
            await ReferenceAsync(Cast.HuangZhiming), await city.BalanceOfAsync(Cast.HuangZhiming));
        var file = BankPapers.Statement(8, false, Paid("C1", 10, reference), Paid("C2", 20, reference));
        var isWhole = false;
        for (var commands = 1; !isWhole && commands < 60; commands++)
        {
            using var cut = new CutAfterCommands(commands);
            try
            {
                await city.Get<ImportBankMessage>().RunAsync(new MemoryStream(file), "cut.xml", false, cut.Token);
                isWhole = true;
            }
            catch (Exception fault) when (fault is OperationCanceledException or Npgsql.NpgsqlException)
            {
                // The next one goes on.
            }
        }

        isWhole.ShouldBeTrue();
        (await city.BalanceOfAsync(Cast.HuangZhiming)).ShouldBe(before + 30);
    }

    [Fact]
    public async Task What_a_frozen_account_cannot_take_is_taken_by_a_later_file_once_it_is_thawed()
    {
        var (reference, account) = (
            await ReferenceAsync(Cast.ZhangJianguo), await city.AccountOfAsync(Cast.ZhangJianguo));
        var before = await city.BalanceAsync(account);
        await PostAsync(new ChangeAccount(Guid.NewGuid(), account, AccountStatus.Frozen));
        var booking = Paid("F1", 60, reference);
        (await OutcomesAsync(booking)).ShouldBe(["cannot_be_taken"]);
        (await city.BalanceAsync(account)).ShouldBe(before);

        await PostAsync(new ChangeAccount(Guid.NewGuid(), account, AccountStatus.Open));
        (await CountsAsync(BankPapers.Statement(8, true, booking))).ShouldBe((1, 1, 0, 0));
        (await city.BalanceAsync(account)).ShouldBe(before + 60);
    }

    [Fact]
    public async Task Two_officers_match_a_typo_once_and_what_was_sent_back_tops_up_nobody()
    {
        var (matches, bank) = (city.Get<HandMatches>(), city.Get<BankStore>());
        var (wang, zhang) = (PersonId.OfCast(Cast.WangYating), PersonId.OfCast(Cast.ZhangJianguo));
        var (reference, before) = (await ReferenceAsync(Cast.ChenATu), await city.BalanceOfAsync(Cast.ChenATu));
        await OutcomesAsync(Paid("H1", 31, "RF00 0000"), Paid("H2", 32, "RF00 0000"), Paid("H3", 33, "RF00 0000"));
        var open = (await matches.OpenAsync(50, default)).Where(row => row.Amount is 31 or 32 or 33)
            .ToDictionary(row => row.Amount, row => row.Id);
        (await matches.AskAsync(wang, open[31], reference[..^1], default)).ShouldBe(TopUpOutcome.NothingThere);
        foreach (var entry in new[] { open[31], open[32], open[33] })
            (await matches.AskAsync(wang, entry, reference, default)).ShouldBe(TopUpOutcome.Done);
        (await matches.AskAsync(zhang, open[31], reference, default)).ShouldBe(TopUpOutcome.AskedBefore);
        (await matches.DecideAsync(wang, open[31], true, default)).ShouldBe(TopUpOutcome.NeedsAnotherOfficer);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ =>
            matches.DecideAsync(zhang, open[31], true, default)));
        (await bank.FinishAsync(open[32], wang, "sent back", default)).ShouldBeTrue();
        (await matches.DecideAsync(zhang, open[32], true, default)).ShouldBe(TopUpOutcome.DecidedBefore);
        (await matches.DecideAsync(wang, open[33], false, default)).ShouldBe(TopUpOutcome.Done);
        await matches.FinishAsync(TimeSpan.Zero, default);
        await CountsAsync(BankPapers.Statement(8, true, Paid("H1", 31, reference)));

        outcomes.Count(outcome => outcome == TopUpOutcome.Done).ShouldBe(1);
        (await city.BalanceOfAsync(Cast.ChenATu)).ShouldBe(before + 31);
        (await matches.OpenAsync(50, default)).Select(row => row.Id).ShouldNotContain(open[31]);
        (await matches.OpenAsync(50, default)).Select(row => row.Id).ShouldContain(open[33]);
    }

    [Fact]
    public async Task A_match_that_a_crash_cut_off_behind_the_decision_is_made_good()
    {
        var (matches, before) = (city.Get<HandMatches>(), await city.BalanceOfAsync(Cast.ChenATu));
        await OutcomesAsync(Paid("K1", 41, "RF00 0000"));
        var entry = (await matches.OpenAsync(50, default)).Single(row => row.Amount == 41).Id;
        await matches.AskAsync(
            PersonId.OfCast(Cast.WangYating), entry, await ReferenceAsync(Cast.ChenATu), default);
        await using var connection = await city.Database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            update topups.hand_match set decided_by = @officer, decided_at = @now, is_approved = true
            where entry = @entry
            """, new { entry, officer = PersonId.OfCast(Cast.ZhangJianguo).Value, now = city.Clock.GetUtcNow() });
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => matches.FinishAsync(TimeSpan.Zero, default)));
        (await city.BalanceOfAsync(Cast.ChenATu)).ShouldBe(before + 41);
    }

    [Fact]
    public async Task An_officer_matches_at_the_desk_and_another_one_agrees()
    {
        await OutcomesAsync(Paid("J1", 71, "RF00 0000"));
        var desk = await Browser.OpenAsync(city);
        await desk.SignInAsync(city, Cast.WangYating, "/desk/top-ups");
        await desk.FillAsync("li:has-text('71 TWD') input[name='reference']", await ReferenceAsync(Cast.ChenATu));
        await desk.PictureAsync("desk-top-ups", fullPage: true);
        await desk.ShouldBeAccessibleAsync();
        await desk.ClickAsync("li:has-text('71 TWD') form[action='/desk/top-ups/ask'] button");
        await desk.WaitForSelectorAsync("text=已請另一位人員同意");

        var second = await Browser.OpenAsync(city);
        await second.SignInAsync(city, Cast.ZhangJianguo, "/desk/top-ups");
        await second.PictureAsync("desk-top-ups-second", fullPage: true);
        await second.ShouldBeAccessibleAsync();
        await second.ClickAsync("li:has-text('71 TWD') button[value='approve']");
        await second.WaitForSelectorAsync("text=已決定。");
    }

    [Fact]
    public async Task What_a_crash_left_behind_its_intent_is_posted_once()
    {
        var before = await city.BalanceOfAsync(Cast.LiShufen);
        await using var connection = await city.Database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            insert into topups.bank_transfer (entry, person, amount, made_at)
            values (gen_random_uuid(), @person, 77, @now)
            """, new { person = PersonId.OfCast(Cast.LiShufen).Value, now = city.Clock.GetUtcNow() });
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ =>
            city.Get<BankTopUps>().FinishAsync(TimeSpan.Zero, default)));
        (await city.BalanceOfAsync(Cast.LiShufen)).ShouldBe(before + 77);
    }

    [Fact]
    public async Task A_person_finds_their_reference_on_the_way_from_the_wallet()
    {
        var page = await Browser.OpenAsync(city);
        await page.SignInAsync(city, Cast.LinMeiling, "/");
        await page.ClickAsync("a[href='/top-up']");
        await page.PictureAsync("my-top-up", fullPage: true);
        await page.ShouldBeAccessibleAsync();
        var shown = await page.TextContentAsync("#reference");
        TransferReference.In([shown!]).ShouldBe(await ReferenceAsync(Cast.LinMeiling));
    }

    static Booking Paid(string number, decimal amount, string reference) =>
        new(amount, IsCredit: true, Reference: number)
        {
            Of = [("NOTPROVIDED", amount, null)], Says = $"儲值 {TransferReference.Written(reference)}",
        };

    Task<string> ReferenceAsync(string castId) =>
        city.Get<BankTopUps>().ReferenceAsync(PersonId.OfCast(castId), default);

    async Task<(int, int, int, int)> CountsAsync(byte[] file, bool isDryRun = false)
    {
        var result = await city.Get<ImportBankMessage>().RunAsync(
            new MemoryStream(file), "bank.xml", isDryRun, default);
        result.Problems.ShouldBeEmpty();
        return (result.Entries, result.Matched, result.Unmatched.Count, result.AlreadyImported);
    }

    async Task<IReadOnlyList<string>> OutcomesAsync(params IEnumerable<Booking> bookings)
    {
        var result = await city.Get<ImportBankMessage>().RunAsync(
            new MemoryStream(BankPapers.Statement(8, false, bookings)), "bank.xml", false, default);
        return [.. result.Unmatched.Select(row => row.Outcome)];
    }

    async Task PostAsync(LedgerCommand command) =>
        (await city.Get<CityLedger>().PostAsync(command, default)).Outcome.ShouldBe(PostOutcome.Posted);
}
