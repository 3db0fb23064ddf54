using System.Security.Claims;
using CityLoop.Server.Pass;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CityLoop.Server.Wallets;

/// <summary>A person's program reads the statement, page by page.</summary>
static class ShowHistory
{
    public const int PageSize = 30;

    /// <param name="Before">Ask with this for the lines before; null at the end.</param>
    public sealed record Response(IReadOnlyList<Line> Lines, long? Before);

    /// <param name="IsRefunded">True for a payment that was given back in full.</param>
    /// <param name="Refunded">How much of a payment was given back.</param>
    public sealed record Line(
        long Sequence, string Kind, IReadOnlyDictionary<string, string>? Where, DateTimeOffset At, long Amount,
        string? Receipt, bool IsRefunded, long Refunded);

    public static void Map(IEndpointRouteBuilder wallet) =>
        wallet.MapGet("/history", HandleAsync).WithName("ShowHistory").WithTags("Wallets");

    static async Task<Ok<Response>> HandleAsync(
        long? before, ClaimsPrincipal who, Statements statements, CancellationToken cancellation)
    {
        var lines = await statements.ReadAsync(who.PersonId(), PageSize, before, cancellation);
        return TypedResults.Ok(new Response(
            [.. lines.Select(l => new Line(
                l.Sequence, l.Kind, l.Where?.InEveryLanguage, l.At, l.Amount, l.Receipt, l.IsRefunded, l.Refunded))],
            lines.Count == PageSize ? lines[^1].Sequence : null));
    }
}
