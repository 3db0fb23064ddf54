using System.Security.Claims;
using System.Text.Json;
using CityLoop.Server.Pass;
using CityLoop.Server.Web;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CityLoop.Server.Vouchers;

/// <summary>What people send about a series: a wish, its withdrawal, a purchase; and the result for all.</summary>
static class ChangeApplication
{
    public const string Page = "/vouchers";

    public static void Map(IEndpointRouteBuilder pages)
    {
        var mine = pages.MapGroup(Page).RequireAuthorization(Roles.Holder);
        mine.MapPost("/apply", ApplyAsync).ExcludeFromDescription();
        mine.MapPost("/withdraw", WithdrawAsync).ExcludeFromDescription();
        mine.MapPost("/buy", BuyAsync).ExcludeFromDescription();
        mine.MapGet("/{id:guid}/result.csv", ShowResultAsync).ExcludeFromDescription();
    }

    static async Task<RedirectHttpResult> ApplyAsync(
        [FromForm] Guid series, [FromForm] string? books, ClaimsPrincipal who, VoucherApplications applications,
        CancellationToken cancellation) =>
        Back(series, "applied", await applications.ApplyAsync(
            who.PersonId(), series, int.TryParse(books, out var wished) ? wished : 0, cancellation));

    static async Task<RedirectHttpResult> WithdrawAsync(
        [FromForm] Guid series, ClaimsPrincipal who, VoucherApplications applications,
        CancellationToken cancellation) =>
        Back(series, "withdrawn", await applications.WithdrawAsync(who.PersonId(), series, cancellation));

    static async Task<RedirectHttpResult> BuyAsync(
        [FromForm] Guid series, ClaimsPrincipal who, VoucherApplications applications,
        CancellationToken cancellation) =>
        Back(series, "bought", await applications.BuyAsync(who.PersonId(), series, cancellation));

    /// <summary>
    /// Every wish by its number, its place in the draw and what it got: with the seed on the page, anybody works the
    /// result out again.
    /// </summary>
    static async Task<IResult> ShowResultAsync(
        Guid id, SeriesStore store, VoucherApplications applications, CancellationToken cancellation)
    {
        if (await store.FindAsync(id, cancellation) is not { DrawnAt: not null } series)
            return TypedResults.NotFound();
        return CsvDownload.Of(
            $"vouchers-{id:N}.csv", ["application", "wished", "key", "allotted"],
            (await applications.OfSeriesAsync(id, cancellation)).Select(one => (IReadOnlyList<object>)
            [
                one.Id, one.Books, Allotment.KeyOf(series.Seed, one.Id), one.Allotted ?? 0,
            ]));
    }

    static RedirectHttpResult Back(Guid series, string done, VoucherOutcome outcome) => TypedResults.Redirect(
        outcome == VoucherOutcome.Done ? $"{Page}/{series}?done={done}"
        : $"{Page}/{series}?problem={JsonNamingPolicy.SnakeCaseLower.ConvertName(outcome.ToString())}");
}
