using CityLoop.Server.City;

namespace CityLoop.Server.SignOn;

/// <summary>How a service's program says who it is.</summary>
enum ClientAuthentication
{
    /// <summary>It cannot keep a secret (an app, a page's script): PKCE alone protects the code.</summary>
    None,

    /// <summary>A secret in the <c>Authorization</c> header.</summary>
    SecretBasic,

    /// <summary>A short-lived proof signed with its own key (RFC 7523).</summary>
    PrivateKeyJwt,
}

/// <summary>Another office's site or app where people sign in with the pass, and its registered program.</summary>
sealed record Service
{
    /// <summary>What programs call <c>client_id</c>.</summary>
    public required Guid Id { get; init; }

    public required LocalNames Names { get; init; }

    /// <summary>What it needs the data for, as people read it before they agree.</summary>
    public required LocalNames Purposes { get; init; }

    /// <summary>
    /// Who answers for what it is told; null where nobody has written that down yet, and nobody is asked to agree until
    /// then.
    /// </summary>
    public Party? Controller { get; init; }

    /// <summary>Services of one sector know a person by the same name.</summary>
    public required string Sector { get; init; }

    public required IReadOnlyList<string> RedirectUris { get; init; }

    /// <summary>Where its people may arrive after signing out.</summary>
    public required IReadOnlyList<string> SignOutUris { get; init; }

    public required IReadOnlyList<string> Scopes { get; init; }

    /// <summary>Who is known less surely than this is not let in.</summary>
    public required int LevelMin { get; init; }

    /// <summary>For how long an agreement holds before people are asked again.</summary>
    public required int ConsentDays { get; init; }

    /// <summary>The number of the purpose and data that people agree to; rises with each change.</summary>
    public required int Terms { get; init; }

    public required ClientAuthentication Authentication { get; init; }

    public byte[]? SecretHash { get; init; }

    /// <summary>A JWK set.</summary>
    public string? PublicKeys { get; init; }

    public DateTimeOffset? SuspendedAt { get; init; }

    public string ClientId => Id.ToString();

    public bool IsOpen => SuspendedAt is null;

    /// <summary>Whether people may be asked to agree to something.</summary>
    public bool MayAsk => IsOpen && Controller is not null;

    public bool IsConfidential => Authentication != ClientAuthentication.None;

    /// <summary>
    /// Whether a wish that waited may still be answered: an officer may have changed the service meanwhile.
    /// </summary>
    public bool StillPermits(AuthorizationRequest asked) =>
        IsOpen && RedirectUris.Contains(asked.RedirectUri, StringComparer.Ordinal)
        && asked.Scopes.All(scope => scope == SignOn.Scopes.OpenId || Scopes.Contains(scope));

    /// <summary>Whether scripts of this origin are the service's own pages.</summary>
    public bool Owns(string origin) =>
        RedirectUris.Any(uri => new Uri(uri).GetLeftPart(UriPartial.Authority) == origin);
}
