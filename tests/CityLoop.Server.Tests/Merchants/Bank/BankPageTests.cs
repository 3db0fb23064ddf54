using System.Net;
using CityLoop.Server.Merchants.Bank;
using CityLoop.Server.Merchants.Settlement;
using CityLoop.Server.Tests.Hosting;
using Dapper;

namespace CityLoop.Server.Tests.Merchants.Bank;

/// <summary>One officer sends the bank's file, another lets it be imported; what fits nothing waits.</summary>
public sealed class BankPageTests(TestCity city) : IClassFixture<TestCity>
{
    const string Page = "/desk/settlements/bank";

    [Fact]
    public async Task A_file_that_one_officer_sent_is_imported_when_another_agrees_and_not_before()
    {
        var payout = await city.PayAndSettleAsync(120, 80);
        var report = BankPapers.Report(
            11, payout[0].Message, new Answer("ACSC", payout[1].Id, payout[1].Part),
            new Answer("RJCT", payout[0].Id, payout[0].Part, "AC04"));
        using var officer = await city.SignInAsync(Cast.WangYating);
        using var second = await city.SignInAsync(Cast.ZhangJianguo);

        (await SendAsync(officer, report)).ShouldContain("已傳上來");
        (await SendAsync(second, report)).ShouldContain("同一個檔案已經在等核准");
        (await StatesAsync()).ShouldAllBe(state => state == PayoutState.Closed);
        var waiting = await second.GetStringAsync(Page);
        waiting.ShouldContain("對上 2 筆");
        waiting.ShouldContain("AC04 no such account");
        await DecideAsync(officer, "approve", "要由另一位人員核准");
        (await StatesAsync()).ShouldAllBe(state => state == PayoutState.Closed);
        await DecideAsync(second, "approve", "已匯入");

        (await StatesAsync()).ShouldBe([PayoutState.Rejected, PayoutState.Confirmed], ignoreOrder: true);
        (await SendAsync(officer, report)).ShouldContain("以前都匯入過了");
        var closed = (await city.Get<SettlementStore>().AllAsync(city.Pack.MainCurrency.Id, default))[^1];
        var shown = await officer.GetStringAsync($"/desk/settlements/{closed.Id}");
        shown.ShouldContain("銀行退件，下期再付");
        shown.ShouldContain("AC04 no such account");
        (await officer.GetStringAsync("/desk/settlements")).ShouldContain("已入帳 1");
    }

    [Fact]
    public async Task Who_works_at_a_shop_neither_sends_nor_approves()
    {
        var payout = await city.PayAndSettleAsync(9, 7);
        var statement = BankPapers.Statement(8, false, payout.Select(BankedPayout.Debit));
        var shop = await city.ShopAsync(Cast.SunflowerBakery);
        using var officer = await city.SignInAsync(Cast.WangYating);
        using var clerk = await city.SignInAsync(Cast.ZhangJianguo);
        var worker = SignInRoad.PersonOf(Cast.ZhangJianguo);
        await using (var connection = await city.Database.OpenConnectionAsync())
            await connection.ExecuteAsync(
                "insert into merchants.worker (person, merchant) values (@worker, @shop)",
                new { worker = worker.Value, shop = shop.Id });
        // The register is asked anew after some seconds.
        city.Clock.Advance(TimeSpan.FromSeconds(6));
        try
        {
            (await SendAsync(clerk, statement)).ShouldContain("在店家工作的人員不能");
            await SendAsync(officer, statement);
            await DecideAsync(clerk, "approve", "在店家工作的人員不能");
            (await StatesAsync()).ShouldAllBe(state => state == PayoutState.Closed);
            await DecideAsync(officer, "refuse", "檔案已刪除");
        }
        finally
        {
            await using (var connection = await city.Database.OpenConnectionAsync())
                await connection.ExecuteAsync(
                    "delete from merchants.worker where person = @worker", new { worker = worker.Value });
            city.Clock.Advance(TimeSpan.FromSeconds(6));
        }
    }

    [Fact]
    public async Task A_file_that_is_refused_changes_nothing_and_is_gone()
    {
        var payout = await city.PayAndSettleAsync(12, 8);
        var statement = BankPapers.Statement(8, false, payout.Select(BankedPayout.Debit));
        using var officer = await city.SignInAsync(Cast.WangYating);

        await SendAsync(officer, statement);
        await DecideAsync(officer, "refuse", "檔案已刪除");

        (await StatesAsync()).ShouldAllBe(state => state == PayoutState.Closed);
        (await CountAsync("merchants.bank_file where bytes is not null")).ShouldBe(0);
    }

