using System.Security.Claims;
using System.Text.Json;
using CityLoop.Server.City;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Levels;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CityLoop.Server.Vouchers;

/// <summary>What can become of an officer's step with a series, in order of precedence.</summary>
enum SeriesOutcome
{
    Unknown, DecidedBefore, NeedsAnotherOfficer, NotNow, BudgetTooSmall, BooksRefuse, Done,
}

/// <summary>What officers do with a series: another one agrees, it is shared out, what is left goes back.</summary>
static class DecideSeries
{
    public const string Desk = "/desk/vouchers";

    public static void Map(IEndpointRouteBuilder pages)
    {
        pages.MapPost(Desk + "/decision", DecideAsync).RequireAuthorization(Roles.CityStaff)
            .RequireLevel(AssuranceLevel.ContactVerified).ExcludeFromDescription();
        pages.MapPost(Desk + "/step", StepAsync).RequireAuthorization(Roles.CityStaff)
            .RequireLevel(AssuranceLevel.ContactVerified).ExcludeFromDescription();
    }

    static async Task<RedirectHttpResult> DecideAsync(
        [FromForm] Guid series, [FromForm] string? decision, ClaimsPrincipal officer, SeriesDesk desk,
        CancellationToken cancellation)
    {
        var isApproved = decision == "approve";
        return Back(
            series, isApproved ? "approved" : "refused",
            await desk.DecideAsync(officer.PersonId(), series, isApproved, cancellation));
    }

    static async Task<RedirectHttpResult> StepAsync(
        [FromForm] Guid series, [FromForm] string? step, SeriesDesk desk, CancellationToken cancellation) =>
        step switch
        {
            "share" => Back(series, "shared", await desk.ShareAsync(series, cancellation)),
            "close" => Back(series, "closed", await desk.CloseAsync(series, cancellation)),
            _ => Back(series, "approved", await desk.OpenAsync(series, cancellation)),
        };

    static RedirectHttpResult Back(Guid series, string done, SeriesOutcome outcome) => TypedResults.Redirect(
        outcome == SeriesOutcome.Unknown ? $"{Desk}?problem=unknown"
        : outcome == SeriesOutcome.Done ? $"{Desk}/{series}?done={done}"
        : $"{Desk}/{series}?problem={JsonNamingPolicy.SnakeCaseLower.ConvertName(outcome.ToString())}");
}

/// <summary>The officers' steps with a series. Each may be done again and ends the same.</summary>
sealed class SeriesDesk(SeriesStore store, VoucherBooks books, ShareOut shares, CityClock clock)
{
    /// <summary>A second officer agrees, and the series is brought into the books; or any officer refuses.</summary>
    public async Task<SeriesOutcome> DecideAsync(
        PersonId officer, Guid id, bool isApproved, CancellationToken cancellation)
    {
        if (await store.FindAsync(id, cancellation) is not { } series)
            return SeriesOutcome.Unknown;
        if (series.DecidedAt is not null)
            return SeriesOutcome.DecidedBefore;
        if (isApproved && series.AskedBy == officer.Value)
            return SeriesOutcome.NeedsAnotherOfficer;
        if (isApproved && !await books.CanPayAsync(series, cancellation))
            return SeriesOutcome.BudgetTooSmall;
        if (!await store.DecideAsync(officer, id, isApproved, cancellation))
            return SeriesOutcome.DecidedBefore;
        return isApproved ? await OpenAsync(id, cancellation) : SeriesOutcome.Done;
    }

    /// <summary>Goes on where opening was cut off: the series is agreed on, and not yet in the books.</summary>
    public async Task<SeriesOutcome> OpenAsync(Guid id, CancellationToken cancellation)
    {
        if (await store.FindAsync(id, cancellation) is not { IsApproved: true } series)
            return SeriesOutcome.Unknown;
        if (series.OpenedAt is not null)
            return SeriesOutcome.Done;
        if (!await books.OpenAsync(series, cancellation))
            return SeriesOutcome.BooksRefuse;
        await store.MarkOpenedAsync(id, cancellation);
        return SeriesOutcome.Done;
    }

    public async Task<SeriesOutcome> ShareAsync(Guid id, CancellationToken cancellation) =>
        await shares.RunAsync(id, cancellation) switch
        {
            VoucherOutcome.Done => SeriesOutcome.Done,
            VoucherOutcome.NotNow => SeriesOutcome.NotNow,
            _ => SeriesOutcome.Unknown,
        };

    /// <summary>After the last day: what nobody can spend any more is the budget's again.</summary>
    public async Task<SeriesOutcome> CloseAsync(Guid id, CancellationToken cancellation)
    {
        if (await store.FindAsync(id, cancellation) is not { OpenedAt: not null } series)
            return SeriesOutcome.Unknown;
        if (clock.Today <= series.LastDay)
            return SeriesOutcome.NotNow;
        if (!await books.CloseAsync(series, cancellation))
            return SeriesOutcome.BooksRefuse;
        await store.MarkClosedAsync(id, cancellation);
        return SeriesOutcome.Done;
    }
}
