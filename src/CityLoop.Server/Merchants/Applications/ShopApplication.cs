using CityLoop.Server.City;

namespace CityLoop.Server.Merchants.Applications;

/// <summary>A shop that has asked to take points, and how far that is.</summary>
sealed record ShopApplication
{
    public Guid Id { get; init; }

    /// <summary>The shop's, once it is let in.</summary>
    public string Code { get; init; } = "";

    /// <summary>Who applied, and manages the shop once it is let in.</summary>
    public Guid Person { get; init; }

    public DateTimeOffset MadeAt { get; init; }
    public string Name { get; init; } = "";
    public string NameEn { get; init; } = "";
    public string Address { get; init; } = "";
    public string District { get; init; } = "";
    public string Category { get; init; } = "";
    public string TaxId { get; init; } = "";
    public string BankCode { get; init; } = "";
    public string BankAccount { get; init; } = "";
    public string AccountHolder { get; init; } = "";
    public string[] OpeningHours { get; init; } = [];
    public string Contact { get; init; } = "";
    public Guid? FirstOfficer { get; init; }
    public DateTimeOffset? FirstAt { get; init; }
    public Guid? DecidedBy { get; init; }
    public DateTimeOffset? DecidedAt { get; init; }
    public bool? IsApproved { get; init; }
    public string Reason { get; init; } = "";
    public DateTimeOffset? WithdrawnAt { get; init; }

    public bool IsOpen => DecidedAt is null && WithdrawnAt is null;

    /// <summary>The word for how far it is, as the texts know it.</summary>
    public string State => WithdrawnAt is not null ? "withdrawn"
        : IsApproved is true ? "approved"
        : IsApproved is false ? "refused"
        : FirstOfficer is not null ? "agreed"
        : "waiting";

    /// <summary>The shop's name in every language: the English one where it has one.</summary>
    public LocalNames Names => LocalNames.Of(Name, NameEn.Length > 0 ? NameEn : Name, Name);
}

/// <summary>What became of an application or an officer's part in it, in order of precedence.</summary>
enum ApplicationOutcome
{
    Unknown,

    /// <summary>It was decided on or withdrawn.</summary>
    DecidedBefore,

    /// <summary>Nobody decides on a shop of their own.</summary>
    IsYours,
    NeedsAnotherOfficer,
    ReasonNeeded,

    /// <summary>The business has an application that waits.</summary>
    AnotherWaits,
    TooMany,

    /// <summary>One officer has agreed; another must.</summary>
    Agreed,
    Done,
}
