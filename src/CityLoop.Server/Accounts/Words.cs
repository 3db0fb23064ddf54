using CityLoop.Ledger;

namespace CityLoop.Server.Accounts;

/// <summary>The names that kinds and statuses of accounts have in answers and texts.</summary>
static class Words
{
    public static string Of(AccountKind kind) => kind.ToString().ToLowerInvariant();

    public static string Of(AccountStatus status) => status.ToString().ToLowerInvariant();

    /// <summary>Null for anything else.</summary>
    public static AccountStatus? StatusOf(string? name) => name switch
    {
        "open" => AccountStatus.Open, "frozen" => AccountStatus.Frozen, "closed" => AccountStatus.Closed, _ => null,
    };
}
