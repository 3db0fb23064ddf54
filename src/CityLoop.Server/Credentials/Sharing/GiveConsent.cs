using CityLoop.Server.City;
using CityLoop.Server.Credentials.Needs;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Access;
using CityLoop.Server.SignOn;
using Microsoft.AspNetCore.WebUtilities;
using Npgsql;

namespace CityLoop.Server.Credentials.Sharing;

/// <summary>A wish that a person is looking at, with all that it takes to decide on it.</summary>
sealed record OpenRequest(string Name, ShareRequest Asked, Need Need, Service Service, ConsentNotice Notice);

/// <summary>Why nothing was given: the sentence, and the office that it is about.</summary>
sealed record GiveProblem(string Code, LocalNames? Office);

/// <summary>
/// A person has approved: the offices certify, the service is answered, consent and receipt are written. All of it
/// happens, or nothing.
/// </summary>
sealed class GiveConsent(
    ShareRequests requests, NeedStore needs, ServiceStore services, Notices notices, Presentations presentations,
    HostedServices hosted, ConsentStore consents, RevokeGiven revoke, AccessLog log, NpgsqlDataSource database,
    CityClock clock, TimeProvider time)
{
    /// <summary>
    /// The wish, if it may still be answered: an officer may have changed the need or suspended who asks meanwhile.
    /// </summary>
    public async Task<OpenRequest?> OpenAsync(string name, CancellationToken cancellation) =>
        await requests.FindAsync(name, cancellation) is { } asked && asked.Waits(time.GetUtcNow())
        && await needs.CurrentAsync(asked.Need, cancellation) is { SuspendedAt: null } need
        && need.Version == asked.Version
        && await services.FindAsync(asked.Service, cancellation) is { MayAsk: true } service
        && await notices.OfAsync(need, service, cancellation) is { } notice
            ? new OpenRequest(name, asked, need, service, notice)
            : null;

    /// <summary>Where the browser goes on; or the code of why nothing was given.</summary>
    /// <param name="passkey">The passkey that the person approved with.</param>
    public async Task<(string? Address, GiveProblem? Problem)> GiveAsync(
        OpenRequest open, PersonId person, byte[] passkey, string language, string issuer,
        CancellationToken cancellation)
    {
        var (need, service) = (open.Need, open.Service);
        var (made, refused) = await presentations.MakeAsync(
            need, person, service.ClientId, open.Asked.Nonce, issuer, cancellation);
        if (made is null)
            return (null, new GiveProblem(
                refused!.Why == GiveRefusal.OfficeUnreachable
                    ? "share_office_unreachable" : "share_office_knows_nothing", refused.Office));
        var (handle, code) = (ShareRequests.NewName(), ShareRequests.NewName());
        var until = time.GetUtcNow().AddDays(need.ConsentDays);
        var answer = Presentations.Seal(need, made, Besides(open.Name, open.Asked.Nonce, handle, until));
        HostedDecision? decision = null;
        if (need.IsHosted)
        {
            decision = await hosted.DecideAsync(need, service, answer, open.Asked.Nonce, issuer, cancellation);
            if (decision is null)
            {
                await revoke.DropAsync(made.Numbers, cancellation);
                return (null, new GiveProblem("share_proof_not_believed", null));
            }

            // It can be taken back for as long as what was decided by it lasts.
            if (decision.IsEntitled)
                until = clock.StartOf(decision.LastDay.AddDays(1)).ToUniversalTime();
        }

        var consent = await KeepAsync(
            open, person, made, new NewConsent(
                open.Notice with { Language = language }, passkey, handle, until, decision),
            need.IsHosted ? null : (code, answer), cancellation);
        if (consent is null)
        {
            await revoke.DropAsync(made.Numbers, cancellation);
            return (null, new GiveProblem("share_request_over", null));
        }

        if (decision is { IsEntitled: false })
            await revoke.OfConsentAsync(consent.Value, cancellation);
        return (decision switch
        {
            { IsEntitled: true } => $"/me/proofs/{consent}/ticket",
            { IsEntitled: false } => $"/proofs/{need.Code}?done=not_entitled",
            null => BackTo(open.Asked, ("request", open.Name), ("code", code)),
        }, null);
    }

    /// <summary>
    /// The person says no; false when it was answered already. It is written down as an access in vain: they can read
    /// it, and it counts among the refusals, where nobody reads who it was.
    /// </summary>
    public async Task<bool> DeclineAsync(string name, PersonId person, CancellationToken cancellation)
    {
        var open = await OpenAsync(name, cancellation);
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var isDeclined = await requests.DeclineAsync(connection, name, person);
        if (isDeclined && open is not null)
            await log.WriteAsync(connection, AccessOf(open.Notice, person, null, isGiven: false), cancellation);
        await transaction.CommitAsync(cancellation);
        return isDeclined;
    }

    /// <summary>The service's own address, with something behind it.</summary>
    public static string BackTo(ShareRequest asked, params (string Name, string Value)[] with) =>
        QueryHelpers.AddQueryString(asked.ReturnAddress!, with.Append((Name: "state", Value: asked.State ?? ""))
            .Where(part => part.Value.Length > 0)
            .Select(part => KeyValuePair.Create(part.Name, (string?)part.Value)));

    /// <summary>What the service is told beside the proofs.</summary>
    public static Dictionary<string, object> Besides(
        string request, string nonce, string handle, DateTimeOffset until) => new()
    {
        ["request"] = request,
        ["nonce"] = nonce,
        ["consent"] = handle,
        ["consent_until"] = until.ToUnixTimeSeconds(),
    };

    /// <summary>What a service saw, or asked for in vain, as people read it.</summary>
    public static Access AccessOf(ConsentNotice notice, PersonId person, Guid? consent, bool isGiven) => new()
    {
        Person = person,
        Kind = AccessBy.Service,
        By = notice.Service.ToString(),
        What = [.. notice.Parts.SelectMany(part => part.Fields).Select(field => AccessText.Of(field.Called))],
        Purpose = AccessText.Of(notice.Purpose),
        IsGiven = isGiven,
        Consent = consent,
    };

    async Task<Guid?> KeepAsync(
        OpenRequest open, PersonId person, Presented made, NewConsent consent, (string Code, string Text)? answer,
        CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // Nobody agrees to a wording that another one has replaced since they read it.
        if (!await NeedStore.HoldsAsync(connection, open.Need))
            return null;
        var id = await consents.GiveAsync(connection, open.Need, person, consent, made);
        // Of two taps the second finds it answered, and what it made is revoked.
        if (!await requests.AnswerAsync(connection, open.Name, person, id, answer?.Code, answer?.Text))
            return null;
        if (open.Need.IsHosted)
        {
            await consents.NoteAsync(connection, id, "fetched");
            await log.WriteAsync(connection, AccessOf(open.Notice, person, id, isGiven: true), cancellation);
        }

        await transaction.CommitAsync(cancellation);
        return id;
    }
}
