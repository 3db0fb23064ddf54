using System.Security.Claims;
using CityLoop.Server.City;
using CityLoop.Server.Merchants;
using CityLoop.Server.Pass;
using CityLoop.Server.Web;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CityLoop.Server.Wallets;

/// <summary>One of the two parties looks at the receipt of a payment; for anybody else there is none.</summary>
static class ShowReceipt
{
    /// <param name="RefundedAt">When it was given back, the latest part of it; null when nothing was.</param>
    /// <param name="Refunded">How much was given back.</param>
    /// <param name="Sequence">The payment's number in the city's journal.</param>
    public sealed record Response(
        Guid Id, string Shop, IReadOnlyDictionary<string, string> ShopNames, long Amount, long Back, DateTimeOffset At,
        DateTimeOffset? RefundedAt, long Refunded, long Sequence);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/receipts/{id:guid}", HandleAsync).RequireAuthorization(Roles.Holder)
            .WithName("ShowReceipt").WithTags("Wallets");

    static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        Guid id, ClaimsPrincipal who, Receipts receipts, Problems problems, CancellationToken cancellation) =>
        await receipts.FindAsync(id, who.PersonId(), cancellation) is { } receipt
            ? TypedResults.Ok(new Response(
                id, receipt.Shop.Code, receipt.Shop.Names.InEveryLanguage, receipt.Payment.Amount, receipt.Payment.Back,
                receipt.Payment.At, receipt.Payment.RefundedAt, receipt.Payment.Refunded,
                receipt.Payment.Sequence))
            : problems.NotFound("receipt_unknown", "id");
}

/// <summary>A payment with its shop, for one of its parties.</summary>
/// <param name="IsOwn">True for the person who paid, false for the shop.</param>
sealed record Receipt(Payment Payment, Merchant Shop, bool IsOwn);

/// <summary>Finds receipts for those who may see them.</summary>
sealed class Receipts(Payments payments, MerchantStore merchants, PersonAccounts people)
{
    public async Task<Receipt?> FindAsync(Guid id, PersonId asks, CancellationToken cancellation)
    {
        if (await payments.FindAsync(id, cancellation) is not { } payment
            || await merchants.OfAccountAsync(payment.Shop, cancellation) is not { } shop)
            return null;
        if (await people.OwnsAnyAsync(asks, [payment.Person], cancellation))
            return new Receipt(payment, shop, IsOwn: true);
        return (await merchants.WorkplacesAsync(asks, cancellation)).Any(place => place.Shop.Id == shop.Id)
            ? new Receipt(payment, shop, IsOwn: false)
            : null;
    }
}
