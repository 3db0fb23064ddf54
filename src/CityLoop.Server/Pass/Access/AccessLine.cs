using CityLoop.Server.City;

namespace CityLoop.Server.Pass.Access;

/// <summary>
/// What one of them saw of a person on one day for one purpose, however many pages or calls it took.
/// </summary>
/// <param name="Kind">officer, service, office, or guardian: who acted for the person.</param>
/// <param name="Names">A service's or an office's; null for people and for who is not registered any more.</param>
/// <param name="Person">An officer's or a guardian's name; empty where they have none.</param>
/// <param name="Role">An officer's role.</param>
/// <param name="Last">The last time on that day.</param>
public sealed record AccessLine(
    DateOnly Day, string Kind, IReadOnlyDictionary<string, string>? Names, string Person, string? Role,
    IReadOnlyList<string> What, string Purpose, bool IsGiven, Guid? Consent, int Times, DateTimeOffset Last)
{
    /// <summary>Where the person takes back what it hangs on; null where they agreed to nothing.</summary>
    public string? Revoke => (Kind, Consent) switch
    {
        (_, { } consent) => $"/me/proofs/{consent}",
        ("service", null) when IsGiven => "/me/services",
        _ => null,
    };

    /// <summary>What a reader calls them; null where it is not known.</summary>
    internal string? NameIn(string language) =>
        Names is not null ? new LocalNames(Names)[language] : Person.Length > 0 ? Person : null;
}
