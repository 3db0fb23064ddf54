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
    IPasskeyHandler<Person> handler, UserManager<Person> people, IDataProtectionProvider protection,
    NpgsqlDataSource database, TimeProvider time)
{
    const string CookieName = "passkey";
    static readonly TimeSpan ChallengeLife = TimeSpan.FromMinutes(5);

    readonly IDataProtector _seal = protection.CreateProtector("pass.passkey-challenge");

    /// <summary>What the browser needs to make a passkey for a person, as WebAuthn's JSON.</summary>
    public async Task<string> OfferAsync(HttpContext context, Person person)
    {
        var name = person.Name.Length > 0 ? person.Name : "CityLoop";
        var options = await handler.MakeCreationOptionsAsync(
            new PasskeyUserEntity { Id = person.Id.ToString(), Name = name, DisplayName = name }, context);
        Keep(context, "add", options.AttestationState);
        return options.CreationOptionsJson;
    }

    /// <summary>Takes a new passkey in; null when it is not what was offered.</summary>
    public async Task<UserPasskeyInfo?> AddAsync(HttpContext context, Person person, string credentialJson, string name)
    {
        if (await TakeAsync(context, "add") is not { } state)
            return null;
        var result = await handler.PerformAttestationAsync(new PasskeyAttestationContext
        {
            HttpContext = context, CredentialJson = credentialJson, AttestationState = state,
        });
        // The offer was made to one person; a session that changed hands meanwhile gets nothing.
        if (!result.Succeeded || result.UserEntity.Id != person.Id.ToString()
            || await people.FindByPasskeyIdAsync(result.Passkey.CredentialId) is not null)
            return null;
        result.Passkey.Name = name;
        await people.AddOrUpdatePasskeyAsync(person, result.Passkey);
        return result.Passkey;
    }

    /// <summary>What the browser needs to ask for any passkey of this site; it names nobody.</summary>
    public async Task<string> AskAsync(HttpContext context)
    {
        var options = await handler.MakeRequestOptionsAsync(null, context);
        Keep(context, "ask", options.AssertionState);
        return options.RequestOptionsJson;
    }

    /// <summary>
    /// The person whose passkey answered; null when it is none of ours or answers no question of ours.
    /// </summary>
    public async Task<Person?> AnswerAsync(HttpContext context, string credentialJson)
    {
        if (await TakeAsync(context, "ask") is not { } state)
            return null;
        var result = await handler.PerformAssertionAsync(new PasskeyAssertionContext
        {
            HttpContext = context, CredentialJson = credentialJson, AssertionState = state,
        });
        if (!result.Succeeded)
            return null;
        await people.AddOrUpdatePasskeyAsync(result.User, result.Passkey);
        return result.User;
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
        return await connection.ExecuteScalarAsync<int>(
            """
            delete from pass.used_challenge where until < @now;
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

    sealed record Kept(string Purpose, string State, DateTimeOffset Until);
}
