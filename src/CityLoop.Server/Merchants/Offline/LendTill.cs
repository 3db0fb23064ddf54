using System.Security.Claims;
using CityLoop.Server.Pass;
using CityLoop.Server.Web;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CityLoop.Server.Merchants.Offline;

/// <summary>A till that has network is lent a sum to charge without it.</summary>
static class LendTill
{
    /// <param name="Till">Made by the till with its key, version 4 or 7; kept as long as the key is.</param>
    /// <param name="Shop">The shop's code.</param>
    /// <param name="Key">The till's public key on P-256, as SubjectPublicKeyInfo in base 64.</param>
    public sealed record Request(Guid Till, string Shop, string Key);

    /// <param name="Now">The city's time, by which the till corrects its own clock.</param>
    /// <param name="Until">From then on it charges nothing without network.</param>
    /// <param name="Allowance">What it may charge until it has posted that, in the currency's smallest unit.</param>
    /// <param name="Charge">What one charge may be.</param>
    /// <param name="Card">What a card may pay so: no more than it pays without its PIN.</param>
    /// <param name="Person">What one card or wallet may pay so in all.</param>
    /// <param name="Number">The number of the till's last charge; the next one counts on.</param>
    /// <param name="Hash">That charge's hash, 64 hexadecimal digits.</param>
    /// <param name="CityKey">
    /// Under which the till keeps the codes: RSA as SubjectPublicKeyInfo in base 64, for OAEP with SHA-256.
    /// </param>
    public sealed record Response(
        DateTimeOffset Now, DateTimeOffset Until, long Allowance, long Charge, long Card, long Person, long Number,
        string Hash, string CityKey);

    public static void Map(IEndpointRouteBuilder till) =>
        till.MapPost("/offline", HandleAsync).Accepts<Request>("application/json")
            .WithName("LendTill").WithTags("Merchants");

    static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        HttpContext context, ClaimsPrincipal who, MerchantStore merchants, OfflineTills tills, OfflineKey cityKey,
        City.CityPack city, Problems problems, CancellationToken cancellation)
    {
        var (request, unreadable) = await JsonBody.ReadAsync<Request>(context.Request, problems, cancellation);
        if (request is null)
            return unreadable!;
        if (await merchants.OfWorkerAsync(who.PersonId(), request.Shop, cancellation) is not { } shop)
            return problems.Of(403, "no_shop");
        if (!Payment.MayNameOne(request.Till))
            return problems.Bad("id_not_valid", "till");
        var key = new byte[200];
        if (!Convert.TryFromBase64String(request.Key, key, out var length)
            || !SignedCharge.IsKey(key.AsSpan(0, length)))
            return problems.Bad("field_not_valid", "key", "key");
        if (await tills.LendAsync(shop.Id, request.Till, key[..length], cancellation) is not { } permit)
            return problems.Of(409, "offline_till_unknown", "till");
        var rules = tills.Rules;
        return TypedResults.Ok(new Response(
            permit.Since, permit.Until, permit.Allowance, rules.Charge, Math.Min(rules.Charge, city.Cards.WithoutPin),
            rules.Person, permit.Number, permit.Hash,
            Convert.ToBase64String(await cityKey.PublicAsync(cancellation))));
    }
}
