using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CityLoop.Server.Web;
using Dapper;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Npgsql;

namespace CityLoop.Server.Pass;

/// <summary>
/// The two passkey ceremonies of the framework, with the challenge kept by the browser in a sealed cookie for five
/// minutes and taken once.
/// </summary>
sealed class Passkeys(
    IPasskeyHandler<Person> handler, UserManager<Person> people, PersonStore store,
    IDataProtectionProvider protection, NpgsqlDataSource database, TimeProvider time)
{
    const string CookieName = "passkey";
    static readonly TimeSpan ChallengeLife = TimeSpan.FromMinutes(5);

    readonly IDataProtector _seal = protection.CreateProtector("pass.passkey-challenge");

    /// <summary>What the browser needs to make a passkey for a person, as WebAuthn's JSON.</summary>
    public Task<string> OfferAsync(HttpContext context, Person person) => OfferAsync(context, person, "add");

    async Task<string> OfferAsync(HttpContext context, Person person, string purpose)
    {
        var name = person.Name.Length > 0 ? person.Name : "CityLoop";
        var options = await handler.MakeCreationOptionsAsync(
            new PasskeyUserEntity { Id = person.Id.ToString(), Name = name, DisplayName = name }, context);
        Keep(context, purpose, options.AttestationState);
        return options.CreationOptionsJson;
    }

    /// <summary>Takes a new passkey in; null when it is not what was offered.</summary>
    public async Task<UserPasskeyInfo?> AddAsync(HttpContext context, Person person, string credentialJson, string name)
    {
        // The offer was made to one person; a session that changed hands meanwhile gets nothing.
        if (await AttestAsync(context, credentialJson, "add") is not { } made
            || made.Person != person.Id.ToString())
            return null;
        made.Passkey.Name = name;
        return await store.AddPasskeyAsync(person, made.Passkey, context.User.SessionId(), context.RequestAborted)
            ? made.Passkey
            : null;
    }

    /// <summary>What the browser needs to make the passkey of somebody who is not there yet.</summary>
    public Task<string> OfferNewAsync(HttpContext context) => OfferAsync(context, new Person
    {
        Id = Guid.CreateVersion7(time.GetUtcNow()), Name = "", Language = "", Roles = [],
        CreatedAt = time.GetUtcNow(),
    }, "new");

    /// <summary>Makes the person whose first passkey this is; null when it is not what was offered.</summary>
    public async Task<Person?> TakeNewAsync(HttpContext context, string credentialJson, string name, string language)
    {
        if (await AttestAsync(context, credentialJson, "new") is not { } made)
            return null;
        var person = await store.MakeAsync(Guid.Parse(made.Person), language, context.RequestAborted);
        made.Passkey.Name = name;
        await store.AddPasskeyAsync(person, made.Passkey, null, context.RequestAborted);
        return person;
    }

    /// <summary>What the browser needs to ask for any passkey of this site; it names nobody.</summary>
    public async Task<string> AskAsync(HttpContext context)
    {
        var options = await handler.MakeRequestOptionsAsync(null, context);
        Keep(context, "ask", options.AssertionState);
        return options.RequestOptionsJson;
    }

    /// <summary>
    /// The person whose passkey answered, and which one; null when it is none of ours or answers no question of ours.
    /// </summary>
    public async Task<(Person Person, byte[] CredentialId)?> AnswerAsync(HttpContext context, string credentialJson)
    {
        if (await TakeAsync(context, "ask") is not { } state)
            return null;
        var result = await handler.PerformAssertionAsync(new PasskeyAssertionContext
        {
            HttpContext = context, CredentialJson = credentialJson, AssertionState = state,
        });
        if (!result.Succeeded)
            return null;
        return await store.UsePasskeyAsync(result.User, result.Passkey, context.RequestAborted)
            ? (result.User, result.Passkey.CredentialId)
            : null;
    }

    /// <summary>What the browser needs so that a person confirms one thing, and no other, with one of theirs.</summary>
    /// <param name="what">What is confirmed; the question that is asked holds for that alone.</param>
    public async Task<string> AskToConfirmAsync(HttpContext context, Person person, string what)
    {
        var options = await handler.MakeRequestOptionsAsync(person, context);
        Keep(context, Confirms(person, what), options.AssertionState);
        return options.RequestOptionsJson;
    }

    /// <summary>The passkey with which the person confirmed just that; null when they did not.</summary>
    public async Task<UserPasskeyInfo?> ConfirmAsync(
        HttpContext context, Person person, string what, string credentialJson)
    {
        if (await TakeAsync(context, Confirms(person, what)) is not { } state)
            return null;
        var result = await handler.PerformAssertionAsync(new PasskeyAssertionContext
        {
            HttpContext = context, CredentialJson = credentialJson, AssertionState = state,
        });
        if (!result.Succeeded || result.User.Id != person.Id)
            return null;
        return await store.UsePasskeyAsync(person, result.Passkey, context.RequestAborted) ? result.Passkey : null;
    }

    static string Confirms(Person person, string what) => $"confirm {person.Id} {what}";

    async Task<Attested?> AttestAsync(HttpContext context, string credentialJson, string purpose)
    {
        if (await TakeAsync(context, purpose) is not { } state)
            return null;
        var result = await handler.PerformAttestationAsync(new PasskeyAttestationContext
        {
            HttpContext = context, CredentialJson = credentialJson, AttestationState = state,
        });
        return result.Succeeded && await people.FindByPasskeyIdAsync(result.Passkey.CredentialId) is null
            ? new Attested(result.Passkey, result.UserEntity.Id)
            : null;
    }

    void Keep(HttpContext context, string purpose, string? state)
    {
        var sealedState = _seal.Protect(JsonSerializer.Serialize(
            new Kept(purpose, state ?? "", time.GetUtcNow() + ChallengeLife)));
        context.Response.Cookies.Append(CookieNames.On(context.Request, CookieName), sealedState, Cookie(context));
    }

    async Task<string?> TakeAsync(HttpContext context, string purpose)
    {
        var name = CookieNames.On(context.Request, CookieName);
        if (context.Request.Cookies[name] is not { } sealedState)
            return null;
        context.Response.Cookies.Delete(name, Cookie(context));
        Kept kept;
        try
        {
            kept = JsonSerializer.Deserialize<Kept>(_seal.Unprotect(sealedState))!;
        }
        catch (CryptographicException)
        {
            return null;
        }

        return kept.Purpose == purpose && kept.Until > time.GetUtcNow() && await UseUpAsync(kept)
            ? kept.State
            : null;
    }

    async Task<bool> UseUpAsync(Kept kept)
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync();
        // Of those that have run out a few are forgotten each time, and none that another sign-in is at: nobody waits.
        return await connection.ExecuteScalarAsync<int>(
            """
            delete from pass.used_challenge where hash = any (array(
              select hash from pass.used_challenge where until < @now limit 8 for update skip locked));
            with used as (
              insert into pass.used_challenge (hash, until) values (@hash, @Until) on conflict do nothing returning 1)
            select count(*)::int from used
            """, new { now, hash = SHA256.HashData(Encoding.UTF8.GetBytes(kept.State)), kept.Until }) == 1;
    }

    static CookieOptions Cookie(HttpContext context) => new()
    {
        HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = context.Request.IsHttps, MaxAge = ChallengeLife,
        IsEssential = true, Path = "/",
    };

    /// <summary>A new passkey, and for whom it was offered.</summary>
    sealed record Attested(UserPasskeyInfo Passkey, string Person);

    sealed record Kept(string Purpose, string State, DateTimeOffset Until);
}
