using System.Text.RegularExpressions;
using CityLoop.Server.Merchants.Offline;
using CityLoop.Server.Tests.Hosting;
using Dapper;

namespace CityLoop.Server.Tests.Merchants.Offline;

/// <summary>A shop reads what an outage may cost it, chooses less, and sees what one did cost.</summary>
public sealed class OfflinePageTests(TestCity city) : IClassFixture<TestCity>
{
    const string Form = "name=\"limit\"";

    [Fact]
    public async Task A_shop_reads_its_risk_chooses_less_or_nothing_and_sees_what_was_refused()
    {
        using var manager = await city.SignInAsync(Cast.HuangZhiming);
        (await manager.GetStringAsync("/till/offline")).ShouldContain("一次斷線最多 6,000 點");
        using var till = await SoftTill.LentAsync(city, manager);
        var poor = await Payer.ComesAsync(city, 0);
        (await till.PostAsync(till.Take(await poor.CodeAsync(), 45))).ShouldBe(["too_few_points"]);

        (await SaveAsync(manager, "１,５００")).ShouldContain("一次斷線最多 1,500 點");
        (await SaveAsync(manager, "6001")).ShouldContain("請寫 0 到 6,000 之間的數字");
        var page = await SaveAsync(manager, "0");

        page.ShouldContain("<b class=\"amount\">45</b>");
        page.ShouldContain("客人的點數不夠。");
        (await till.AskAsync()).ShouldBeDone();
        till.Allowance.ShouldBe(0);
    }

    [Fact]
    public async Task Who_only_charges_there_reads_it_and_changes_nothing()
    {
        var shop = await city.ShopAsync(Cast.SunflowerBakery);
        var emma = Server.Pass.PersonId.OfCast(Cast.EmmaDubois);
        await using var database = await city.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await database.ExecuteAsync(
            """
            insert into merchants.worker values (@emma, @Id, true, false);
            update pass.person set roles = array['resident', 'shop_worker'] where id = @emma
            """, new { emma = emma.Value, shop.Id });
        city.Get<Server.Merchants.MerchantStore>().Forget(emma);
        using var worker = await city.SignInAsync(Cast.EmmaDubois);
        var page = await worker.GetStringAsync("/till/offline");
        page.ShouldNotContain(Form);
        var token = Regex.Match(page, "__RequestVerificationToken\" value=\"([^\"]+)").Groups[1].Value;
        using var form = new FormUrlEncodedContent(
            [new("__RequestVerificationToken", token), new("shop", $"{shop.Id}"), new("limit", "1")]);
        using var tried = await worker.PostAsync("/till/offline/limit", form);
        tried.RequestMessage!.RequestUri!.Query.ShouldBe("?problem=not_yours");
        (await city.Get<OfflineTills>().LimitOfAsync(shop.Id, default)).ShouldNotBe(1);
    }

    static async Task<string> SaveAsync(HttpClient manager, string limit)
    {
        using var saved = await manager.SubmitAsync("/till/offline", Form, ("limit", limit));
        return await saved.Content.ReadAsStringAsync();
    }
}
