using CityLoop.Server.Credentials.Entitlements;
using CityLoop.Server.Credentials.Needs;
using CityLoop.Server.Credentials.Sharing;
using CityLoop.Server.Pass;
using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.Credentials.Sharing;

/// <summary>A consent, a ticket and a request, for the rules that hold for all pages.</summary>
static class ProofPlaces
{
    public static async Task<IReadOnlyDictionary<string, string>> MakeProofPlacesAsync(this TestCity city)
    {
        var need = (await city.Get<NeedStore>().FindAsync(DemoPool.Code, default))!;
        var (requests, give) = (city.Get<ShareRequests>(), city.Get<GiveConsent>());
        var request = (await requests.OpenAsync(need, ShareRequests.NewName(), null, null, default))!;
        var (ticket, problem) = await give.GiveAsync(
            (await give.OpenAsync(request, default))!, PersonId.OfCast(Cast.LinMeiling), [1], "zh-TW",
            city.Address.ToString().TrimEnd('/'), default);
        problem.ShouldBeNull();
        var consent = ticket!.Replace("/ticket", "", StringComparison.Ordinal);
        var waiting = (await requests.OpenAsync(need, ShareRequests.NewName(), null, null, default))!;
        return new Dictionary<string, string>
        {
            ["/desk/needs/{Id:guid}"] = $"/desk/needs/{need.Id}",
            ["/share/{Name}"] = SharePage.AddressOf(waiting),
            ["/proofs/{Code}"] = PosterPage.AddressOf(DemoPool.Code),
            ["/proofs/{NeedCode}/check/{Code}"] = CheckPage.AddressOf(DemoPool.Code, "x"),
            ["/me/proofs/{Id:guid}"] = consent,
            ["/me/proofs/{Id:guid}/ticket"] = ticket,
            ["/me/proofs/{consent:guid}/receipt.json"] = $"{consent}/receipt.json",
            ["/.well-known/jwt-vc-issuer/offices/{code}"] = "/.well-known/jwt-vc-issuer/offices/social-affairs",
            ["/credentials/types/{code}"] = "/credentials/types/low-income",
            ["/offices/{code}/status/{number:int}"] = "/offices/social-affairs/status/1",
        };
    }
}
