using System.Net;
using CityLoop.Server.City;
using CityLoop.Server.Pass;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Merchants;
using CityLoop.Server.Vouchers;

namespace CityLoop.Server.Tests.Vouchers;

/// <summary>What tests with vouchers share: a series that two officers let in, people who apply and buy.</summary>
static class VoucherCity
{
    /// <summary>A shop of the demo city that counts as large here; the bakery is a small one.</summary>
    public const string LargeShop = "green-river";

    public static string WithLargeShop(string city) =>
        city.Replace("\"timeZone\"", $"\"largeShops\": [\"{LargeShop}\"], \"timeZone\"", StringComparison.Ordinal);

    /// <summary>The form of a series, as an officer fills it in: one part that every shop takes.</summary>
    public static Dictionary<string, string> Form(DateOnly today) => new()
    {
        ["Name-zh-TW"] = "好市多多券", ["Name-en"] = "Plenty", ["Name-ja"] = "たっぷり券", ["Goods-zh-TW"] = "菸酒",
        ["Goods-en"] = "tobacco", ["Goods-ja"] = "たばこ", ["Kind"] = "sale", ["Allotment"] = "share", ["Books"] = "10",
        ["PerPerson"] = "4", ["Price"] = "50", ["Budget"] = "net-zero-2026", ["Level"] = "0", ["AgeFrom"] = "",
        ["AgeTo"] = "", ["OpensOn"] = $"{today:yyyy-MM-dd}", ["ClosesOn"] = $"{today.AddDays(5):yyyy-MM-dd}",
        ["BuyUntil"] = $"{today.AddDays(15):yyyy-MM-dd}", ["LastDay"] = $"{today.AddDays(60):yyyy-MM-dd}",
        ["Amount1"] = "65",
    };

    /// <summary>The composed book of Ise, a hundredth of it: 20 anywhere and 45 in small shops only.</summary>
    public static Dictionary<string, string> BookForm(DateOnly today) => new(Form(today))
    {
        ["Amount1"] = "20", ["Amount2"] = "45", ["SmallOnly2"] = "on",
    };

    public static DateOnly Today(this TestCity city) => city.Get<CityClock>().Today;

    /// <summary>One officer drafts a series and another agrees.</summary>
    public static async Task<VoucherSeries> OpenSeriesAsync(this TestCity city, Dictionary<string, string> form)
    {
        var id = await city.DraftSeriesAsync(form);
        (await city.Get<SeriesDesk>().DecideAsync(PersonId.OfCast(Cast.ZhangJianguo), id, true, default))
            .ShouldBe(SeriesOutcome.Done);
        return (await city.Get<SeriesStore>().FindAsync(id, default))!;
    }

    public static async Task<Guid> DraftSeriesAsync(this TestCity city, Dictionary<string, string> form)
    {
        using var officer = await city.SignInAsync(Cast.WangYating);
        using var sent = await officer.SubmitAsync(
            "/desk/vouchers/new", "name=\"Books\"", [.. form.Select(field => (field.Key, field.Value))]);
        var text = await sent.Content.ReadAsStringAsync();
        sent.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        text.ShouldContain("等另一位同意");
        return Guid.Parse(sent.RequestMessage!.RequestUri!.Segments[^1]);
    }

    public static Task<VoucherOutcome> ApplyAsync(this TestCity city, string castId, Guid series, int books) =>
        city.Get<VoucherApplications>().ApplyAsync(PersonId.OfCast(castId), series, books, default);

    public static Task<VoucherOutcome> BuyAsync(this TestCity city, string castId, Guid series) =>
        city.Get<VoucherApplications>().BuyAsync(PersonId.OfCast(castId), series, default);

    /// <summary>The window closes and the series is shared out.</summary>
    public static async Task ShareOutAsync(this TestCity city, VoucherSeries series)
    {
        city.Clock.Advance(TimeSpan.FromDays(series.ClosesOn.DayNumber + 1 - city.Today().DayNumber));
        (await city.Get<SeriesDesk>().ShareAsync(series.Id, default)).ShouldBe(SeriesOutcome.Done);
    }

    /// <summary>Somebody has so many books of a series, bought with points that they were given for it.</summary>
    public static async Task<VoucherSeries> HaveBooksAsync(
        this TestCity city, string castId, int books, Dictionary<string, string> form)
    {
        var series = await city.OpenSeriesAsync(form);
        (await city.ApplyAsync(castId, series.Id, books)).ShouldBe(VoucherOutcome.Done);
        await city.ShareOutAsync(series);
        if (series.Price > 0)
            await city.GiveAsync(castId, series.Price * books);
        (await city.BuyAsync(castId, series.Id)).ShouldBe(VoucherOutcome.Done);
        return (await city.Get<SeriesStore>().FindAsync(series.Id, default))!;
    }

    /// <summary>A series that 林美玲 has applied for and can buy of.</summary>
    public static async Task<Guid> SharedOutAsync(this TestCity city)
    {
        var series = await city.OpenSeriesAsync(BookForm(city.Today()));
        (await city.ApplyAsync(Cast.LinMeiling, series.Id, 2)).ShouldBe(VoucherOutcome.Done);
        await city.ShareOutAsync(series);
        return series.Id;
    }

    /// <summary>What somebody has of vouchers, by the number of the part.</summary>
    public static async Task<IReadOnlyDictionary<int, long>> VouchersOfAsync(this TestCity city, string castId)
    {
        var points = await city.AccountOfAsync(castId);
        city.Get<VoucherUses>().Forget(points);
        return (await city.Get<VoucherUses>().OfAsync(points, default))
            .ToDictionary(held => held.Part.Number, held => held.Amount);
    }
}
