using System.Buffers.Text;
using System.Text.Json;
using CityLoop.Server.Credentials.Offices;
using CityLoop.Server.Credentials.SdJwts;
using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.Credentials.Sharing;

/// <summary>What readers of proofs look up.</summary>
static class Proofs
{
    /// <summary>What a presentation's office signed, unverified.</summary>
    public static JsonElement ClaimsOf(string presentation) =>
        JsonDocument.Parse(Base64Url.DecodeFromChars(presentation.Split('.')[1])).RootElement;

    /// <summary>Whether the office's public list says that it took the credential back.</summary>
    public static async Task<bool> IsRevokedAsync(this TestCity city, string presentation)
    {
        var claims = ClaimsOf(presentation);
        StatusList.TryReadPlace(claims, out var place).ShouldBeTrue();
        using var anybody = city.Visit();
        var list = await anybody.GetStringAsync(place!.List);
        var office = (await city.Get<OfficeStore>().FindAsync(
            new Uri(claims.GetProperty("iss").GetString()!).Segments[^1], default))!;
        var refusal = StatusList.Check(
            list, place, await city.Get<OfficeKeys>().OfStatusAsync(office, default), city.Clock.GetUtcNow());
        refusal.ShouldBeOneOf(SdJwtRefusal.None, SdJwtRefusal.Revoked);
        return refusal == SdJwtRefusal.Revoked;
    }
}
