namespace CityLoop.Server.Pass.Levels;

/// <summary>
/// How sure the city is of who somebody is. It is never stored: it follows from what is there now, a verified contact,
/// an approved check, a credential that holds (<c>pass.level_of</c>).
/// </summary>
enum AssuranceLevel
{
    /// <summary>Only what the person says; nobody has looked.</summary>
    SelfAsserted = 0,

    /// <summary>A letter reached them: an e-mail address or a phone number is theirs.</summary>
    ContactVerified = 1,

    /// <summary>
    /// One officer saw a document and another approved it, or an office that did so issued a credential to their key.
    /// </summary>
    IdentityChecked = 2,
}
