using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CityLoop.Server.Pass;
using CityLoop.Server.Web;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CityLoop.Server.Carbon;

/// <summary>
/// A partner hands in the link code that a person has typed into the partner's own app, and gets the name under
/// which it will report this person's trips. It learns nothing else, and the city learns nothing of its customer.
/// </summary>
static class LinkRider
{
    /// <summary>The body: the code as the person typed it.</summary>
    public sealed record Request(string Code);

    /// <summary>The opaque name of the person at this partner.</summary>
    public sealed record Response(string Rider);

    public static void Map(IEndpointRouteBuilder partners) => partners.MapPost("/riders", Handle)
        .AllowAnonymous()
        .Accepts<Request>("application/json")
        .WithName("LinkRider")
        .WithSummary("A partner links a rider by the code that the person gave it (signed message)");

    static async Task<Results<Ok<Response>, ProblemHttpResult>> Handle(
        string partner, HttpRequest request, PartnerDoor door, RiderLinks links, Problems problems,
        CancellationToken cancellation)
    {
        var (_, signed, refused) = await door.OpenAsync(partner, request, cancellation);
        if (refused is not null)
            return refused;
        if (CodeIn(signed!.Body) is not { } code)
            return problems.Bad("field_not_a_name", "code");
        return await links.RedeemAsync(partner, code, cancellation) is { } rider
            ? TypedResults.Ok(new Response(rider))
            : problems.NotFound("link_code_unknown", "code");
    }

    static string? CodeIn(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 4 });
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("code", out var code)
                && code.ValueKind == JsonValueKind.String ? code.GetString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>The links between people and partners, and the codes that make them.</summary>
sealed class RiderLinks(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>How long a link code is worth something.</summary>
    public static readonly TimeSpan CodeLife = TimeSpan.FromMinutes(10);

    // Without letters and digits that look alike on paper: 31 ^ 8 is 8.5 × 10¹¹ codes.
    const string Letters = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";
    const int CodeLength = 8;

    /// <summary>Makes a code; an earlier one for the same partner is worth nothing from now on.</summary>
    /// <returns>The code as a person types it: ABCD-2345.</returns>
    public async Task<string> MakeCodeAsync(Partner partner, PersonId person, CancellationToken cancellation)
    {
        var code = RandomNumberGenerator.GetString(Letters, CodeLength);
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            delete from carbon.link_code where ends_at < @now;
            insert into carbon.link_code (digest, partner, person, ends_at) values (@digest, @partner, @person, @ends)
            on conflict (partner, person) do update set digest = excluded.digest, ends_at = excluded.ends_at
            """,
            new
            {
                digest = Digest(partner.Id, code),
                partner = partner.Id,
                person = person.Value,
                now = time.GetUtcNow(),
                ends = time.GetUtcNow() + CodeLife,
            }, cancellationToken: cancellation));
        return $"{code[..4]}-{code[4..]}";
    }

    /// <summary>Uses up a code; null when there is no such code (any more).</summary>
    public async Task<string?> RedeemAsync(string partner, string typed, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        // Linking again gives a new name: what the partner kept under the old one is worth nothing from now on.
        return await connection.QuerySingleOrDefaultAsync<string?>(new CommandDefinition(
            """
            with used as (
              delete from carbon.link_code where digest = @digest and ends_at >= @now returning person)
            insert into carbon.rider (partner, rider, person, linked_at)
            select @partner, @rider, person, @now from used
            on conflict (partner, person) do update set rider = excluded.rider, linked_at = excluded.linked_at
            returning rider
            """,
            new
            {
                digest = Digest(partner, typed),
                partner,
                rider = RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyz23456789", 20),
                now = time.GetUtcNow(),
            }, cancellationToken: cancellation));
    }

    /// <summary>The partners that a person is linked with, and since when.</summary>
    public async Task<IReadOnlyDictionary<string, DateTimeOffset>> OfAsync(
        PersonId person, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<(string Partner, DateTimeOffset LinkedAt)>(new CommandDefinition(
            "select partner, linked_at from carbon.rider where person = @person",
            new { person = person.Value }, cancellationToken: cancellation));
        return rows.ToDictionary(row => row.Partner, row => row.LinkedAt);
    }

    /// <summary>Ends a link: trips told from now on are refused, those told before stay.</summary>
    public async Task EndAsync(string partner, PersonId person, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            "delete from carbon.rider where partner = @partner and person = @person",
            new { partner, person = person.Value }, cancellationToken: cancellation));
    }

    /// <summary>People type codes with spaces, hyphens and small letters; partners pass on what they typed.</summary>
    static byte[] Digest(string partner, string typed)
    {
        var plain = new string([.. typed.Take(40).Where(char.IsAsciiLetterOrDigit)]).ToUpperInvariant();
        return SHA256.HashData(Encoding.UTF8.GetBytes($"{partner} {plain}"));
    }
}
