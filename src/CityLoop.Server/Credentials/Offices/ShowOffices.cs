using CityLoop.Server.Credentials.SdJwts;
using CityLoop.Server.Shared.Jose;
using CityLoop.Server.SignOn;

namespace CityLoop.Server.Credentials.Offices;

/// <summary>What readers of credentials look up: an office's keys, what a type says, what was taken back.</summary>
static class ShowOffices
{
    /// <summary>Much shorter than a key is published before it signs.</summary>
    const string Cache = "public, max-age=3600";

    public static RouteHandlerBuilder[] Map(IEndpointRouteBuilder pages) =>
    [
        pages.MapGet(OfficeAddresses.MetadataPath + "{code}", IssuerAsync),
        pages.MapGet("/credentials/types/{code}", TypeAsync),
        pages.MapGet("/offices/{code}/status/{number:int}", StatusAsync),
    ];

    // SD-JWT VC, "JWT VC Issuer Metadata". Who says what was taken back is told apart: of an office with a system of
    // its own the city signs that, and never a credential.
    static async Task<IResult> IssuerAsync(
        string code, HttpContext context, Issuer issuers, OfficeStore offices, OfficeKeys keys,
        CancellationToken cancellation)
    {
        if (await offices.FindAsync(code, cancellation) is not { } office)
            return Results.NotFound();
        context.Response.Headers.CacheControl = Cache;
        return Results.Json(new
        {
            issuer = OfficeAddresses.Issuer(issuers.Of(context.Request), code),
            jwks = SetOf(await keys.OfCredentialsAsync(office, cancellation)),
            status_jwks = SetOf(await keys.OfStatusAsync(office, cancellation)),
        });
    }

    // SD-JWT VC, "Type Metadata": the names of the fields in the city's languages.
    static async Task<IResult> TypeAsync(
        string code, HttpContext context, Issuer issuers, OfficeStore offices, CancellationToken cancellation)
    {
        if (await offices.FindTypeAsync(code, cancellation) is not var (_, type))
            return Results.NotFound();
        context.Response.Headers.CacheControl = Cache;
        return Results.Json(new
        {
            vct = OfficeAddresses.Type(issuers.Of(context.Request), code),
            name = type.Names["en"],
            display = type.Names.InEveryLanguage.Select(name => new { locale = name.Key, name = name.Value }),
            claims = type.Fields.Select(field => new
            {
                path = new[] { field.Name },
                display = field.Names.InEveryLanguage.Select(name => new { locale = name.Key, label = name.Value }),
                sd = "always",
            }),
        });
    }

    static async Task<IResult> StatusAsync(
        string code, int number, HttpContext context, Issuer issuers, StatusLists lists,
        CancellationToken cancellation)
    {
        if (await lists.TokenAsync(issuers.Of(context.Request), code, number, cancellation) is not { } token)
            return Results.NotFound();
        context.Response.Headers.CacheControl = $"public, max-age={(int)StatusLists.FreshFor.TotalSeconds}";
        return Results.Text(token, StatusList.MediaType);
    }

    static object SetOf(IReadOnlyList<PublicKey> keys) => new
    {
        keys = keys.Select(key => new
        {
            kty = "EC", crv = "P-256", x = System.Buffers.Text.Base64Url.EncodeToString(key.X),
            y = System.Buffers.Text.Base64Url.EncodeToString(key.Y), kid = key.Kid, use = "sig", alg = "ES256",
        }),
    };
}
