using CityLoop.Server.City;

namespace CityLoop.Server.Pass;

/// <summary>Somebody of the demo's cast, offered on the sign-in page; the role is what they are called there.</summary>
sealed record SignInHint(string Contact, LocalNames Names, string Role, string Icon);

/// <summary>What the demo adds to the sign-in pages; a real city has none of it.</summary>
sealed record SignInHints(IReadOnlyList<SignInHint> People, string? Outbox)
{
    public static readonly SignInHints None = new([], null);

    public static SignInHints Of(CityPack city) => new(
        [.. city.People.Where(p => p.Email is not null).Select(p => p.Role switch
        {
            CastRole.ShopWorker => new SignInHint(p.Email!, p.Names, Roles.ShopWorker, "shop"),
            CastRole.CityStaff => new SignInHint(p.Email!, p.Names, Roles.CityStaff, "chart"),
            CastRole.Auditor => new SignInHint(p.Email!, p.Names, Roles.Auditor, "shield"),
            _ => new SignInHint(p.Email!, p.Names, p.District is null ? "visitor" : Roles.Resident, "person"),
        })],
        Letters.Outbox.Address);
}
