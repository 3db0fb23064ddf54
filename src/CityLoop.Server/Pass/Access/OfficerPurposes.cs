namespace CityLoop.Server.Pass.Access;

/// <summary>Why officers look at somebody's data. Other reasons there are none.</summary>
static class OfficerPurposes
{
    /// <summary>What an officer chooses from before the search for a person.</summary>
    public static readonly IReadOnlyList<string> AtTheCounter =
        ["identity_check", "lost_access", "card", "top_up", "residence", "question", "correction"];

    /// <summary>Four eyes: another officer's part of a step, that waits for the second one.</summary>
    public const string SecondOfficer = "second_officer";

    /// <summary>Looking after the city's books: an account without a name.</summary>
    public const string Books = "books";

    /// <summary>Freezing, thawing, closing or bounding somebody's account.</summary>
    public const string Account = "account";

    public static readonly IReadOnlyList<string> All = [.. AtTheCounter, SecondOfficer, Books, Account];
}
