using System.Security.Claims;
using CityLoop.Server.Pass.Letters;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CityLoop.Server.Pass.Recovery;

/// <summary>A person takes ten new codes for a piece of paper; the page that shows them is the only copy.</summary>
static class MakeRecoveryCodes
{
    public static void Map(IEndpointRouteBuilder pages) =>
        pages.MapPost("/me/recovery/codes", Handle).RequireAuthorization(Roles.Resident).ExcludeFromDescription()
            .AddEndpointFilter(new FreshSignIn("/me/recovery"));

    static async Task<RazorComponentResult> Handle(
        ClaimsPrincipal who, RecoveryCodes codes, LetterWriter letters, CancellationToken cancellation)
    {
        var made = await codes.MakeSetAsync(who.PersonId(), cancellation, who.SessionId());
        await letters.TellAsync(who.PersonId(), Topic.Safety, "recoveryMade", CancellationToken.None);
        return new RazorComponentResult<RecoverySheet>(new { Codes = made, PersonName = who.PersonName() });
    }
}
