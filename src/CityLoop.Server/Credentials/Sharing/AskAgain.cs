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
sealed partial class AskAgain(
    ConsentStore consents, NeedStore needs, Notices notices, Presentations presentations, ShareRequests requests,
    RevokeGiven revoke, AccessLog accesses, NpgsqlDataSource database, TimeProvider time, ILogger<AskAgain> log)
{
    /// <summary>A program that is refused again and again within this time leaves one line.</summary>
    static readonly TimeSpan OneRefusal = TimeSpan.FromMinutes(10);

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
        if (agreed.Terms != need!.Terms || IsAnothers(service, consent.Read))
            return await RefuseAsync(consent, "consent_replaced", problems, cancellation);
        if (await notices.OfAsync(need, service, cancellation) is null)
            return await RefuseAsync(consent, "office_suspended", problems, cancellation);
        var person = new PersonId(consent.Person);
        var (name, notAsked) = await AskAsync(consent, need, nonce, cancellation);
        if (name is null)
            return notAsked == "nonce_used" ? problems.Refused(notAsked, "nonce")
                : await RefuseAsync(consent, notAsked!, problems, cancellation);
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

        // It can fetch this from now on; whether it does stands in the consent's history.
        await accesses.WriteAsync(
            connection, GiveConsent.AccessOf(consent.Read, person, consent.Id, isGiven: true), cancellation);
        await transaction.CommitAsync(cancellation);
        return Results.Json(
            new Dictionary<string, object>
            {
                ["request"] = name, ["code"] = code, ["expires_in"] = (int)ShareRequests.AnswerLife.TotalSeconds,
            }, statusCode: StatusCodes.Status201Created);
    }

    // The service has another controller than the one whom they agreed to.
    static bool IsAnothers(Service service, ConsentNotice notice) =>
        notice.Controller is { } agreed && service.Controller?.Names.Same(agreed.Party.Names) != true;

    /// <summary>Why a consent does not carry (any more), by name, in order of precedence; null when it does.</summary>
    public static string? Why(Service service, Consent consent, Need? need, DateTimeOffset now) =>
        !service.IsOpen ? "service_suspended"
        : consent.EndReason is { } reason ? $"consent_{reason}"
        : consent.Until <= now ? "consent_expired"
        : need is null or { SuspendedAt: not null } ? "need_suspended"
        : null;

    /// <summary>
    /// Says no by name, and writes down for the person that it was asked: once, however often a program tries.
    /// </summary>
    public async Task<IResult> RefuseAsync(
        Consent consent, string why, Problems problems, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var access = GiveConsent.AccessOf(
            consent.Read, new PersonId(consent.Person), consent.Id, isGiven: false);
        if (await ConsentStore.LockAsync(connection, consent.Id)
            && await accesses.WriteOnceAsync(connection, access, OneRefusal, cancellation))
        {
            await consents.NoteAsync(connection, consent.Id, "refused");
            // Whoever tries these is no program in order.
            if (why is "fetch_code_wrong" or TooOften)
                LogRefused(consent.Read.Need, access.By, why);
        }

        await transaction.CommitAsync(cancellation);
        return problems.Of(StatusOf(why), why);
    }

    /// <summary>Notes that it was asked and keeps the request; or the code of why not.</summary>
    async Task<(string? Name, string? Why)> AskAsync(
        Consent consent, Need need, string nonce, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (!await ConsentStore.LockAsync(connection, consent.Id) || !await consents.AskAsync(connection, consent.Id))
            return (null, TooOften);
        if (await requests.OpenAsync(connection, need, nonce, null, null, cancellation) is not { } name)
            return (null, "nonce_used");
        await transaction.CommitAsync(cancellation);
        return (name, null);
    }

    const string TooOften = "consent_asked_too_often";

    static int StatusOf(string why) => why switch
    {
        TooOften => StatusCodes.Status429TooManyRequests,
        "proof_office_unreachable" => StatusCodes.Status503ServiceUnavailable,
        "proof_not_there" or "answer_fetched" or "answer_expired" => StatusCodes.Status409Conflict,
        _ => StatusCodes.Status403Forbidden,
    };

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "The service {Service} was refused an answer for its need '{Need}': {Why}.")]
    partial void LogRefused(string need, string service, string why);
}
