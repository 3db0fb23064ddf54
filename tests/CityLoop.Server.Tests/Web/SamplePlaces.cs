using CityLoop.Server.Gifts;
using CityLoop.Server.Merchants.Applications;
using CityLoop.Server.Merchants.Settlement;
using CityLoop.Server.Merchants.ShopCodes;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Counter;
using CityLoop.Server.SignOn;
using CityLoop.Server.Tests.Credentials.Sharing;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Merchants;
using CityLoop.Server.Tests.Merchants.Applications;
using CityLoop.Server.Tests.Missions;
using CityLoop.Server.Tests.SignOn;
using CityLoop.Server.Tests.Vouchers;
using CityLoop.Server.TopUps;
using Dapper;
using Microsoft.AspNetCore.Routing;

namespace CityLoop.Server.Tests.Web;

/// <summary>
/// A real thing for every page that shows one thing: a receipt, a trip, a spot. A new page with a blank in its
/// address needs its line here before the rules for all pages can be checked on it.
/// </summary>
static class SamplePlaces
{
    /// <summary>Lets the city have one of each, and answers their addresses by route.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> MakePlacesAsync(this TestCity city)
    {
        var payment = await PaidAsync(city);
        var settlement = await SettledAsync(city);
        var series = await city.SharedOutAsync();
        var visit = await VisitedAsync(city);
        var application = await AppliedAsync(city);
        await using var database = await city.Database.OpenConnectionAsync();
        var request = (await city.Get<PaymentRequests>().AskAsync(
            PersonId.OfCast(Cast.HuangZhiming), Guid.CreateVersion7(), 5, default)).Request!.Id;
        var trip = await database.QueryFirstAsync<Guid>(
            "select id from carbon.trip where person = @person limit 1",
            new { person = PersonId.OfCast(Cast.LinMeiling).Value });
        var agreement =
            (await city.Get<Consents>().AgreementsAsync(PersonId.OfCast(Cast.LinMeiling), default))[0].Id;
        return new Dictionary<string, string>
        {
            ["/pay/{code}"] = $"/pay/{Cast.SunflowerBakery}",
            ["/shops/{Code}"] = "/shops/green-river",
            ["/streets/{Code}"] = "/streets/green-river",
            ["/gift/{Code}"] =
                $"/gift/{(await city.Get<GiftCodes>().ShowAsync(PersonId.OfCast(Cast.EmmaDubois), default)).Code}",
            ["/pay/requests/{id:guid}"] = $"/pay/requests/{request}",
            ["/till/requests/{id:guid}"] = $"/till/requests/{request}",
            ["/receipts/{id:guid}"] = $"/receipts/{payment}",
            ["/till/receipts/{id:guid}"] = $"/till/receipts/{payment}",
            ["/vouchers/{Id:guid}"] = $"/vouchers/{series}",
            ["/vouchers/{id:guid}/result.csv"] = $"/vouchers/{series}/result.csv",
            ["/desk/vouchers/{Id:guid}"] = $"/desk/vouchers/{series}",
            ["/desk/settlements/{id:guid}"] = $"/desk/settlements/{settlement}",
            ["/desk/settlements/{id:guid}/payout.pain001.xml"] = $"/desk/settlements/{settlement}/payout.pain001.xml",
            ["/desk/settlements/{id:guid}/payout.zengin.txt"] = $"/desk/settlements/{settlement}/payout.zengin.txt",
            ["/desk/settlements/{id:guid}/payout.csv"] = $"/desk/settlements/{settlement}/payout.csv",
            ["/till/statements/{id:guid}"] = $"/till/statements/{settlement}",
            ["/till/statements/{id:guid}/statement.csv"] = $"/till/statements/{settlement}/statement.csv",
            ["/shops/apply/{Id:guid}"] = $"/shops/apply/{application}",
            ["/desk/merchants/applications/{Id:guid}"] = $"/desk/merchants/applications/{application}",
            ["/counter/visits/{Id:guid}"] = $"/counter/visits/{visit}",
            ["/counter/visits/{Id:guid}/cards"] = $"/counter/visits/{visit}/cards",
            ["/counter/visits/{Id:guid}/top-up"] = $"/counter/visits/{visit}/top-up",
            ["/counter/top-ups/{Id:guid}"] = $"/counter/top-ups/{await ToppedUpAsync(city, visit)}",
            ["/counter/visits/{Id:guid}/children"] = $"/counter/visits/{visit}/children",
            ["/stop/{Token}"] = "/stop/none",
            ["/me/family/{Id:guid}"] = $"/me/family/{PersonId.OfCast(Cast.LinXiaoAn).Value}",
            ["/me/family/{child:guid}/data.json"] = $"/me/family/{PersonId.OfCast(Cast.LinXiaoAn).Value}/data.json",
            ["/carbon/trips/{Id:guid}"] = $"/carbon/trips/{trip}",
            ["/missions/{Id}"] = "/missions/heritage-rally",
            ["/desk/missions/{Id}/spots"] = "/desk/missions/heritage-rally/spots",
            ["/spots/{Code}"] = $"/spots/{city.CodeOf("old-station")}",
            ["/desk/accounts/{Number:int}"] =
                $"/desk/accounts/{(await city.ShopAsync(Cast.SunflowerBakery)).Account.Value}",
            ["/openapi/{documentName}.json"] = "/openapi/v1.json",
            ["/desk/services/{Id:guid}"] = $"/desk/services/{DemoServices.Library}",
            ["/desk/offices/{Code}"] = "/desk/offices/social-affairs",
            ["/desk/offices/{Code}/types/{TypeCode}"] = "/desk/offices/social-affairs/types/low-income",
            ["/me/services/{Id:guid}"] = $"/me/services/{agreement}",
            ["/me/services/{agreement:guid}/receipt.json"] = $"/me/services/{agreement}/receipt.json",
            ["/sign-on/requests/{Name}"] = await AskedAsync(city),
        }.Concat(await city.MakeProofPlacesAsync()).ToDictionary();
    }

