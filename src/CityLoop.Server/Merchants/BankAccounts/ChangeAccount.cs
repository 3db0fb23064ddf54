using System.Security.Claims;
using System.Text.Json;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Data;
using CityLoop.Server.Pass.Levels;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CityLoop.Server.Merchants.BankAccounts;

/// <summary>What a shop's managers and officers send about the account that the shop is paid into.</summary>
static class ChangeAccount
{
    public const string Page = "/till/account";
    public const string Desk = "/desk/merchants/accounts";

    public static IServiceCollection AddAccountChanges(this IServiceCollection services) => services
        .AddSingleton<AccountChanges>()
        .AddSingleton(new HeldTable("merchants.account_change", AtErasure.Keep)
        {
            Column = "asked_by", Why = "on whose word a shop is paid can be asked for as long as its books are kept",
        })
        .AddOfficersTable("merchants.account_change", "first_officer", "decided_by");

    public static void Map(IEndpointRouteBuilder pages)
    {
        pages.MapPost(Page + "/keep", KeepAsync).RequireAuthorization(Roles.ShopWorker).ExcludeFromDescription();
        pages.MapPost(Desk + "/decision", DecideAsync).RequireAuthorization(Roles.CityStaff)
            .RequireLevel(AssuranceLevel.ContactVerified).ExcludeFromDescription();
    }

    static async Task<RedirectHttpResult> KeepAsync(
        [FromForm] Guid shop, ClaimsPrincipal who, AccountChanges changes, CancellationToken cancellation) =>
        Back(Page, "kept", await changes.TakeBackAsync(who.PersonId(), shop, cancellation));

    static async Task<RedirectHttpResult> DecideAsync(
        [FromForm] Guid change, [FromForm] string? decision, ClaimsPrincipal officer, AccountChanges changes,
        CancellationToken cancellation) =>
        Back(Desk, decision == "approve" ? "changed" : "kept", await changes.DecideAsync(
            officer.PersonId(), change, decision == "approve", cancellation));

    static RedirectHttpResult Back(string page, string done, AccountOutcome outcome) =>
        TypedResults.Redirect(outcome switch
        {
            AccountOutcome.Done => $"{page}?done={done}",
            AccountOutcome.Agreed => $"{page}?done=agreed",
            _ => $"{page}?problem={CodeOf(outcome)}",
        });

    public static string CodeOf(AccountOutcome outcome) =>
        JsonNamingPolicy.SnakeCaseLower.ConvertName(outcome.ToString());
}
