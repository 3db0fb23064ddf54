using System.Security.Claims;
using System.Text.Json;
using CityLoop.Server.Pass;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CityLoop.Server.Merchants.Staff;

/// <summary>What a shop's managers send from their staff's page, and what workers send from their own.</summary>
static class ChangeStaff
{
    public const string Page = "/till/staff";
    public const string Mine = "/me/shops";

    public static void Map(IEndpointRouteBuilder pages)
    {
        var staff = pages.MapGroup(Page).RequireAuthorization(Roles.ShopWorker).ExcludeFromDescription();
        // Who works there outlives every session: who finds a till open must bring in nobody and shut nobody out.
        staff.MapPost("/asks", AskAsync).AddEndpointFilter(new FreshSignIn(Page));
        staff.MapPost("/rights", ChangeAsync).AddEndpointFilter(new FreshSignIn(Page));
        staff.MapPost("/remove", RemoveAsync).AddEndpointFilter(new FreshSignIn(Page));
        staff.MapPost("/withdraw", WithdrawAsync);
        var mine = pages.MapGroup(Mine).RequireAuthorization(Roles.Resident).ExcludeFromDescription();
        mine.MapPost("/accept", AcceptAsync);
        mine.MapPost("/decline", DeclineAsync);
        mine.MapPost("/leave", LeaveAsync).AddEndpointFilter(new FreshSignIn(Mine));
        mine.MapPost("/choose", ChooseAsync);
    }

    // The shop stands in the form: with two open at once, nobody is brought into the other one.
    static async Task<RedirectHttpResult> AskAsync(
        [FromForm] Guid shop, [FromForm] string? contact, [FromForm] string? refund, [FromForm] string? manage,
        ClaimsPrincipal who, ShopStaff staff, CancellationToken cancellation) =>
        Back(Page, "asked", await staff.AskAsync(
            who.PersonId(), shop, Contact.Read(contact), refund == "yes", manage == "yes", cancellation));

    static async Task<RedirectHttpResult> ChangeAsync(
        [FromForm] Guid shop, [FromForm] Guid worker, [FromForm] string? refund, [FromForm] string? manage,
        ClaimsPrincipal who, ShopStaff staff, CancellationToken cancellation) =>
        Back(Page, "changed", await staff.ChangeAsync(
            who.PersonId(), shop, new PersonId(worker), refund == "yes", manage == "yes", cancellation));

    static async Task<RedirectHttpResult> RemoveAsync(
        [FromForm] Guid shop, [FromForm] Guid worker, ClaimsPrincipal who, ShopStaff staff,
        CancellationToken cancellation) =>
        Back(Page, "removed", await staff.RemoveAsync(who.PersonId(), shop, new PersonId(worker), cancellation));

    static async Task<RedirectHttpResult> WithdrawAsync(
        [FromForm] Guid shop, [FromForm] Guid ask, ClaimsPrincipal who, ShopStaff staff,
        CancellationToken cancellation) =>
        Back(Page, "withdrawn", await staff.WithdrawAsync(who.PersonId(), shop, ask, cancellation));

    static async Task<RedirectHttpResult> AcceptAsync(
        [FromForm] Guid ask, ClaimsPrincipal who, ShopStaff staff, CancellationToken cancellation) =>
        Back(Mine, "accepted", await staff.AcceptAsync(who.PersonId(), ask, cancellation));

    static async Task<RedirectHttpResult> DeclineAsync(
        [FromForm] Guid ask, ClaimsPrincipal who, ShopStaff staff, CancellationToken cancellation) =>
        Back(Mine, "declined", await staff.DeclineAsync(who.PersonId(), ask, cancellation));

    static async Task<RedirectHttpResult> LeaveAsync(
        [FromForm] Guid shop, ClaimsPrincipal who, ShopStaff staff, CancellationToken cancellation) =>
        Back(Mine, "left", await staff.RemoveAsync(who.PersonId(), shop, who.PersonId(), cancellation));

    static async Task<RedirectHttpResult> ChooseAsync(
        [FromForm] string? shop, HttpContext context, MerchantStore merchants, CancellationToken cancellation)
    {
        var places = await merchants.WorkplacesAsync(context.User.PersonId(), cancellation);
        if (places.All(place => place.Shop.Code != shop))
            return TypedResults.Redirect($"{Mine}?problem=not_yours");
        TillCookie.Write(context, shop!);
        return TypedResults.Redirect("/till");
    }

    static RedirectHttpResult Back(string page, string done, StaffOutcome outcome) => TypedResults.Redirect(
        outcome == StaffOutcome.Done
            ? $"{page}?done={done}"
            : $"{page}?problem={JsonNamingPolicy.SnakeCaseLower.ConvertName(outcome.ToString())}");
}
