using CityLoop.Server.Credentials.Needs;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Access;
using CityLoop.Server.SignOn;
using CityLoop.Server.Web;
using Npgsql;

namespace CityLoop.Server.Credentials.Sharing;

/// <summary>
/// While a consent lives, its service may ask again without the person, by the handle that only it knows. What it is
/// given then is as fresh as the office's register, and the person sees each time that it asked, in vain or not.
/// </summary>
sealed class AskAgain(
    ConsentStore consents, NeedStore needs, Notices notices, Presentations presentations, ShareRequests requests,
    RevokeGiven revoke, AccessLog log, NpgsqlDataSource database, TimeProvider time)
{
    public async Task<IResult> AnswerAsync(
        Service service, string handle, string nonce, string issuer, Problems problems,
        CancellationToken cancellation)
    {
        if (await consents.OfHandleAsync(service.Id, handle, cancellation) is not { } consent)
            return problems.NotFound("consent_unknown", "consent");
        var need = await needs.CurrentAsync(consent.Need, cancellation);
        if (Why(service, consent, need, time.GetUtcNow()) is { } why)
            return await RefuseAsync(consent, why, problems, cancellation);
        // Nobody has agreed to what a wording that was decided during their own approval asks beyond theirs.
        var agreed = (await needs.VersionsAsync(consent.Need, cancellation)).Single(v => v.Version == consent.Version);
        if (agreed.Terms != need!.Terms)
            return await RefuseAsync(consent, "consent_replaced", problems, cancellation);
        if (await notices.OfAsync(need, service, cancellation) is null)
            return await RefuseAsync(consent, "office_suspended", problems, cancellation);
        var person = new PersonId(consent.Person);
        if (await requests.OpenAsync(need, nonce, null, null, cancellation) is not { } name)
            return problems.Refused("nonce_used", "nonce");
        var (made, refused) = await presentations.MakeAsync(
            need, person, service.ClientId, nonce, issuer, cancellation);
        if (made is null)
            return await RefuseAsync(
                consent, refused!.Why == GiveRefusal.OfficeUnreachable ? "proof_office_unreachable" : "proof_not_there",
                problems, cancellation);
        var code = ShareRequests.NewName();
        var answer = Presentations.Seal(
            need, made, GiveConsent.Besides(name, nonce, handle, consent.Until));
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (!await consents.AddAsync(connection, consent.Id, made)
            || !await requests.AnswerAsync(connection, name, person, consent.Id, code, answer))
        {
            // Taken back at this very moment.
            await transaction.RollbackAsync(cancellation);
            await revoke.DropAsync(made.Numbers, cancellation);
            return await RefuseAsync(consent, "consent_revoked", problems, cancellation);
        }

        await transaction.CommitAsync(cancellation);
        return Results.Json(
            new Dictionary<string, object>
            {
                ["request"] = name, ["code"] = code, ["expires_in"] = (int)ShareRequests.AnswerLife.TotalSeconds,
            }, statusCode: StatusCodes.Status201Created);
    }

    /// <summary>Why a consent does not carry (any more), by name, in order of precedence; null when it does.</summary>
    public static string? Why(Service service, Consent consent, Need? need, DateTimeOffset now) =>
        !service.IsOpen ? "service_suspended"
        : consent.EndReason is { } reason ? $"consent_{reason}"
        : consent.Until <= now ? "consent_expired"
        : need is null or { SuspendedAt: not null } ? "need_suspended"
        : null;

    /// <summary>Says no by name, and writes down for the person that it was asked.</summary>
    public async Task<IResult> RefuseAsync(
        Consent consent, string why, Problems problems, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await log.WriteAsync(
            connection, GiveConsent.AccessOf(consent.Read, new PersonId(consent.Person), consent.Id, isGiven: false),
            cancellation);
        await consents.NoteAsync(connection, consent.Id, "refused");
        await transaction.CommitAsync(cancellation);
        return problems.Of(StatusOf(why), why);
    }

    static int StatusOf(string why) => why switch
    {
        "proof_office_unreachable" => StatusCodes.Status503ServiceUnavailable,
        "proof_not_there" or "answer_fetched" or "answer_expired" => StatusCodes.Status409Conflict,
        _ => StatusCodes.Status403Forbidden,
    };
}
