using System.Security.Cryptography;
using System.Text.Json;
using CityLoop.Server.Pass.Letters;
using CityLoop.Server.Web;
using CityLoop.Server.Web.Languages;
using Microsoft.AspNetCore.DataProtection;

namespace CityLoop.Server.Pass;

/// <summary>What became of the wish for a code, in order of precedence.</summary>
enum SendOutcome
{
    ContactNotUnderstood,
    ContactNotReached,
    TooManyFromThisAddress,
    TextsRest,
    TooManyToThisContact,
    NotSent,
    Sent,
}

/// <summary>
/// Sign-in and sign-up by one-time code are one road: who proves a contact comes in, and an unknown contact becomes a
/// new resident. Until then nothing tells whether the contact is known.
/// </summary>
sealed partial class CodeRoad(
    OneTimeCodes codes, WrongTries wrongTries, ILetterSender sender, AddressLimits limits, PersonStore people,
    Sessions sessions, PassOptions options, Texts texts, IDataProtectionProvider protection,
    TimeProvider time, LetterWriter letters, ILogger<CodeRoad> log)
{
    const string CookieName = "code";

    /// <summary>The cookie of a contact that somebody adds, apart from that of a sign-in.</summary>
    public const string NewContact = "new-contact";

    const string KnownCookie = "known";

    /// <summary>How long a browser is remembered as one in which a contact's owner signed in.</summary>
    static readonly TimeSpan KnownFor = TimeSpan.FromDays(180);

    readonly IDataProtector _known = protection.CreateProtector("pass.known-browser");
    readonly IDataProtector _seal = protection.CreateProtector("pass.code-ticket");

    public async Task<(SendOutcome Outcome, string? Ticket)> SendAsync(HttpContext context, string? typed)
    {
        if (Contact.Read(typed) is not { } contact)
            return (SendOutcome.ContactNotUnderstood, null);
        if (!sender.Reaches(contact))
            return (SendOutcome.ContactNotReached, null);
        if (!limits.Allows(context.Connection.RemoteIpAddress))
            return (SendOutcome.TooManyFromThisAddress, null);
        await codes.ForgetOldAsync(context.RequestAborted);
        await wrongTries.ForgetOldAsync(context.RequestAborted);
        var isKnown = IsKnown(context, contact);
        if (contact.Kind == ContactKind.Phone && !isKnown
            && await codes.TextsInVainAsync(context.RequestAborted) >= options.TextsInVainPerHour)
            return (SendOutcome.TextsRest, null);
        if (await codes.IssueAsync(contact, isKnown, context.RequestAborted) is not { } issued)
            return (SendOutcome.TooManyToThisContact, null);
        // Whoever asks hears the same as for any contact.
        if (await people.IsSetAsideAsync(contact, context.RequestAborted))
            return (SendOutcome.Sent, issued.Ticket);
        try
        {
            await sender.SendAsync(
                new Letter(
                    Guid.CreateVersion7(time.GetUtcNow()), contact, texts["letter.code.subject", issued.Code],
                    texts["letter.code.body", issued.Code]), context.RequestAborted);
        }
        catch (LetterNotSentException failed)
        {
            CodeNotSent(log, failed);
            return (SendOutcome.NotSent, null);
        }

        return (SendOutcome.Sent, issued.Ticket);
    }

    /// <summary>Checks the code and signs the person in.</summary>
    public async Task<(CodeOutcome Outcome, Person? Person, bool IsNew)> SignInAsync(
        HttpContext context, Contact contact, string ticket, string code)
    {
        var outcome = await ProveAsync(context, contact, ticket, code);
        if (outcome != CodeOutcome.Accepted)
            return (outcome, null, false);
        var (person, isNew) = await people.OfContactAsync(contact, texts.Language, context.RequestAborted);
        if (options.FirstOfficers.Any(first => Contact.Read(first) == contact))
            person = await people.GrantAsync(new PersonId(person.Id), Roles.CityStaff, context.RequestAborted);
        // The first letter that reached them raised their level, wherever they are signed in.
        sessions.Refresh(new PersonId(person.Id));
        // A recovery may set the contact aside between the question above and here.
        if (!await SessionAuthentication.SignInAsync(context, sessions, person, SignInMethod.Code, contact))
            return (CodeOutcome.NoLiveCode, null, false);
        Forget(context);
        context.Response.Cookies.Append(
            CookieNames.On(context.Request, KnownCookie), _known.Protect(contact.Value), Cookie(context, KnownFor));
        return (outcome, person, isNew);
    }

    /// <summary>Checks the code alone: whose contact it is, is another question.</summary>
    public async Task<CodeOutcome> ProveAsync(HttpContext context, Contact contact, string ticket, string code)
    {
        var address = context.Connection.RemoteIpAddress;
        if (await wrongTries.RefusalAsync(address, IsKnown(context, contact), context.RequestAborted) is { } refusal)
            return refusal;
        var outcome = await codes.CheckAsync(contact, ticket, code, context.RequestAborted);
        // The code was sent before the contact was set aside.
        if (outcome == CodeOutcome.Accepted && await people.IsSetAsideAsync(contact, context.RequestAborted))
            return CodeOutcome.NoLiveCode;
        if (outcome is CodeOutcome.WrongCode or CodeOutcome.TooManyTries)
            await wrongTries.CountAsync(address, CancellationToken.None);
        // At most as often as codes are sent, so nobody's letter box can be filled by this either.
        if (outcome == CodeOutcome.TooManyTries
            && await people.OwnerOfAsync(contact, CancellationToken.None) is { } owner)
            await letters.TellAsync(owner, Topic.Safety, "codeGuessed", CancellationToken.None);
        return outcome;
    }

    /// <summary>The pages' memory between the two forms: which contact, which ticket, where to go then.</summary>
    public void Keep(
        HttpContext context, string typed, string ticket, string returnUrl, string cookie = CookieName) =>
        context.Response.Cookies.Append(
            CookieNames.On(context.Request, cookie),
            _seal.Protect(JsonSerializer.Serialize(new Asked(Contact.Read(typed)!, ticket, returnUrl))),
            Cookie(context, OneTimeCodes.Life));

    public Asked? Recall(HttpContext context, string cookie = CookieName)
    {
        try
        {
            return context.Request.Cookies[CookieNames.On(context.Request, cookie)] is { } kept
                ? JsonSerializer.Deserialize<Asked>(_seal.Unprotect(kept))
                : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>The stable code of a refusal, and the status it is answered with.</summary>
    public static (int Status, string Code) ProblemOf(SendOutcome outcome) => outcome switch
    {
        SendOutcome.ContactNotUnderstood => (400, "contact_not_understood"),
        SendOutcome.ContactNotReached => (400, "contact_not_reached"),
        SendOutcome.TooManyFromThisAddress => (429, "too_many_requests"),
        SendOutcome.TextsRest => (429, "texts_rest"),
        SendOutcome.TooManyToThisContact => (429, "too_many_codes"),
        _ => (503, "code_not_sent"),
    };

    /// <inheritdoc cref="ProblemOf(SendOutcome)"/>
    public static (int Status, string Code) ProblemOf(CodeOutcome outcome) => outcome switch
    {
        CodeOutcome.TooManyFromThisAddress => (429, "too_many_requests"),
        CodeOutcome.CodesRest => (429, "codes_rest"),
        CodeOutcome.WrongCode => (400, "code_wrong"),
        CodeOutcome.TooManyTries => (400, "code_out_of_tries"),
        _ => (400, "code_not_live"),
    };

    public static void Forget(HttpContext context, string cookie = CookieName) =>
        context.Response.Cookies.Delete(CookieNames.On(context.Request, cookie), Cookie(context, OneTimeCodes.Life));

    // It opens nothing: it only says that this browser's wishes for codes are not a stranger's.
    bool IsKnown(HttpContext context, Contact contact)
    {
        try
        {
            return context.Request.Cookies[CookieNames.On(context.Request, KnownCookie)] is { } kept
                && _known.Unprotect(kept) == contact.Value;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    static CookieOptions Cookie(HttpContext context, TimeSpan age) => new()
    {
        HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = context.Request.IsHttps, MaxAge = age,
        IsEssential = true, Path = "/",
    };

    public sealed record Asked(Contact Contact, string Ticket, string ReturnUrl);

    [LoggerMessage(Level = LogLevel.Error, Message = "A one-time code could not be sent.")]
    static partial void CodeNotSent(ILogger log, Exception failed);
}
