using System.Text.Json;
using System.Text.Json.Serialization;
using CityLoop.Server.City;
using CityLoop.Server.Pass;

namespace CityLoop.Server.SignOn;

/// <summary>What a person reads before they agree to sign in at a service, and is kept with their agreement.</summary>
sealed record SignInNotice
{
    public required IReadOnlyDictionary<string, string> ServiceNames { get; init; }
    public required IReadOnlyDictionary<string, string> Purposes { get; init; }
    public required NoticeParty? Controller { get; init; }

    /// <summary>What was asked for this time.</summary>
    public required IReadOnlyList<string> Scopes { get; init; }

    public required int ConsentDays { get; init; }

    /// <summary>Where the answer goes to.</summary>
    public required string GoesTo { get; init; }

    /// <summary>In which language it was read.</summary>
    public required string Language { get; init; }

    [JsonIgnore]
    public LocalNames ServiceCalled => new(ServiceNames);

    [JsonIgnore]
    public LocalNames Purpose => new(Purposes);

    public static SignInNotice Of(
        Service service, IReadOnlyList<string> scopes, string redirectUri, string language) => new()
    {
        ServiceNames = NoticeParty.Sorted(service.Names),
        Purposes = NoticeParty.Sorted(service.Purposes),
        Controller = NoticeParty.Of(service.Controller),
        Scopes = scopes,
        ConsentDays = service.ConsentDays,
        GoesTo = new Uri(redirectUri).Authority,
        Language = language,
    };
}

/// <summary>An agreement as it is given: what was read, and by which sign-in.</summary>
sealed record NewAgreement(SignInNotice Notice, SignInMethod Method, DateTimeOffset SignedInAt);

/// <summary>One agreement to sign in at a service, and what became of it.</summary>
sealed class Agreement
{
    public Guid Id { get; init; }
    public Guid Person { get; init; }
    public Guid Service { get; init; }

    /// <summary>All that the service may be told, what was agreed to before included.</summary>
    public string[] Scopes { get; init; } = [];
    public string Notice { get; init; } = "{}";
    public string Method { get; init; } = "";
    public DateTimeOffset SignedInAt { get; init; }
    public DateTimeOffset GivenAt { get; init; }
    public DateTimeOffset Until { get; init; }
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary><c>withdrawn</c>, <c>replaced</c>, or of itself <c>expired</c> and <c>terminated</c>.</summary>
    public string? EndReason { get; init; }

    public SignInNotice Read => _read ??= JsonSerializer.Deserialize<SignInNotice>(Notice)!;

    SignInNotice? _read;

    /// <summary>How and when it ended; null while it holds.</summary>
    public (string Reason, DateTimeOffset At)? End(DateTimeOffset now) =>
        EndedAt is { } at ? (EndReason!, at) : Until <= now ? ("expired", Until) : null;

    /// <summary>What the service may be told, with what people call it.</summary>
    public static IEnumerable<(string Claim, string TextKey)> ClaimsOf(IReadOnlyCollection<string> scopes) =>
        SignOn.Scopes.All.Where(scope => scopes.Contains(scope.Name))
            .SelectMany(scope => scope.Claims, (scope, claim) => $"{scope.Name}.{claim}")
            .Where(claim => !claim.EndsWith("_verified", StringComparison.Ordinal))
            .Select(claim => (claim, "signOn.claim." + claim.Split('.')[1]))
            .Concat([("openid.amr", "signOn.claim.amr"), ("openid.acr", "level.title")]);
}