    /// <summary>Where a reader sees a page: its own address, or the sample's.</summary>
    public static string AddressIn(this RouteEndpoint page, IReadOnlyDictionary<string, string> samples)
    {
        var route = "/" + page.RoutePattern.RawText!.TrimStart('/');
        return page.RoutePattern.Parameters.Count == 0 ? route
            : samples.TryGetValue(route, out var sample) ? sample
            : throw new ShouldAssertException($"{route} needs a sample in {nameof(SamplePlaces)}.");
    }

    /// <summary>The sports centre asks whoever comes to sign in.</summary>
    static async Task<string> AskedAsync(TestCity city)
    {
        var service = await city.Get<ServiceStore>().FindAsync(DemoServices.SportsCentre, default);
        using var stranger = city.Visit(followsRedirects: false);
        using var sent = await stranger.GetAsync(new ServiceProgram(city, service!).AuthorizeAddress());
        return sent.Headers.Location!.OriginalString;
    }

    static async Task<Guid> PaidAsync(TestCity city)
    {
        await city.GiveAsync(Cast.LinMeiling, 100);
        using var till = await city.SignInAsync(Cast.HuangZhiming);
        return (await till.ChargeAsync(await city.CodeOfAsync(Cast.LinMeiling), 60)).ShouldBeDone().Id;
    }

    static async Task<Guid> AppliedAsync(TestCity city)
    {
        var before = await city.Get<ShopApplications>().OfPersonAsync(PersonId.OfCast(Cast.LinMeiling), default);
        return before.Count > 0 ? before[0].Id : await city.AppliedAsync(Cast.LinMeiling);
    }

    static async Task<Guid> VisitedAsync(TestCity city) =>
        (await city.Get<FindPerson>().FindAsync(
            PersonId.OfCast(Cast.ZhangJianguo), city.ContactOf(Cast.LinMeiling), "question", default)).Visit;

    static async Task<Guid> ToppedUpAsync(TestCity city, Guid visit)
    {
        var (officer, id) = (PersonId.OfCast(Cast.WangYating), Guid.CreateVersion7());
        await city.Get<Drawers>().OpenAsync(officer, 1_000, default);
        (await city.Get<CounterTopUps>().PayInAsync(officer, visit, id, 5, default)).ShouldBe(TopUpOutcome.Done);
        return id;
    }

    static async Task<Guid> SettledAsync(TestCity city)
    {
        city.Clock.Advance(TimeSpan.FromDays(17));
        var settle = city.Get<SettleShops>();
        return (await settle.RunAsync(settle.Yesterday, default)).Payout[^1].Id;
    }
}
