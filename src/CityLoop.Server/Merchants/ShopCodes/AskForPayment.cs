using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Security.Claims;
using CityLoop.Server.Pass;
using CityLoop.Server.Web;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CityLoop.Server.Merchants.ShopCodes;

/// <summary>A till asks for a payment with a code that holds the amount, and hears at once when it is paid.</summary>
static class AskForPayment
{
    /// <param name="Id">Made by the till, version 4 or 7; sent twice, it asks once.</param>
    /// <param name="Amount">In the currency's smallest unit.</param>
    /// <param name="Shop">The code of the till's shop; left out, the one that this device is the till of.</param>
    public sealed record Request(Guid Id, long Amount, string? Shop = null);

    /// <param name="Code">What the picture holds: an EMVCo merchant-presented code.</param>
    /// <param name="Until">Then it can no longer be paid.</param>
    /// <param name="Paid">How it was paid; null while it is not.</param>
    public sealed record Response(Guid Id, long Amount, string Code, DateTimeOffset Until, PaidSo? Paid);

    /// <param name="Amount">What was paid in points.</param>
    /// <param name="Cash">What of the amount is left to be paid in cash.</param>
    /// <param name="Receipt">The address of the receipt, for both parties.</param>
    public sealed record PaidSo(Guid Payment, long Amount, long Cash, long Back, string Receipt);

    public static void Map(IEndpointRouteBuilder pages, IEndpointRouteBuilder till)
    {
        till.MapPost("/requests", HandleAsync).Accepts<Request>("application/json")
            .WithName("AskForPayment").WithTags("Merchants");
        till.MapGet("/requests/{id:guid}", ShowAsync).WithName("ShowPaymentRequest").WithTags("Merchants");
        till.MapGet("/requests/{id:guid}/events", FollowAsync)
            .WithName("FollowPaymentRequest").WithTags("Merchants");
        pages.MapPost("/till/requests", AskOnPageAsync).RequireAuthorization(Roles.ShopWorker)
            .ExcludeFromDescription();
    }

    static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        HttpContext context, ClaimsPrincipal who, PaymentRequests requests, Problems problems, Payments payments,
        CancellationToken cancellation)
    {
        var (request, unreadable) = await JsonBody.ReadAsync<Request>(context.Request, problems, cancellation);
        if (request is null)
            return unreadable!;
        var (outcome, asked) = await requests.AskAsync(
            who.PersonId(), request.Id, request.Amount, cancellation, request.Shop);
        if (asked is not null && await requests.OfWorkerAsync(who.PersonId(), asked.Id, cancellation) is { } found)
            return TypedResults.Ok(await ResponseOf(requests, found.Shop, asked, cancellation));
        var (status, code, field) = Explain(outcome);
        return problems.Of(status, code, field, payments.LargestAsText);
    }

    static async Task<Results<Ok<Response>, ProblemHttpResult>> ShowAsync(
        Guid id, ClaimsPrincipal who, PaymentRequests requests, Problems problems, CancellationToken cancellation) =>
        await requests.OfWorkerAsync(who.PersonId(), id, cancellation) is { } found
            ? TypedResults.Ok(await ResponseOf(requests, found.Shop, found.Request, cancellation))
            : problems.Of(404, "payment_request_unknown");

    static async Task<Results<ServerSentEventsResult<PaidSo?>, ProblemHttpResult>> FollowAsync(
        Guid id, ClaimsPrincipal who, PaymentRequests requests, OpenStreams streams, Problems problems,
        IHostApplicationLifetime server, HttpResponse response, CancellationToken cancellation)
    {
        if (await requests.OfWorkerAsync(who.PersonId(), id, cancellation) is not { } found)
            return problems.Of(404, "payment_request_unknown");
        return LiveView.Open(streams, who.PersonId(), response, problems) is { } full
            ? full
            : TypedResults.ServerSentEvents(
                EventsAsync(requests, found.Request, who.PersonId(), server.ApplicationStopping, cancellation));
    }

    static async IAsyncEnumerable<SseItem<PaidSo?>> EventsAsync(
        PaymentRequests requests, PaymentRequest request, PersonId worker, CancellationToken serverStops,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        // A server that stops would wait for its open streams.
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation, serverStops);
        end.CancelAfter(LiveView.Longest);
        yield return new SseItem<PaidSo?>(null, "still");
        while (!end.IsCancellationRequested)
        {
            if (await requests.WhenPaidAsync(request, end.Token)
                && await requests.PaidAsync(request, cancellation) is { } paid)
            {
                // Minutes may lie between: who works there no more hears nothing more.
                if (await requests.OfWorkerAsync(worker, request.Id, cancellation) is null)
                    yield break;
                yield return new SseItem<PaidSo?>(Paid(request, paid), "paid");
                yield break;
            }

            yield return new SseItem<PaidSo?>(null, "still");
        }
    }

    /// <summary>The till's form without a script: the code has a page of its own.</summary>
    static async Task<RedirectHttpResult> AskOnPageAsync(
        [FromForm] string? id, [FromForm] string? amount, [FromForm] string? at, ClaimsPrincipal who,
        PaymentRequests requests, Payments payments, CancellationToken cancellation)
    {
        if (!Guid.TryParse(id, out var name) || !Amounts.TryRead(amount, payments.Currency.Scale, out var units))
            return TypedResults.Redirect("/till?problem=amount_not_valid");
        var (outcome, asked) = await requests.AskAsync(who.PersonId(), name, units, cancellation, at);
        return TypedResults.Redirect(
            asked is null ? $"/till?problem={Explain(outcome).Code}" : $"/till/requests/{asked.Id}");
    }

    static async Task<Response> ResponseOf(
        PaymentRequests requests, Merchant shop, PaymentRequest request, CancellationToken cancellation) => new(
        request.Id, request.Amount, requests.CodeOf(shop, request), request.Until,
        await requests.PaidAsync(request, cancellation) is { } paid ? Paid(request, paid) : null);

    static PaidSo Paid(PaymentRequest request, Payment payment) => new(
        payment.Id, payment.Amount, request.Amount - payment.Amount, payment.Back, payment.Receipt);

    static (int Status, string Code, string? Field) Explain(PaymentRequests.Outcome outcome) => outcome switch
    {
        PaymentRequests.Outcome.NoShop => (403, "no_shop", null),
        PaymentRequests.Outcome.IdNotValid => (400, "id_not_valid", "id"),
        PaymentRequests.Outcome.AmountNotPositive => (400, "amount_not_positive", "amount"),
        PaymentRequests.Outcome.AmountTooLarge => (400, "amount_too_large", "amount"),
        PaymentRequests.Outcome.NotAcceptedHere => (409, "currency_not_accepted_here", null),
        PaymentRequests.Outcome.IdAlreadyUsed => (409, "id_already_used", "id"),
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "That is no refusal."),
    };
}
