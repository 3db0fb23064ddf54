using System.Text.Json;
using CityLoop.Server.City;
using CityLoop.Server.Credentials.Needs;
using CityLoop.Server.Credentials.Offices;
using CityLoop.Server.Credentials.SdJwts;
using CityLoop.Server.Pass;
using CityLoop.Server.Shared.Jose;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Credentials.Sharing;

/// <summary>Why nothing was given, in order of precedence.</summary>
enum GiveRefusal
{
    /// <summary>The office did not answer; later it may.</summary>
    OfficeUnreachable,

    /// <summary>The office knows nothing of this kind about the person.</summary>
    OfficeKnowsNothing,
}

/// <summary>What was made for one answer.</summary>
/// <param name="ByType">The presentation of each credential type.</param>
/// <param name="Numbers">The lines by which the credentials can be revoked.</param>
sealed record Presented(IReadOnlyDictionary<string, string> ByType, IReadOnlyList<long> Numbers);

/// <summary>Why nothing was given, and by which office.</summary>
sealed record NotGiven(GiveRefusal Why, LocalNames Office);

/// <summary>
/// Lets the offices certify what is needed and shows only that to the service: all of it or nothing. Each credential is
/// bound to a key that is used once and forgotten, so that no two readers can tell by it whom they have in common, and
/// what a credential says is kept nowhere.
/// </summary>
sealed class Presentations(
    IssueCredential issue, OfficeStore offices, RevokeGiven revoke, NpgsqlDataSource database, TimeProvider time)
{
    public async Task<(Presented? Made, NotGiven? Refused)> MakeAsync(
        Need need, PersonId person, string audience, string nonce, string issuer, CancellationToken cancellation)
    {
        var (byType, numbers) = (new Dictionary<string, string>(), new List<long>());
        NotGiven? refused = null;
        foreach (var asked in need.Asked)
        {
            try
            {
                var now = time.GetUtcNow();
                var holder = new SigningKey(SigningKey.NewPkcs8(), now, now);
                if (await issue.ForAsync(person, asked.Type, holder.Public, issuer, cancellation) is not { } issued)
                {
                    var (office, _) = (await offices.FindTypeAsync(asked.Type, cancellation))!.Value;
                    refused = new NotGiven(GiveRefusal.OfficeKnowsNothing, office.Names);
                    break;
                }

                numbers.Add(await KeepAsync(asked.Type, issued, now, cancellation));
                byType[asked.Type] = SdJwt.Present(issued.SdJwt, asked.Fields, holder, audience, nonce, now);
            }
            catch (OfficeUnreachableException silent)
            {
                refused = new NotGiven(GiveRefusal.OfficeUnreachable, silent.Office);
                break;
            }
        }

        if (refused is null)
            return (new Presented(byType, numbers), null);
        await revoke.DropAsync(numbers, cancellation);
        return (null, refused);
    }

    /// <summary>Seals what is presented for the service; nobody else can open it, the city neither.</summary>
    public static string Seal(Need need, Presented made, IReadOnlyDictionary<string, object> besides)
    {
        var text = JsonSerializer.Serialize(new Dictionary<string, object>(besides)
        {
            ["vp_token"] = made.ByType.ToDictionary(one => one.Key, one => new[] { one.Value }),
        });
        return EncryptedToken.Encrypt(PublicKeys.Read(need.EncryptionKey)![0], text, "json");
    }

    // Before anything is done with it: a credential that nobody could revoke must not exist.
    async Task<long> KeepAsync(
        string type, IssuedCredential issued, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            """
            insert into credentials.given (type, status_number, status_index, issued_at, until)
            values (@type, @StatusNumber, @StatusIndex, @now, @until) returning number
            """,
            new
            {
                type, issued.StatusNumber, issued.StatusIndex, now, until = issued.Until.ToUniversalTime(),
            }, cancellationToken: cancellation));
    }
}
