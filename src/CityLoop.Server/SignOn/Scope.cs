namespace CityLoop.Server.SignOn;

/// <summary>One line of what a service may be told: the scope that asks for it and the claims that it brings.</summary>
sealed record Scope(string Name, IReadOnlyList<string> Claims);

/// <summary>The scopes there are. What is not here no service can ask for.</summary>
static class Scopes
{
    /// <summary>Asks for the person's name at this service; in every request.</summary>
    public const string OpenId = "openid";

    /// <summary>Asks for a refresh token: the service stays signed in while the person's browser is.</summary>
    public const string OfflineAccess = "offline_access";

    public const string Profile = "profile";
    public const string Email = "email";
    public const string Phone = "phone";

    public static readonly IReadOnlyList<Scope> All =
    [
        new(OpenId, ["sub"]),
        new(Profile, ["name", "locale"]),
        new(Email, ["email", "email_verified"]),
        new(Phone, ["phone_number", "phone_number_verified"]),
        new(OfflineAccess, []),
    ];

    /// <summary>Those that an officer chooses for a service; the first goes without saying.</summary>
    public static readonly IReadOnlyList<string> Choosable = [.. All.Skip(1).Select(scope => scope.Name)];
}
