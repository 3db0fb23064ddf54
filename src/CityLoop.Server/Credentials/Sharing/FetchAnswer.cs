using System.Security.Cryptography;
using CityLoop.Server.Credentials.Needs;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Access;
using CityLoop.Server.SignOn;
using CityLoop.Server.Web;
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

    /// <summary>The same for a program with its own key: its proof belongs into no address, which logs keep.</summary>
    public static RouteHandlerBuilder MapPost(IEndpointRouteBuilder programs) =>
        programs.MapPost(Address, HandleAsync).WithName("FetchCredentialAnswerByForm");

    static async Task<IResult> HandleAsync(
        string request, HttpContext context, ClientDoor door, ShareRequests requests, ConsentStore consents,
        NeedStore needs, AskAgain again, AccessLog log, NpgsqlDataSource database, TimeProvider time,
        Problems problems, CancellationToken cancellation)
    {
        var sent = HttpMethods.IsPost(context.Request.Method)
            ? await ProtocolParameters.OfFormAsync(context.Request, cancellation)
            : ProtocolParameters.Of(context.Request.Query);
        var (service, refused) = await StartRequest.ComeInAsync(context, door, sent, problems);
        if (service is null)
            return refused!;
        if (await requests.FindAsync(request, cancellation) is not { } asked)
            return problems.NotFound("request_unknown");
        if (asked.Service != service.Id)
            return problems.Of(StatusCodes.Status403Forbidden, "request_of_another_service");
        var now = time.GetUtcNow();
        if (asked.DeclinedAt is not null)
            return problems.Refused("request_declined");
        if (asked.AnsweredAt is null)
            return problems.Refused(asked.Until > now ? "request_waits" : "request_expired");
        // The consent is gone with a person who was erased.
        if (asked.Consent is not { } id || await consents.FindAsync(id, cancellation) is not { } consent)
            return problems.NotFound("request_unknown");
        var why = asked.CodeHash is not { } code || !CryptographicOperations.FixedTimeEquals(
                code, ShareRequests.HashOf(sent["code"] ?? "")) ? "fetch_code_wrong"
            : asked.FetchedAt is not null ? "answer_fetched"
            : AskAgain.Why(service, consent, await needs.CurrentAsync(consent.Need, cancellation), now)
                ?? (asked.Until <= now ? "answer_expired" : null);
        if (why is not null)
            return await again.RefuseAsync(consent, why, problems, cancellation);
        await using (var connection = await database.OpenConnectionAsync(cancellation))
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            if (await consents.HoldsAsync(connection, consent.Id)
                && await requests.TakeAsync(connection, request) is { } answer)
            {
                // Who asked again was written down when they did.
                if (!asked.IsAskedAgain)
                    await log.WriteAsync(
                        connection,
                        GiveConsent.AccessOf(consent.Read, new PersonId(consent.Person), consent.Id, isGiven: true),
                        cancellation);
                await consents.NoteAsync(connection, consent.Id, "fetched");
                await transaction.CommitAsync(cancellation);
                return Results.Text(answer, MediaType);
            }
        }

        // At this very moment it was taken back, or fetched by another one.
        return await again.RefuseAsync(
            consent, (await consents.FindAsync(id, cancellation))?.EndReason is { } ended
                ? $"consent_{ended}" : "answer_fetched", problems, cancellation);
    }
}
