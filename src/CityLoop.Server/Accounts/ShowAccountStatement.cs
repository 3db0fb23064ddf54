using System.Security.Claims;
using CityLoop.Ledger;
using CityLoop.Server.Ledger;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Access;
using CityLoop.Server.Web;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CityLoop.Server.Accounts;

/// <summary>
/// City staff ask what a budget, a shop or another account of the city's held at an instant; an auditor asks it of any
/// account, by its number.
/// </summary>
static class ShowAccountStatement
{
    public static void Map(IEndpointRouteBuilder desk) =>
        desk.MapGet("/api/v1/ledger/accounts/{account:int}/statement", HandleAsync)
            .WithName("ShowAccountStatement").WithTags("Ledger");

    /// <param name="account">Its number in the books.</param>
    static async Task<Results<Ok<PastStatementResponse>, ProblemHttpResult>> HandleAsync(
        int account, [AsParameters] PastStatementQuery query, ClaimsPrincipal who, CityLedger ledger, OfficerView view,
        Problems problems, CancellationToken cancellation)
    {
        var kind = await ledger.ReadAsync(
            books => account > 0 && account <= books.AccountCount
                ? books.Account(new AccountId(account)).Kind
                : default(AccountKind?), cancellation);
        // To staff a person's account is told like one that does not exist.
        if (kind is null || (kind.Value.KeepsLastDays() && !who.IsInRole(Roles.Auditor)))
            return problems.NotFound("account_unknown", "account");
        await view.OpenAccountsAsync(who.PersonId(), [new AccountId(account)], ["account"], cancellation);
        return TypedResults.Ok(await PastStatementResponse.ReadAsync(
            ledger, new AccountId(account), query, cancellation));
    }
}
