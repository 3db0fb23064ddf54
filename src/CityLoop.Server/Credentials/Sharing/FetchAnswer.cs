using System.Security.Cryptography;
using CityLoop.Server.Credentials.Needs;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Access;
using CityLoop.Server.SignOn;
using Npgsql;

namespace CityLoop.Server.Credentials.Sharing;

/// <summary>
/// The service's program fetches what a person gave it, once, with the code that came back through that person's
/// browser. This is the moment at which it sees something, so it is written down here, given or refused.
/// </summary>
static class FetchAnswer
{
    const string Address = "/api/v1/credentials/requests/{request}/answer";

    /// <summary>A sealed text, as RFC 7516 calls it.</summary>
    const string MediaType = "application/jose";

    public static RouteHandlerBuilder Map(IEndpointRouteBuilder programs) =>
        programs.MapGet(Address, HandleAsync).WithName("FetchCredentialAnswer");

    /// <summary>The same for a program with a key of its own: its proof belongs into no address, which logs keep.</summary>
    public static RouteHandlerBuilder MapPost(IEndpointRouteBuilder programs) =>
        programs.MapPost(Address, HandleAsync).WithName("FetchCredentialAnswerByForm");

    static async Task<IResult> HandleAsync(
        string request, HttpContext context, ClientDoor door, ShareRequests requests, ConsentStore consents,
        NeedStore needs, AskAgain again, AccessLog log, NpgsqlDataSource database, TimeProvider time,
        CancellationToken cancellation)
    {
        var sent = HttpMethods.IsPost(context.Request.Method)
            ? await ProtocolParameters.OfFormAsync(context.Request, cancellation)
            : ProtocolParameters.Of(context.Request.Query);
        var (service, refused) = await StartRequest.ComeInAsync(context, door, sent);
        if (service is null)
            return refused!;
        if (await requests.FindAsync(request, cancellation) is not { } asked)
            return StartRequest.Refuse("request_unknown", "There is no request with this name.", 404);
        if (asked.Service != service.Id)
            return StartRequest.Refuse("request_of_another_service", "Another service has started this request.", 403);
        var now = time.GetUtcNow();
        if (asked.DeclinedAt is not null)
            return StartRequest.Refuse("request_declined", "The person has said no.", 409);
        if (asked.AnsweredAt is null)
            return asked.Until > now
                ? StartRequest.Refuse("request_waits", "The person has not decided yet.", 409)
                : StartRequest.Refuse("request_expired", "The person has not decided in time.", 409);
        // The consent is gone with a person who was erased.
        if (asked.Consent is not { } id || await consents.FindAsync(id, cancellation) is not { } consent)
            return StartRequest.Refuse("request_unknown", "There is no request with this name.", 404);
        var why = asked.CodeHash is not { } code || !CryptographicOperations.FixedTimeEquals(
                code, ShareRequests.HashOf(sent["code"] ?? "")) ? "code_wrong"
            : asked.FetchedAt is not null ? "answer_fetched"
            : AskAgain.Why(service, consent, await needs.CurrentAsync(consent.Need, cancellation), now)
                ?? (asked.Until <= now ? "answer_expired" : null);
        if (why is not null)
            return await again.RefuseAsync(consent, why, cancellation);
        await using (var connection = await database.OpenConnectionAsync(cancellation))
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            if (await requests.TakeAsync(connection, request) is { } answer)
            {
                await log.WriteAsync(
                    connection,
                    GiveConsent.AccessOf(consent.Read, new PersonId(consent.Person), consent.Id, isGiven: true),
                    cancellation);
                await consents.NoteAsync(connection, consent.Id, "fetched");
                await transaction.CommitAsync(cancellation);
                return Results.Text(answer, MediaType);
            }
        }

        return await again.RefuseAsync(consent, "answer_fetched", cancellation);
    }
}
