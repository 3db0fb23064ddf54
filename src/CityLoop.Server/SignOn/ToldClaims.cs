using CityLoop.Server.Pass;

namespace CityLoop.Server.SignOn;

/// <summary>One thing that a service is told about a person: what programs call it, and what it says.</summary>
sealed record ToldClaim(string Name, object Value);

/// <summary>
/// What of a person's facts goes with which scope. The page on which they agree and the answer that goes out are both
/// made here, so that nothing travels that was not shown.
/// </summary>
static class ToldClaims
{
    public static IEnumerable<ToldClaim> Of(TellableFacts facts, IReadOnlyCollection<string> scopes)
    {
        if (scopes.Contains(Scopes.Profile))
        {
            if (facts.Name.Length > 0)
                yield return new ToldClaim("name", facts.Name);
            yield return new ToldClaim("locale", facts.Language);
        }

        if (scopes.Contains(Scopes.Email) && facts.Email is not null)
        {
            yield return new ToldClaim("email", facts.Email);
            yield return new ToldClaim("email_verified", true);
        }

        if (scopes.Contains(Scopes.Phone) && facts.Phone is not null)
        {
            yield return new ToldClaim("phone_number", facts.Phone);
            yield return new ToldClaim("phone_number_verified", true);
        }
    }

    /// <summary>What would go as well once the city knows it: people agree to that, too.</summary>
    public static IEnumerable<string> NotThereYet(TellableFacts facts, IReadOnlyCollection<string> scopes)
    {
        if (scopes.Contains(Scopes.Profile) && facts.Name.Length == 0)
            yield return "name";
        if (scopes.Contains(Scopes.Email) && facts.Email is null)
            yield return "email";
        if (scopes.Contains(Scopes.Phone) && facts.Phone is null)
            yield return "phone_number";
    }
}
