using System.Text;
using CityLoop.Server.Merchants.ShopDays;
using CityLoop.Server.Pass;
using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.Merchants.ShopDays;

/// <summary>A shop's days: found, confirmed, and given to the accountant.</summary>
public sealed class DaySheetsTests : IAsyncLifetime
{
    readonly TestCity _city = new();

    public async ValueTask InitializeAsync()
    {
        await _city.InitializeAsync();
        await _city.SetRebateBudgetAsync(1_000_000);
        await _city.GiveAsync(Cast.LinMeiling, 2_000);
    }

    public ValueTask DisposeAsync() => _city.DisposeAsync();

    [Fact]
    public async Task A_day_s_sums_are_its_payments_less_what_was_given_back_on_that_day()
    {
        var (first, _) = (await ChargeAsync(200), await ChargeAsync(35));
        await RefundAsync(first, 50);
        var today = Today;
        _city.Clock.Advance(TimeSpan.FromDays(1));
        await ChargeAsync(100);
        await RefundAsync(first, 20, 50);

        var shop = await _city.ShopAsync(Cast.SunflowerBakery);
        var yesterday = await Sheets.ReadAsync(shop, today, today, default);
        (yesterday.Sales.Count, yesterday.Paid, yesterday.Refunds.Count, yesterday.Refunded, yesterday.Rebates)
            .ShouldBe((2, 235, 1, 50, 7));
        var both = await Sheets.ReadAsync(shop, today, today.AddDays(1), default);
        (both.Net, both.Sales.Single(sale => sale.Id == first).Refunded).ShouldBe((265, 70));
        (await Sheets.ReadAsync(shop, today.AddDays(-1), today.AddDays(-1), default)).Sales.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_worker_confirms_what_they_have_seen_and_again_when_the_day_has_grown()
    {
        using var worker = await _city.SignInAsync(Cast.HuangZhiming);
        await ChargeAsync(200);
        var seen = await worker.GetStringAsync(CloseDay.Page);
        await ChargeAsync(60);
        var address = new Uri(_city.Address, CloseDay.Page);

        // What was seen is not what is there any more.
        using var late = await worker.SendFormAsync(address, seen, "id=\"close-day\"");
        (await late.Content.ReadAsStringAsync()).ShouldContain("還沒確認");
        var shop = await _city.ShopAsync(Cast.SunflowerBakery);
        (await Sheets.ClosingAsync(shop, Today, default)).ShouldBeNull();
        using var closed = await worker.SubmitAsync(CloseDay.Page, "id=\"close-day\"");
        var page = await closed.Content.ReadAsStringAsync();
        page.ShouldContain("淨額 260 點");
        page.ShouldNotContain("close-day");
        (await Sheets.CloseAsync(PersonId.OfCast(Cast.HuangZhiming), shop, Today.AddDays(1), 0, default))
            .ShouldBeFalse("tomorrow has not been");

        await ChargeAsync(40);
        (await worker.GetStringAsync(CloseDay.Page)).ShouldContain("之後又有收款或退款");
        using var again = await worker.SubmitAsync(CloseDay.Page, "id=\"close-day\"");
        (await Sheets.ClosingAsync(shop, Today, default))!.Net.ShouldBe(300);
    }

    [Fact]
    public async Task A_sale_is_found_by_its_amount_its_time_and_its_number()
    {
        var ids = new[] { await ChargeAsync(200), await ChargeAsync(35) };
        using var worker = await _city.SignInAsync(Cast.HuangZhiming);
        var sales = (await Sheets.ReadAsync(await _city.ShopAsync(Cast.SunflowerBakery), Today, Today, default)).Sales;
        var (one, other) = (sales.Single(s => s.Id == ids[0]), sales.Single(s => s.Id == ids[1]));

        foreach (var wanted in new[] { "200", "２００", $"{one.Sequence}" })
        {
            var found = await worker.GetStringAsync($"{CloseDay.Page}?days=31&find={Uri.EscapeDataString(wanted)}");
            found.ShouldContain($"/till/receipts/{one.Id}");
            found.ShouldNotContain($"/till/receipts/{other.Id}");
        }

        (await worker.GetStringAsync($"{CloseDay.Page}?days=31&find=09:0")).ShouldContain($"/till/receipts/{other.Id}");
        (await worker.GetStringAsync($"{CloseDay.Page}?days=31&find=23:5")).ShouldContain("找不到");
        _city.Clock.Advance(TimeSpan.FromDays(1));
        (await worker.GetStringAsync(CloseDay.Page)).ShouldContain("還沒有收款");
        (await worker.GetStringAsync($"{CloseDay.Page}?day={CloseDay.Of(Today.AddDays(-1))}"))
            .ShouldContain($"/till/receipts/{one.Id}");
    }

    [Fact]
    public async Task The_accountant_s_file_has_each_sale_with_its_tax_and_no_cost_and_runs_nothing()
    {
        var shop = await _city.ShopAsync(Cast.SunflowerBakery);
        await _city.Get<Server.Merchants.MerchantStore>().SetTaxAsync(shop.Id, "=1+1", 5, default);
        var sale = await ChargeAsync(210);
        await RefundAsync(sale, 105);
        using var worker = await _city.SignInAsync(Cast.HuangZhiming);

        var bytes = await worker.GetByteArrayAsync($"{CloseDay.Page}.csv?from={CloseDay.Of(Today)}&language=en");

        bytes.AsSpan()[..3].SequenceEqual("\ufeff"u8).ShouldBeTrue();
        var rows = Encoding.UTF8.GetString(bytes)[1..].Split("\r\n");
        rows[0].ShouldBe(
            "Date,Time,Number in the books,Amount,Refunded,Net,Tax %,Tax included,Rebate by the city,Cost to the shop,"
            + "Seller's tax number");
        var fields = rows[1].Split(',');
        fields[3..].ShouldBe(["210", "105", "105", "5", "5", "6", "0", "'=1+1"]);
        fields[0].ShouldBe(CloseDay.Of(Today));
        using var stranger = await _city.SignInAsync(Cast.LinMeiling);
        (await stranger.GetAsync($"{CloseDay.Page}.csv")).IsSuccessStatusCode.ShouldBeFalse();
    }

    [Theory]
    [InlineData(Screen.Phone, "zh-TW")]
    [InlineData(Screen.Desk, "en")]
    [InlineData(Screen.Phone, "ja")]
    public async Task The_page_is_for_everybody(Screen screen, string language)
    {
        var sale = await ChargeAsync(200);
        await ChargeAsync(35);
        await RefundAsync(sale, 50);
        var page = await Browser.OpenAsync(_city, screen, language);
        await page.SignInAsync(_city, Cast.HuangZhiming, CloseDay.Page);
        await page.PictureAsync($"sales-{language}-{(int)screen}", fullPage: true);
        await page.ShouldBeAccessibleAsync();
        (await page.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo((int)screen);
        await page.ClickAsync("#close-day");
        await page.WaitForSelectorAsync("#confirmed");
        await page.ShouldBeAccessibleAsync();
    }

    DaySheets Sheets => _city.Get<DaySheets>();

    DateOnly Today => _city.Get<Server.City.CityClock>().Today;

    async Task<Guid> ChargeAsync(long amount)
    {
        _city.NextCode();
        using var till = await _city.SignInAsync(Cast.HuangZhiming);
        return (await till.ChargeAsync(await _city.CodeOfAsync(Cast.LinMeiling), amount)).ShouldBeDone().Id;
    }

    async Task RefundAsync(Guid sale, long amount, long refunded = 0)
    {
        using var till = await _city.SignInAsync(Cast.HuangZhiming);
        (await till.RefundAsync(sale, amount, refunded)).ShouldBeDone();
    }
}
