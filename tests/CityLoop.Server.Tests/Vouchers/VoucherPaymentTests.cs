using System.Net;
using System.Text.Json;
using CityLoop.Ledger;
using CityLoop.Server.Ledger;
using CityLoop.Server.Merchants.Settlement;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Merchants;
using CityLoop.Server.Vouchers;

namespace CityLoop.Server.Tests.Vouchers;

/// <summary>Paying with vouchers: in a small shop and in a large one, refunded, used up, and past their day.</summary>
public sealed class VoucherPaymentTests : IAsyncLifetime
{
    readonly TestCity _city = new() { ChangeCityJson = VoucherCity.WithLargeShop };

    public ValueTask InitializeAsync() => _city.InitializeAsync();

    public ValueTask DisposeAsync() => _city.DisposeAsync();

    [Fact]
    public async Task A_till_takes_vouchers_and_points_as_one_amount_and_the_city_gives_back_for_the_points()
    {
        await _city.HaveBooksAsync(Cast.LinMeiling, 1, VoucherCity.BookForm(_city.Today()));
        await _city.GiveAsync(Cast.LinMeiling, 200);
        var before = await _city.TakingsOfAsync(Cast.SunflowerBakery);
        var had = await _city.BalanceOfAsync(Cast.LinMeiling);
        using var till = await _city.SignInAsync(Cast.HuangZhiming);

        var paid = (await till.ChargeAsync(await _city.CodeOfAsync(Cast.LinMeiling), 165)).ShouldBeDone();

        paid.Back.ShouldBe(3, "of the hundred points, not of the vouchers");
        (await _city.TakingsOfAsync(Cast.SunflowerBakery) - before).ShouldBe(165);
        (await _city.BalanceOfAsync(Cast.LinMeiling)).ShouldBe(had - 100 + 3);
        (await _city.VouchersOfAsync(Cast.LinMeiling)).ShouldBeEmpty();
        using var phone = await _city.SignInAsync(Cast.LinMeiling);
        var receipt = await phone.GetStringAsync($"/receipts/{paid.Id}");
        receipt.ShouldContain("<dd id=\"vouchers\">65</dd>");
    }

    [Fact]
    public async Task A_refund_gives_back_the_very_vouchers_and_takes_nothing_else()
    {
        var series = await _city.HaveBooksAsync(Cast.LinMeiling, 2, VoucherCity.BookForm(_city.Today()));
        await _city.GiveAsync(Cast.LinMeiling, 200);
        var had = await StateAsync(series);
        using var till = await _city.SignInAsync(Cast.HuangZhiming);
        var today = (await till.ChargeAsync(await _city.CodeOfAsync(Cast.LinMeiling), 160)).ShouldBeDone().Id;
        (await StateAsync(series)).ShouldNotBe(had);

        (await till.RefundAsync(today)).ShouldBeDone();
        (await StateAsync(series)).ShouldBe(had);
        _city.NextCode();
        var tomorrow = (await till.ChargeAsync(await _city.CodeOfAsync(Cast.LinMeiling), 160)).ShouldBeDone().Id;
        _city.Clock.Advance(TimeSpan.FromDays(2));
        await _city.Get<DayTurn>().TurnAsync(default);
        (await till.RefundAsync(tomorrow)).ShouldBeDone();

        (await StateAsync(series)).ShouldBe(had);
        (await till.RefundAsync(tomorrow)).ShouldBeDone();
        (await StateAsync(series)).ShouldBe(had);
    }

