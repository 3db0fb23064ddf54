using System.Security.Claims;
using CityLoop.Server.Pass;
using CityLoop.Server.Web;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CityLoop.Server.Merchants.Offline;

/// <summary>A till that has network again posts what it took without it.</summary>
static class PostOfflineCharges
{
    /// <param name="Shop">The shop's code.</param>
    /// <param name="Charges">Up to 100; sent twice, each is answered as the first time.</param>
    public sealed record Request(Guid Till, string Shop, IReadOnlyList<SignedCharge> Charges);

    /// <param name="Answers">
    /// One for each charge, by number; those behind one that waits have none yet and are sent again.
    /// </param>
    public sealed record Response(IReadOnlyList<Answered> Answers);

    /// <param name="State">certain, refused or waits.</param>
    /// <param name="Back">Of a certain one: what the city gave back to the person.</param>
    /// <param name="Code">Of a refused one: why; stable.</param>
    /// <param name="Detail">The same as a sentence in the reader's language.</param>
    public sealed record Answered(Guid Id, string State, long? Back, string? Code, string? Detail);

    public const int ChargesMax = 100;

    public static void Map(IEndpointRouteBuilder till) =>
        till.MapPost("/offline/charges", HandleAsync).Accepts<Request>("application/json")
            .WithName("PostOfflineCharges").WithTags("Merchants");

    static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        HttpContext context, ClaimsPrincipal who, MerchantStore merchants, OfflineCharges charges, Problems problems,
        CancellationToken cancellation)
    {
        var (request, unreadable) = await JsonBody.ReadAsync<Request>(context.Request, problems, cancellation);
        if (request is null)
            return unreadable!;
        if (await merchants.OfWorkerAsync(who.PersonId(), request.Shop, cancellation) is not { } shop)
            return problems.Of(403, "no_shop");
        if (request.Charges.Count > ChargesMax || request.Charges.Any(charge => charge is null))
            return problems.Bad("field_not_valid", "charges", "charges");
        return await charges.TakeAsync(shop, request.Till, request.Charges, cancellation) is { } answers
            ? TypedResults.Ok(new Response([.. answers.Select(answer => Told(answer, problems))]))
            : problems.Of(409, "offline_till_unknown", "till");
    }

    static Answered Told(OfflineAnswer answer, Problems problems) => new(
        answer.Id, answer.State switch
        {
            OfflineState.Certain => "certain",
            OfflineState.Waits => "waits",
            _ => "refused",
        }, answer.Payment?.Back, answer.Refusal, answer.Refusal is { } why ? SayWhy(why, problems) : null);

    /// <summary>
    /// Why a charge was refused, for its shop: hours later the customer can no longer show another code.
    /// </summary>
    public static string SayWhy(string refusal, Problems problems) => problems.Say(refusal switch
    {
        "code_already_used" => "offline_code_already_used",
        "too_few_points" => "offline_too_few_points",
        "code_unknown" or "code_expired" or "code_not_valid" or "no_wallet" => "offline_code_not_good",
        "card_pin_needed" or "card_pin_not_set" => "offline_card_over_limit",
        _ => refusal,
    }, "");
}
