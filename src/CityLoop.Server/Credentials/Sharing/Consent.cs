using System.Text.Json;

namespace CityLoop.Server.Credentials.Sharing;

/// <summary>What a person agreed to give one service, and what became of it.</summary>
sealed class Consent
{
    public Guid Id { get; init; }
    public Guid Person { get; init; }
    public Guid Need { get; init; }
    public int Version { get; init; }
    public DateTimeOffset GivenAt { get; init; }
    public DateTimeOffset Until { get; init; }
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary><c>revoked</c>, <c>replaced</c>, <c>finished</c> or <c>expired</c>.</summary>
    public string? EndReason { get; init; }

    /// <summary>The passkey that approved it.</summary>
    public byte[] Passkey { get; init; } = [];
    public DateTimeOffset ApprovedAt { get; init; }
    public string Notice { get; init; } = "{}";

    /// <summary>The last day of what a hosted service decided; null where it decided nothing.</summary>
    public DateOnly? LastDay { get; init; }

    /// <summary>What stood on the page.</summary>
    public ConsentNotice Read => _read ??= JsonSerializer.Deserialize<ConsentNotice>(Notice)!;

    ConsentNotice? _read;

    public bool Holds(DateTimeOffset now) => EndedAt is null && Until > now;
}

/// <summary>One line of a consent's history: given, fetched, refused, ended.</summary>
sealed record ConsentEvent(DateTimeOffset At, string Event);

/// <summary>What is to be kept of a consent that is given now.</summary>
/// <param name="Handle">By which the service, and nobody else, can name it.</param>
/// <param name="Entitlement">What a hosted service decided; null for a service that reads for itself.</param>
sealed record NewConsent(
    ConsentNotice Notice, byte[] Passkey, string Handle, DateTimeOffset Until, HostedDecision? Entitlement);
