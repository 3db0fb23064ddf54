using CityLoop.Server.Web;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CityLoop.Server.Accounts;

/// <summary>Staff and auditors ask for the city's and the shops' accounts.</summary>
static class ListAccounts
{
    /// <param name="Account">Its number in the books.</param>
    /// <param name="Name">The books' own: <c>budget:rally-2026</c>.</param>
    /// <param name="Balance">In the currency's smallest unit, held points included.</param>
    public sealed record Line(
        int Account, string Name, string Kind, string Currency, int Scale, long Balance, string Status, long? Minimum,
        long? Maximum);

    public static void Map(IEndpointRouteBuilder readers) =>
        readers.MapGet("/api/v1/ledger/accounts", HandleAsync).WithName("ListAccounts").WithTags("Ledger");

    static async Task<Ok<IReadOnlyList<Line>>> HandleAsync(AccountSheets sheets, CancellationToken cancellation) =>
        TypedResults.Ok<IReadOnlyList<Line>>([.. (await sheets.NamedAsync(cancellation)).Select(LineOf)]);

    static Line LineOf(AccountSheet sheet) => new(
        sheet.View.Id.Value, sheet.Name!, Words.Of(sheet.View.Kind), sheet.Currency.Code, sheet.Currency.Scale,
        sheet.View.Balance, Words.Of(sheet.View.Status), sheet.Minimum, sheet.Maximum);
}
