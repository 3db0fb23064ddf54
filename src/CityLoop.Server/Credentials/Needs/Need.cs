using System.Text.Json;
using System.Text.Json.Serialization;
using CityLoop.Server.City;

namespace CityLoop.Server.Credentials.Needs;

/// <summary>What is asked of one credential: only these of its fields.</summary>
sealed record AskedCredential(string Type, IReadOnlyList<string> Fields);

/// <summary>On what ground a service may ask.</summary>
enum LawfulBasis
{
    Consent,
    Law,
    PublicTask,
}

/// <summary>
/// How a hosted service decides by itself: one field of one credential is compared with values. It is data, so that a
/// second officer can read what will be decided, and nothing that runs.
/// </summary>
/// <param name="LastDayField">The field of the same credential that says until when it holds, if one does.</param>
/// <param name="Days">The entitlement lasts no longer than this.</param>
/// <param name="Names">What the person is entitled to, by language.</param>
sealed record NeedRule(
    string Type, string Field, string Operator, IReadOnlyList<string> Values, string? LastDayField, int Days,
    IReadOnlyDictionary<string, string> Names)
{
    /// <summary>The field is one of the values, or a number that is at least or at most the only one.</summary>
    public static readonly IReadOnlyList<string> Operators = ["one_of", "at_least", "at_most"];

    [JsonIgnore]
    public LocalNames Entitlement => new(Names);
}

/// <summary>What a service needs to know of people and why, in one wording that two officers have seen.</summary>
sealed record Need
{
    public required Guid Id { get; init; }

    public required Guid Service { get; init; }

    /// <summary>What programs and posters call it: <c>half-price-pool</c>.</summary>
    public required string Code { get; init; }

    public required int Version { get; init; }

    /// <summary>The same in two wordings that ask people for the same, for the same.</summary>
    public required int Terms { get; init; }

    public required LocalNames Names { get; init; }

    public required LocalNames Purposes { get; init; }

    public required LawfulBasis Basis { get; init; }

    public required IReadOnlyList<AskedCredential> Asked { get; init; }

    public required int LevelMin { get; init; }

    /// <summary>For how long the service may ask again without the person.</summary>
    public required int ConsentDays { get; init; }

    /// <summary>For how long the service keeps what it was given.</summary>
    public required int KeptDays { get; init; }

    /// <summary>Where the person may be sent after the answer; none for a hosted service.</summary>
    public required IReadOnlyList<string> ReturnAddresses { get; init; }

    /// <summary>A public JWK set; answers are encrypted to its first key.</summary>
    public required string EncryptionKey { get; init; }

    /// <summary>The hosted service's private key, sealed.</summary>
    public string? SealedKey { get; init; }

    public NeedRule? Rule { get; init; }

    public required Guid WrittenBy { get; init; }

    public required DateTimeOffset WrittenAt { get; init; }

    public Guid? DecidedBy { get; init; }

    public DateTimeOffset? DecidedAt { get; init; }

    public bool? IsApproved { get; init; }

    public DateTimeOffset? SuspendedAt { get; init; }

    /// <summary>The city runs the service: it opens, verifies and decides here.</summary>
    public bool IsHosted => Rule is not null;

    /// <summary>How this wording stands, as texts name it.</summary>
    public string State => DecidedAt is null ? "waits"
        : IsApproved == false ? "refused"
        : SuspendedAt is not null ? "suspended"
        : "approved";

    /// <summary>Whether who agreed to one wording has agreed to the other.</summary>
    public bool AsksTheSameAs(Need other) =>
        Basis == other.Basis && LevelMin == other.LevelMin && ConsentDays == other.ConsentDays
        && KeptDays == other.KeptDays && Same(Purposes, other.Purposes)
        // What a hosted service decides by, and what it gives: a new rule must not turn old tickets into better ones.
        && JsonSerializer.Serialize(Rule) == JsonSerializer.Serialize(other.Rule)
        && Listed(Asked).SequenceEqual(Listed(other.Asked));

    static IEnumerable<string> Listed(IEnumerable<AskedCredential> asked) =>
        asked.SelectMany(one => one.Fields.Select(field => $"{one.Type}.{field}")).Order(StringComparer.Ordinal);

    static bool Same(LocalNames one, LocalNames other) => one.InEveryLanguage.OrderBy(text => text.Key)
        .SequenceEqual(other.InEveryLanguage.OrderBy(text => text.Key));
}
