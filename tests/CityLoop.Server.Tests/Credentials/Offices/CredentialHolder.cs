using System.Text.Json;
using CityLoop.Server.Credentials.Offices;
using CityLoop.Server.Credentials.SdJwts;
using CityLoop.Server.Pass;
using CityLoop.Server.Shared.Jose;
using CityLoop.Server.Tests.Credentials.SdJwts;
using CityLoop.Server.Tests.Hosting;
using Dapper;

namespace CityLoop.Server.Tests.Credentials.Offices;

/// <summary>Somebody who gets credentials of the city's offices and shows them to others.</summary>
sealed class CredentialHolder(TestCity city)
{
    public SigningKey Key { get; } = TamperedCredential.NewKey();

    /// <summary>The city's own address, as credentials name it.</summary>
    public string Base => city.Address.ToString().TrimEnd('/');

    public Task<IssuedCredential?> IssueAsync(string cast, string type) => city.Get<IssueCredential>().ForAsync(
        PersonId.OfCast(cast), type, Key.Public, Base, default);

    public string Present(IssuedCredential issued, params string[] fields) => SdJwt.Present(
        issued.SdJwt, fields, Key, "the-pool", "a-nonce", city.Clock.GetUtcNow());

    /// <summary>Its office takes it back.</summary>
    public async Task RevokeAsync(IssuedCredential issued)
    {
        await using var connection = await city.Database.OpenConnectionAsync();
        (await connection.ExecuteAsync(
            """
            update credentials.status_place p set revoked_at = @now
            where number = @StatusNumber and place = @StatusIndex and until = @until
            """,
            new
            {
                issued.StatusNumber, issued.StatusIndex, until = issued.Until.ToUniversalTime(),
                now = city.Clock.GetUtcNow(),
            })).ShouldBe(1);
    }

    /// <summary>What a service with somebody else's library makes of it.</summary>
    public Task<JsonElement> ReadAsync(string presentation) =>
        CredentialProgram.RunAsync("read-over-http.mjs", new
        {
            presentation, nonce = "a-nonce", currentDate = city.Clock.GetUtcNow().ToUnixTimeSeconds(),
        });
}
