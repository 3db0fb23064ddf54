using System.Globalization;
using System.Security.Claims;
using CityLoop.Ledger;
using CityLoop.Server.Pass.Levels;

namespace CityLoop.Server.Pass;

/// <summary>The name of a person inside this city's systems; it says nothing about them.</summary>
readonly record struct PersonId(Guid Value)
{
    /// <summary>
    /// The person whom the demo city's cast calls by this id (<c>lin-meiling</c>), the same everywhere.
    /// </summary>
    public static PersonId OfCast(string castId) => new(DerivedId.From("demo-person", castId));

    public override string ToString() => Value.ToString();
}

/// <summary>What a person may be. Everybody is a resident as well, visitors included: they have a wallet.</summary>
static class Roles
{
    public const string Resident = "resident";

    /// <summary>Whom somebody acts for: wallet and missions, nothing of their pass.</summary>
    public const string Represented = "represented";

    /// <summary>A child among those: its guardian sees its trips as well.</summary>
    public const string RepresentedChild = "represented_child";

    /// <summary>Whoever's wallet it is, and who acts for them.</summary>
    public const string Holder = Resident + "," + Represented;

    /// <summary>Whoever's trips they are, and a child's guardian: where an adult travels is theirs alone.</summary>
    public const string Traveller = Resident + "," + RepresentedChild;

    public const string ShopWorker = "shop_worker";
    public const string CityStaff = "city_staff";
    public const string Auditor = "auditor";

    public static readonly IReadOnlyList<string> All = [Resident, ShopWorker, CityStaff, Auditor];
}

/// <summary>Who is asking, read from the request's principal.</summary>
static class People
{
    public const string NameClaim = "name";
    public const string SessionClaim = "session";
    public const string GuardianClaim = "guardian";
    public const string LevelClaim = "level";
    public const string WishClaim = "wish";

    /// <summary>The person who is signed in. Only behind an authorization decision.</summary>
    public static PersonId PersonId(this ClaimsPrincipal principal) =>
        principal.FindPersonId() ?? throw new InvalidOperationException("Nobody is signed in.");

    /// <summary>The person who is signed in, or null.</summary>
    public static PersonId? FindPersonId(this ClaimsPrincipal principal) =>
        principal.FindFirstValue(ClaimTypes.NameIdentifier) is { } id ? new PersonId(Guid.Parse(id)) : null;

    /// <summary>The name they go by; empty for somebody who has not told one.</summary>
    public static string PersonName(this ClaimsPrincipal principal) => principal.FindFirstValue(NameClaim) ?? "";

    /// <summary>How sure the city is of who they are; for nobody, not at all.</summary>
    public static AssuranceLevel Level(this ClaimsPrincipal principal) =>
        int.TryParse(principal.FindFirstValue(LevelClaim), CultureInfo.InvariantCulture, out var level)
            ? (AssuranceLevel)level
            : AssuranceLevel.SelfAsserted;

    /// <summary>How they want the pages; for a stranger, as they are.</summary>
    public static IEnumerable<string> Wishes(this ClaimsPrincipal principal) =>
        principal.FindAll(WishClaim).Select(claim => claim.Value);

    /// <summary>True for somebody with a wallet: themselves, or a child for whom a guardian acts.</summary>
    public static bool IsHolder(this ClaimsPrincipal principal) =>
        principal.IsInRole(Roles.Resident) || principal.IsInRole(Roles.Represented);

    /// <summary>True for whoever may see this person's trips.</summary>
    public static bool IsTraveller(this ClaimsPrincipal principal) =>
        principal.IsInRole(Roles.Resident) || principal.IsInRole(Roles.RepresentedChild);

    /// <summary>Who acts for the person just now; null for somebody who acts themselves.</summary>
    public static PersonId? GuardianId(this ClaimsPrincipal principal) =>
        principal.FindFirstValue(GuardianClaim) is { } id ? new PersonId(Guid.Parse(id)) : null;

    /// <summary>The session that the request came with.</summary>
    public static Guid SessionId(this ClaimsPrincipal principal) =>
        Guid.Parse(principal.FindFirstValue(SessionClaim)
            ?? throw new InvalidOperationException("Nobody is signed in."));

    /// <summary>The principal of a session.</summary>
    /// <param name="guardian">Who acts for the person in this session; null where they act themselves.</param>
    /// <param name="isOfAge">The person is no child whose guardian acts.</param>
    public static ClaimsPrincipal Principal(
        Person person, Guid session, Guid? guardian = null, bool isOfAge = false)
    {
        List<Claim> claims =
        [
            new(ClaimTypes.NameIdentifier, person.Id.ToString()),
            new(NameClaim, person.Name),
            new(SessionClaim, session.ToString()),
            new(LevelClaim, ((int)person.Level).ToString(CultureInfo.InvariantCulture)),
            .. person.Wishes.Select(wish => new Claim(WishClaim, wish)),
        ];
        if (guardian is null)
            claims.AddRange(person.Roles.Select(role => new Claim(ClaimTypes.Role, role)));
        else
            claims.AddRange([
                new Claim(GuardianClaim, guardian.Value.ToString()), new Claim(ClaimTypes.Role, Roles.Represented),
                .. isOfAge ? Array.Empty<Claim>() : [new Claim(ClaimTypes.Role, Roles.RepresentedChild)],
            ]);
        return new ClaimsPrincipal(new ClaimsIdentity(claims, "session", NameClaim, ClaimTypes.Role));
    }
}