    [Fact]
    public async Task What_fits_nothing_waits_until_an_officer_says_what_was_done_and_then_the_payer_s_words_go()
    {
        var stranger = new Booking(7.50m, IsCredit: true, Reference: $"B{Guid.NewGuid():N}"[..20])
        {
            Of = [("NOTPROVIDED", null, null)],
        };
        await city.Get<ImportBankMessage>().RunAsync(
            new MemoryStream(BankPapers.Statement(8, true, stranger)), "n.xml", false, default);
        using var officer = await city.SignInAsync(Cast.WangYating);
        var entry = (await city.Get<BankStore>().OpenAsync(100, default))
            .Single(row => row.Reference == stranger.Reference);
        (await officer.GetStringAsync(Page)).ShouldContain(stranger.Reference);

        (await (await officer.SubmitAsync(Page, $"{entry.Id}", ("note", " "))).Content.ReadAsStringAsync())
            .ShouldContain("請寫下處理方式");
        (await (await officer.SubmitAsync(Page, $"{entry.Id}", ("note", "退給付款人"))).Content.ReadAsStringAsync())
            .ShouldNotContain(stranger.Reference);

        (await CountAsync(
            $"merchants.bank_entry where id = '{entry.Id}' and note = '退給付款人' and remittance = ''")).ShouldBe(1);
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_is_told_by_its_element_and_not_kept()
    {
        using var officer = await city.SignInAsync(Cast.WangYating);

        var told = await SendAsync(officer, "<Document><CstmrPmtStsRpt/></Document>"u8.ToArray());

        told.ShouldContain("整個檔案都沒有匯入");
        told.ShouldContain("CstmrPmtStsRpt: it has no OrgnlGrpInfAndSts");
    }

    [Fact]
    public async Task The_auditor_reads_and_sends_nothing_and_a_shop_does_not_come_in()
    {
        using var auditor = await city.SignInAsync(Cast.LiShufen);
        using var shop = await city.SignInAsync(Cast.HuangZhiming);

        (await auditor.GetStringAsync(Page)).ShouldNotContain("id=\"send-bank\"");
        (await shop.GetAsync(Page)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData(Screen.Phone)]
    [InlineData(Screen.Desk)]
    public async Task The_page_is_for_everybody_who_may_see_it(Screen screen)
    {
        var payout = await city.PayAndSettleAsync(1_250, 310);
        using var officer = await city.SignInAsync(Cast.WangYating);
        await SendAsync(officer, BankPapers.Statement(8, false, payout.Select(BankedPayout.Debit).Append(
            BankedPayout.Debit(payout[0]) with { IsCredit = true, Of = [(payout[0].Id, null, "AC01")] })));
        await city.Get<ImportBankMessage>().RunAsync(
            new MemoryStream(BankPapers.Statement(8, true, new Booking(500m, IsCredit: true, Reference: $"C{screen}"))),
            "notification.xml", false, default);
        var desk = await Browser.OpenAsync(city, screen);
        await desk.SignInAsync(city, Cast.ZhangJianguo, Page);

        await desk.PictureAsync($"bank-{(int)screen}", fullPage: true);
        await desk.ShouldBeAccessibleAsync();
        (await desk.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo((int)screen);
        await desk.ClickAsync("button[value=approve]");
        await desk.WaitForSelectorAsync("text=已匯入");
    }

    async Task<IReadOnlyList<PayoutState>> StatesAsync()
    {
        var closed = (await city.Get<SettlementStore>().AllAsync(city.Pack.MainCurrency.Id, default))[^1];
        return [.. (await city.Get<SettlementStore>().LinesAsync(closed.Id, default))
            .Where(line => line.Amount > 0).Select(line => line.State)];
    }

    async Task<long> CountAsync(string rows)
    {
        await using var connection = await city.Database.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>($"select count(*) from {rows}");
    }

    static async Task DecideAsync(HttpClient officer, string decision, string told)
    {
        using var decided = await officer.SubmitAsync(Page, "name=\"decision\"", ("decision", decision));
        (await decided.Content.ReadAsStringAsync()).ShouldContain(told);
    }

    static async Task<string> SendAsync(HttpClient officer, byte[] file)
    {
        using var content = new ByteArrayContent(file);
        using var sent = await officer.SubmitFileAsync(Page, "id=\"send-bank\"", "file", content, "bank.xml");
        return await sent.Content.ReadAsStringAsync();
    }
}