    [Fact]
    public async Task Parts_that_are_given_back_bring_points_first_then_the_vouchers_and_in_the_end_everything()
    {
        var series = await _city.HaveBooksAsync(Cast.LinMeiling, 2, VoucherCity.BookForm(_city.Today()));
        await _city.GiveAsync(Cast.LinMeiling, 200);
        var had = await StateAsync(series);
        using var till = await _city.SignInAsync(Cast.HuangZhiming);
        var paid = (await till.ChargeAsync(await _city.CodeOfAsync(Cast.LinMeiling), 160)).ShouldBeDone().Id;
        (await _city.VouchersOfAsync(Cast.LinMeiling)).ShouldBeEmpty();

        (await till.RefundAsync(paid, 30, 0)).ShouldBeDone();
        (await _city.VouchersOfAsync(Cast.LinMeiling)).ShouldBeEmpty("30 of the 160 were points");
        (await till.RefundAsync(paid, 20, 30)).ShouldBeDone();
        (await _city.VouchersOfAsync(Cast.LinMeiling)).ShouldBe(new Dictionary<int, long> { [1] = 20 });
        _city.Clock.Advance(TimeSpan.FromDays(1));
        await _city.Get<DayTurn>().TurnAsync(default);
        (await till.RefundAsync(paid, 40, 50)).ShouldBeDone();
        (await _city.VouchersOfAsync(Cast.LinMeiling)).OrderBy(one => one.Key).ShouldBe(
            new Dictionary<int, long> { [1] = 40, [2] = 20 });
        (await till.RefundAsync(paid, 70, 90)).ShouldBeDone();

        (await StateAsync(series)).ShouldBe(had);
    }

