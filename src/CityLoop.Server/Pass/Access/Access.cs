namespace CityLoop.Server.Pass.Access;

/// <summary>Who saw or was given something about a person.</summary>
enum AccessBy
{
    /// <summary>City staff or an auditor.</summary>
    Officer,

    /// <summary>A service where people sign in, or that asks for their proofs.</summary>
    Service,

    /// <summary>An office that certifies something about them.</summary>
    Office,
}

/// <summary>Somebody saw something about a person, or asked for it in vain.</summary>
sealed record Access
{
    public required PersonId Person { get; init; }

    public required AccessBy Kind { get; init; }

    /// <summary>The officer's person id, the service's id, or the office's code.</summary>
    public required string By { get; init; }

    /// <summary>
    /// The names of the data (<c>access.what.…</c>), or what people call them: <see cref="AccessText"/>.
    /// </summary>
    public required IReadOnlyList<string> What { get; init; }

    /// <summary>
    /// An officer's purpose is one of <see cref="OfficerPurposes"/>; a service's is its own sentence:
    /// <see cref="AccessText"/>.
    /// </summary>
    public required string Purpose { get; init; }

    /// <summary>False where it was refused: they saw nothing.</summary>
    public bool IsGiven { get; init; } = true;

    /// <summary>What the person had agreed to, where a consent of a proof stands behind it.</summary>
    public Guid? Consent { get; init; }
}
