using System.Buffers.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using CityLoop.Server.Credentials.Offices;
using CityLoop.Server.Credentials.SdJwts;
using CityLoop.Server.Tests.Hosting;
using Dapper;

namespace CityLoop.Server.Tests.Credentials.Sharing;

/// <summary>What readers of proofs look up.</summary>
static partial class Proofs
{
    /// <summary>What a presentation's office signed, unverified.</summary>
    public static JsonElement ClaimsOf(string presentation) =>
        JsonDocument.Parse(Base64Url.DecodeFromChars(presentation.Split('.')[1])).RootElement;

    /// <summary>Of all that the consent side holds, nothing has one of these texts in it.</summary>
    public static async Task NothingIsKeptOfAsync(this TestCity city, params string[] texts)
    {
        string[] tables =
        [
            "credentials.request", "credentials.consent", "credentials.consent_event", "credentials.given",
            "credentials.entitlement", "credentials.checked_code", "credentials.status_place", "pass.access",
        ];
        await using var connection = await city.Database.OpenConnectionAsync();
        foreach (var table in tables)
            (await connection.QueryAsync<string>($"select to_jsonb(t)::text from {table} t"))
                // When something ends is no field, though it may be on the same day.
                .Select(row => Instant().Replace(row, ""))
                .ShouldAllBe(row => !texts.Any(row.Contains), table);
    }

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

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT[^""]*")]
    private static partial Regex Instant();
}
