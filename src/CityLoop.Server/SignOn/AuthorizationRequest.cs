using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;

namespace CityLoop.Server.SignOn;

/// <summary>What a service asks for when it sends a person to us: understood, permitted, and kept as it is.</summary>
sealed record AuthorizationRequest
{
    const int ChallengeLength = 43;
    const int StateMax = 2_000;

    public required Guid Service { get; init; }

    public required string RedirectUri { get; init; }

    public required string[] Scopes { get; init; }

    public string? State { get; init; }

    public string? Nonce { get; init; }

    /// <summary>SHA-256 of the verifier that only the service's program knows (PKCE, S256).</summary>
    public required string Challenge { get; init; }

    /// <summary>The person must prove anew who they are.</summary>
    public bool AsksToSignIn { get; init; }

    /// <summary>The person must agree anew.</summary>
    public bool AsksConsent { get; init; }

    /// <summary>Nothing may be shown: what needs the person is answered with an error.</summary>
    public bool ShowsNothing { get; init; }

    /// <summary>How long ago the sign-in may be, in seconds.</summary>
    public long? AgeMax { get; init; }

    public int LevelMin { get; init; }

    /// <summary>Reads the wish of a service that may be sent answers at the address; in order of precedence.</summary>
    public static (AuthorizationRequest? Request, ProtocolRefusal? Refusal) Read(
        Service service, string redirectUri, ProtocolParameters sent)
    {
        if (sent.Fault is { } fault)
            return (null, fault);
        if (sent.Has("request"))
            return Refuse("request_not_supported", "Send the parameters themselves, or push them (RFC 9126).");
        if (sent["response_type"] is not "code")
            return Refuse("unsupported_response_type", "response_type must be code.");
        if (sent["response_mode"] is not (null or "query"))
            return Refuse("invalid_request", "response_mode must be query.");
        if (sent["code_challenge_method"] is not "S256" || sent["code_challenge"] is not { } challenge
            || challenge.Length != ChallengeLength
            || !challenge.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            return Refuse("invalid_request", "PKCE is needed: code_challenge with code_challenge_method S256.");
        if (sent["state"]?.Length > StateMax || sent["nonce"]?.Length > StateMax)
            return Refuse("invalid_request", "state and nonce have at most 2000 characters.");
        var scopes = (sent["scope"] ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct().ToArray();
        if (!scopes.Contains(SignOn.Scopes.OpenId) || scopes.Except(service.Scopes).Any(s => s != SignOn.Scopes.OpenId))
            return Refuse("invalid_scope", "scope must contain openid, and only what the service is registered for.");
        var prompts = (sent["prompt"] ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (prompts.Except(["none", "login", "consent"]).Any() || (prompts.Contains("none") && prompts.Length > 1))
            return Refuse("invalid_request", "prompt must be none, or made of login and consent.");
        long? ageMax = null;
        if (sent["max_age"] is { } age)
        {
            if (!int.TryParse(age, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
                return Refuse("invalid_request", "max_age must be a number of seconds.");
            ageMax = seconds;
        }

        return (new AuthorizationRequest
        {
            Service = service.Id,
            RedirectUri = redirectUri,
            Scopes = scopes,
            State = sent["state"],
            Nonce = sent["nonce"],
            Challenge = challenge,
            AsksToSignIn = prompts.Contains("login"),
            AsksConsent = prompts.Contains("consent"),
            ShowsNothing = prompts.Contains("none"),
            AgeMax = ageMax,
            LevelMin = LevelMinOf(sent["acr_values"], service),
        }, null);
    }

    /// <summary>The service's own address with the answer behind it, and who answers (RFC 9207).</summary>
    public string AnswerAddress(string issuer, params (string Name, string Value)[] answer) =>
        AnswerAddress(RedirectUri, State, issuer, answer);

    /// <inheritdoc cref="AnswerAddress(string, ValueTuple{string, string}[])"/>
    public static string AnswerAddress(
        string redirectUri, string? state, string issuer, params (string Name, string Value)[] answer) =>
        QueryHelpers.AddQueryString(redirectUri,
            answer.Append((Name: "state", Value: state ?? "")).Append((Name: "iss", Value: issuer))
                .Where(part => part.Value.Length > 0)
                .Select(part => KeyValuePair.Create(part.Name, (string?)part.Value)));

    /// <summary>The lowest level asked for will do, but none below what the service is registered with.</summary>
    static int LevelMinOf(string? asked, Service service) => Math.Max(
        service.LevelMin,
        (asked ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Levels.Read).Min() ?? 0);

    static (AuthorizationRequest?, ProtocolRefusal?) Refuse(string error, string description) =>
        (null, new ProtocolRefusal(error, description));
}