    [Fact]
    public async Task A_large_shop_is_refused_the_part_for_small_ones_with_a_plain_reason()
    {
        await _city.HaveBooksAsync(Cast.LinMeiling, 1, VoucherCity.BookForm(_city.Today()));
        using var phone = await _city.SignInAsync(Cast.LinMeiling);

        var large = await phone.GetStringAsync($"/pay/{VoucherCity.LargeShop}?amount=20");
        large.ShouldContain("「好市多多券」的 45 點不能在這裡用。只限：小型店家");
        (await PayAsync(phone, VoucherCity.LargeShop, 30)).ShouldBeRefused(
            HttpStatusCode.Conflict, "your_voucher_is_not_taken_here", "amount");
        (await PayAsync(phone, VoucherCity.LargeShop, 66)).ShouldBeRefused(
            HttpStatusCode.Conflict, "you_have_too_few_points", "amount");
        (await PayAsync(phone, VoucherCity.LargeShop, 20)).ShouldBeDone();
        (await _city.VouchersOfAsync(Cast.LinMeiling)).ShouldBe(new Dictionary<int, long> { [2] = 45 });

        (await PayAsync(phone, Cast.SunflowerBakery, 45)).ShouldBeDone();
        (await _city.VouchersOfAsync(Cast.LinMeiling)).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_same_payment_sent_again_and_many_at_once_never_use_a_voucher_twice()
    {
        var series = await _city.HaveBooksAsync(Cast.LinMeiling, 2, VoucherCity.Form(_city.Today()));
        using var phone = await _city.SignInAsync(Cast.LinMeiling);
        var before = await _city.TakingsOfAsync(Cast.SunflowerBakery);
        var id = Guid.NewGuid();

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 6).Select(_ => PayAsync(phone, Cast.SunflowerBakery, 60, id)));
        answers.ShouldAllBe(answer => answer.Status == HttpStatusCode.OK);
        var others = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => PayAsync(phone, Cast.SunflowerBakery, 35)));

        // Of 130 there are 70 left.
        others.Count(answer => answer.Status == HttpStatusCode.OK).ShouldBe(2);
        (await _city.TakingsOfAsync(Cast.SunflowerBakery) - before).ShouldBe(60 + 35 + 35);
        var sums = await _city.Get<VoucherBooks>().SumsAsync(series, default);
        (sums.Sold, sums.Left, sums.Cover).ShouldBe((2, 0, 8 * 15));
        sums.Spent.ShouldHaveSingleItem().ShouldBe((series.Parts[0], "bakery", 130));
    }

    [Fact]
    public async Task After_the_last_day_nothing_is_paid_with_it_and_what_is_left_is_its_budgets_again()
    {
        var budget = await _city.Get<CityBudgets>().AccountAsync("net-zero-2026", default);
        var before = await _city.BalanceAsync(budget);
        var series = await _city.HaveBooksAsync(Cast.LinMeiling, 2, VoucherCity.Form(_city.Today()));
        (await _city.BalanceAsync(budget)).ShouldBe(before - 10 * 15);
        using var phone = await _city.SignInAsync(Cast.LinMeiling);
        (await PayAsync(phone, Cast.SunflowerBakery, 30)).ShouldBeDone();
        (await _city.Get<SeriesDesk>().CloseAsync(series.Id, default)).ShouldBe(SeriesOutcome.NotNow);

        _city.Clock.Advance(TimeSpan.FromDays(series.LastDay.DayNumber - _city.Today().DayNumber));
        await _city.Get<DayTurn>().TurnAsync(default);
        (await PayAsync(phone, Cast.SunflowerBakery, 5)).ShouldBeDone();
        _city.Clock.Advance(TimeSpan.FromDays(1));
        await _city.Get<DayTurn>().TurnAsync(default);

        (await PayAsync(phone, Cast.SunflowerBakery, 5)).ShouldBeRefused(
            HttpStatusCode.Conflict, "you_have_too_few_points", "amount");
        var closed = await Task.WhenAll(Enumerable.Range(0, 2).Select(
            _ => _city.Get<SeriesDesk>().CloseAsync(series.Id, default)));
        closed.ShouldAllBe(outcome => outcome == SeriesOutcome.Done);
        // Two books were bought at 50 and 35 of their 130 spent: the city's own 150, and 100 - 35 of the buyer's.
        (await _city.BalanceAsync(budget)).ShouldBe(before + 2 * 50 - 35);
    }

    [Fact]
    public async Task A_shop_is_settled_for_what_it_took_whatever_it_was_paid_with()
    {
        await _city.HaveBooksAsync(Cast.LinMeiling, 1, VoucherCity.Form(_city.Today()));
        using var phone = await _city.SignInAsync(Cast.LinMeiling);
        (await PayAsync(phone, Cast.SunflowerBakery, 65)).ShouldBeDone();
        _city.Clock.Advance(TimeSpan.FromDays(17));

        var settle = _city.Get<SettleShops>();
        var payout = (await settle.RunAsync(settle.Yesterday, default)).Payout;

        var lines = await Task.WhenAll(payout.Select(
            window => _city.Get<SettlementStore>().LinesAsync(window.Id, default)));
        lines.SelectMany(line => line).Where(line => line.Code == Cast.SunflowerBakery).Sum(line => line.Amount)
            .ShouldBeGreaterThanOrEqualTo(65);
        (await _city.TakingsOfAsync(Cast.SunflowerBakery)).ShouldBe(0);
    }

    static Task<Answer> PayAsync(HttpClient phone, string shop, long amount, Guid? id = null) =>
        phone.SendAsync("/api/v1/wallet/payments", JsonSerializer.Serialize(
            new { id = id ?? Guid.NewGuid(), shop, amount }));

    /// <summary>Everything that a refund has to leave as it was.</summary>
    async Task<string> StateAsync(VoucherSeries series)
    {
        var points = await _city.AccountOfAsync(Cast.LinMeiling);
        var held = await _city.VouchersOfAsync(Cast.LinMeiling);
        var sums = await _city.Get<VoucherBooks>().SumsAsync(series, default);
        var lots = await _city.Get<CityLedger>().ReadAsync(
            books => books.Lots(points).Select(lot => $"{lot.LastDay}:{lot.Budget}:{lot.Amount}").ToList(), default);
        return string.Join(' ', lots.Concat(held.Select(one => $"{one}"))) + $" {sums.Cover} {sums.Left}"
            + $" {await _city.TakingsOfAsync(Cast.SunflowerBakery)}";
    }
}
