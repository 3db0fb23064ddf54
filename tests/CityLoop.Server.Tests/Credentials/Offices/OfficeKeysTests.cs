using System.Net.Http.Json;
using System.Text.Json;
using CityLoop.Server.Credentials.Offices;
using CityLoop.Server.Shared.Jose;
using CityLoop.Server.Tests.Hosting;
using Dapper;

namespace CityLoop.Server.Tests.Credentials.Offices;

/// <summary>The turns of offices' keys.</summary>
public sealed class OfficeKeysTests(TestCity city) : IClassFixture<TestCity>
{
    readonly CredentialHolder _person = new(city);

    [Fact]
    public async Task The_old_key_is_found_until_all_that_it_signed_has_run_out()
    {
        var (office, _) = (await city.Get<OfficeStore>().FindTypeAsync("residence", default))!.Value;
        var first = await city.Get<OfficeKeys>().CurrentAsync(office, default);
        var issued = (await _person.IssueAsync(Cast.LinMeiling, "residence"))!;

        city.Clock.Advance(RotatingKeys.SignsFor - TimeSpan.FromDays(1));

        var published = await KidsAsync("household");
        published.ShouldContain(first.Kid);
        published.Count.ShouldBe(2, "the next one is there a week before its turn");
        city.Clock.Advance(TimeSpan.FromDays(2));
        (await city.Get<OfficeKeys>().CurrentAsync(office, default)).Kid.ShouldBe(published[1]);
        var again = (await _person.IssueAsync(Cast.LinMeiling, "residence"))!;
        (await _person.ReadAsync(_person.Present(again, "district"))).TryGetProperty("fields", out _).ShouldBeTrue();
        (await KidsAsync("household")).ShouldContain(first.Kid, $"until {issued.Until} somebody may show it");
        await using var connection = await city.Database.OpenConnectionAsync();
        (await connection.QueryAsync<string>("select sealed_key from credentials.office_key")).ShouldAllBe(
            row => row.StartsWith("CfDJ8", StringComparison.Ordinal), "data protection's own seal");
    }

    async Task<List<string>> KidsAsync(string office)
    {
        using var client = city.Visit();
        var metadata = await client.GetFromJsonAsync<JsonElement>($"/.well-known/jwt-vc-issuer/offices/{office}");
        metadata.ToString().ShouldNotContain("\"d\"");
        metadata.GetProperty("issuer").GetString().ShouldBe($"{_person.Base}/offices/{office}");
        return [.. metadata.GetProperty("jwks").GetProperty("keys").EnumerateArray()
            .Select(key => key.GetProperty("kid").GetString()!)];
    }
}
