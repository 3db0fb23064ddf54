using System.Security.Claims;
using System.Text.Json;
using CityLoop.Server.Credentials.Sharing;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Levels;
using CityLoop.Server.SignOn;
using CityLoop.Server.Web;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;

namespace CityLoop.Server.Credentials.Identity;

/// <summary>
/// A person shows the city a credential from their wallet (OpenID for Verifiable Presentations 1.0, response mode
/// direct_post). The code that makes it count comes back through the browser of whoever holds the wallet, and counts in
/// the session alone that began: a link that somebody was lured to proves nobody else's pass.
/// </summary>
static class ProveIdentity
{
    public const string Page = "/me/level/credential";
    public const string CredentialId = "identity";

    /// <summary>What the city reads, as the protocol names it.</summary>
    const string ReadsOnly =
        """
        {"vp_formats_supported":{"dc+sd-jwt":{"sd-jwt_alg_values":["ES256"],"kb-jwt_alg_values":["ES256"]}}}
        """;

    const string AnswerPath = "/credentials/identity/";

    public static void Map(IEndpointRouteBuilder pages)
    {
        var mine = pages.MapGroup(Page).RequireAuthorization(Roles.Resident).ExcludeFromDescription();
        mine.MapPost("/begin", BeginAsync).AddEndpointFilter(new FreshSignIn(Page));
        mine.MapPost("/confirm", ConfirmAsync);
        mine.MapPost("/end", EndAsync);
        // Whoever has the wallet answers by what it signed; no cookie counts and no page's script reads along.
        pages.MapPost(AnswerPath + "{request}", AnswerAsync).AllowAnonymous().ExcludeFromDescription()
            .WithMetadata(new OpenToOtherSites((_, _) => ValueTask.FromResult(false)));
    }

    /// <summary>Who the city is to the wallet: what the proof must be made for.</summary>
    public static string AudienceOf(string issuerBase, string request) =>
        $"redirect_uri:{issuerBase}{AnswerPath}{request}";

    /// <summary>The address that opens the wallet on this device.</summary>
    public static string WalletAddress(string issuerBase, string request, IdentityRequest asked, string vct) =>
        QueryHelpers.AddQueryString("openid4vp://", new Dictionary<string, string?>
        {
            ["client_id"] = AudienceOf(issuerBase, request),
            ["response_type"] = "vp_token",
            ["response_mode"] = "direct_post",
            ["response_uri"] = $"{issuerBase}{AnswerPath}{request}",
            ["nonce"] = asked.Nonce,
            ["state"] = request,
            ["dcql_query"] = JsonSerializer.Serialize(new
            {
                credentials = new[]
                {
                    new
                    {
                        id = CredentialId, format = "dc+sd-jwt", meta = new { vct_values = new[] { vct } },
                        claims = new[]
                        {
                            new { path = new[] { IdentitySources.Document } },
                            new { path = new[] { IdentitySources.Number } },
                        },
                    },
                },
            }),
            ["client_metadata"] = ReadsOnly,
        });

    static async Task<RedirectHttpResult> BeginAsync(
        [FromForm] string? type, ClaimsPrincipal who, IdentitySources sources, IdentityRequests requests,
        IdentityProofs proofs, CancellationToken cancellation) =>
        await sources.FindAsync(type, cancellation) is not var (_, found) ? To(("problem", "identity_source_gone"))
        : await proofs.IsCheckedAtCounterAsync(who.PersonId(), cancellation) ? To(("problem", "identity_checked"))
        : To(("request", await requests.OpenAsync(who.PersonId(), who.SessionId(), found.Code, cancellation)));

    static async Task<IResult> AnswerAsync(
        string request, HttpContext context, IdentityRequests requests, IdentitySources sources, Issuer issuer,
        Problems problems, CancellationToken cancellation)
    {
        var sent = await ProtocolParameters.OfFormAsync(context.Request, cancellation);
        if (sent.Fault is not null)
            return problems.Bad("send_form");
        if (await requests.FindAsync(request, cancellation) is not { AnsweredAt: null } asked
            || sent["state"] != request)
            return problems.NotFound("identity_request_over");
        var city = issuer.Of(context.Request);
        if (sent.Has("error"))
        {
            await requests.EndAsync(request, cancellation);
            return GoOn(city, ("done", "declined"));
        }

        if (PresentationIn(sent["vp_token"]) is not { } presentation || await sources.ReadAsync(
                presentation, asked.Type, AudienceOf(city, request), asked.Nonce, city, cancellation) is not { } proof)
            return problems.Bad("identity_not_believed", "vp_token");
        var code = ShareRequests.NewName();
        return await requests.AnswerAsync(request, code, proof, cancellation)
            ? GoOn(city, ("request", request), ("response_code", code))
            : problems.NotFound("identity_request_over");
    }

    static async Task<RedirectHttpResult> ConfirmAsync(
        [FromForm] string? request, [FromForm] string? code, ClaimsPrincipal who, IdentityRequests requests,
        IdentitySources sources, IdentityProofs proofs, TimeProvider time, CancellationToken cancellation)
    {
        if (await requests.FindAsync(request, cancellation) is not { } asked
            || !asked.IsOf(who.PersonId(), who.SessionId(), time.GetUtcNow()) || !asked.IsAnsweredWith(code)
            || !await requests.EndAsync(request!, cancellation))
            return To(("problem", "identity_request_over"));
        if (await sources.FindAsync(asked.Type, cancellation) is not var (office, type))
            return To(("problem", "identity_source_gone"));
        var outcome = await proofs.TakeAsync(
            who.PersonId(),
            new NewIdentityProof(
                office.Code, type.Code, asked.Document!, asked.DocumentPrint!, asked.StatusList!,
                asked.StatusIndex!.Value, asked.ProvedUntil!.Value), CancellationToken.None);
        return outcome switch
        {
            IdentityProofOutcome.Done => To(("done", "proved")),
            IdentityProofOutcome.OfAnotherPass => To(("problem", "identity_of_another_pass")),
            IdentityProofOutcome.CheckedAtCounter => To(("problem", "identity_checked")),
            _ => To(("problem", "identity_other_document")),
        };
    }

    static async Task<RedirectHttpResult> EndAsync(
        ClaimsPrincipal who, IdentityProofs proofs, CancellationToken cancellation)
    {
        if (await proofs.FindAsync(who.PersonId(), cancellation) is { } proof)
            await proofs.EndAsync(proof, "given_up", CancellationToken.None);
        return To(("done", "given_up"));
    }

    // The wallet answers with one presentation of the one credential that was asked for, and nothing beside it.
    static string? PresentationIn(string? token)
    {
        try
        {
            using var read = JsonDocument.Parse(token ?? "");
            return read.RootElement.ValueKind == JsonValueKind.Object
                && read.RootElement.TryGetProperty(CredentialId, out var shown)
                && shown.ValueKind == JsonValueKind.Array && shown.GetArrayLength() == 1
                && shown[0].ValueKind == JsonValueKind.String ? shown[0].GetString() : null;
        }
        // An unpaired surrogate is seen only when a text is taken.
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    static IResult GoOn(string issuerBase, params (string Name, string Value)[] with) => Results.Json(
        new Dictionary<string, string> { ["redirect_uri"] = issuerBase + AddressOf(with) });

    static RedirectHttpResult To(params (string Name, string Value)[] with) => TypedResults.Redirect(AddressOf(with));

    static string AddressOf((string Name, string Value)[] with) => QueryHelpers.AddQueryString(
        Page, with.Select(part => KeyValuePair.Create(part.Name, (string?)part.Value)));
}
