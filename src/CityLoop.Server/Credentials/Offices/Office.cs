using CityLoop.Server.City;

namespace CityLoop.Server.Credentials.Offices;

/// <summary>One thing that an office says about a person.</summary>
/// <param name="Name">As it stands in the credential: <c>household_size</c>.</param>
/// <param name="IsSensitive">Whether it is shown to services with special care: poverty, health.</param>
sealed record CredentialField(string Name, LocalNames Names, bool IsSensitive);

/// <summary>One kind of credential that an office issues.</summary>
sealed record CredentialType
{
    public required string Code { get; init; }

    public required Guid Office { get; init; }

    public required LocalNames Names { get; init; }

    public required IReadOnlyList<CredentialField> Fields { get; init; }

    /// <summary>For how many days at most a credential holds.</summary>
    public required int ValidDays { get; init; }

    /// <summary>Two officers have marked it: who shows one to the city proves who they are.</summary>
    public required bool ProvesIdentity { get; init; }

    /// <summary>The import whose rows are the register now; null for an office with a system of its own.</summary>
    public Guid? Register { get; init; }
}

/// <summary>An office that certifies something about people.</summary>
sealed record Office
{
    public required Guid Id { get; init; }

    public required string Code { get; init; }

    public required LocalNames Names { get; init; }

    /// <summary>Where it knows it from, as people read it before they agree.</summary>
    public required LocalNames Sources { get; init; }

    /// <summary>How often what it says is brought up to date: one of <see cref="OfficeDraft.Refreshes"/>.</summary>
    public required string Refresh { get; init; }

    public required IReadOnlyList<CredentialType> Types { get; init; }

    /// <summary>Where letters reach it; null where that is the city's own address.</summary>
    public string? PostalAddress { get; init; }

    /// <summary>How else; null together with the address.</summary>
    public string? Contact { get; init; }

    /// <summary>Where its own system answers; null when the city keeps its registers.</summary>
    public Uri? Address { get; init; }

    /// <summary>The JWK set of its own system.</summary>
    public string? PublicKeys { get; init; }

    public DateTimeOffset? SuspendedAt { get; init; }

    public bool IsRemote => Address is not null;

    public bool IsOpen => SuspendedAt is null;
}
