using System.Security.Claims;
using CityLoop.Server.Ledger;
using CityLoop.Server.Merchants;
using CityLoop.Server.Pass;
using CityLoop.Server.Shared;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CityLoop.Server.Wallets;

/// <summary>A person's phone asks for the code of this half minute.</summary>
static class ShowCode
{
    /// <param name="Groups">The 16 digits in groups of four; null when both codes of this minute are used.</param>
    /// <param name="Size">Side of the QR code's picture, in modules.</param>
    /// <param name="Path">The QR code's picture, as the path of an SVG.</param>
    /// <param name="SecondsLeft">Until the next code.</param>
    public sealed record Response(string? Groups, int Size, string Path, int SecondsLeft);

    public static void Map(IEndpointRouteBuilder wallet) =>
        wallet.MapGet("/code", HandleAsync).WithName("ShowCode").WithTags("Wallets");

    static async Task<Ok<Response>> HandleAsync(ClaimsPrincipal who, PayCodes codes, CancellationToken cancellation) =>
        TypedResults.Ok(await codes.ShowAsync(who.PersonId(), cancellation));
}

/// <summary>Chooses the code that a phone shows.</summary>
sealed class PayCodes(Wallets wallets, WalletCodeKey key, CityLedger ledger, TimeProvider time)
{
    /// <summary>
    /// The code of this half minute or, for who has just paid with it, the next one, which tills take already. No
    /// table is written.
    /// </summary>
    public async Task<ShowCode.Response> ShowAsync(PersonId person, CancellationToken cancellation)
    {
        var account = await wallets.AccountAsync(person, cancellation);
        var now = time.GetUtcNow();
        var step = WalletCodes.StepAt(now);
        WalletCode current = new(account, step), next = new(account, step + 1);
        var chosen = await ledger.ReadAsync(
            books => books.Find(current.Claim) is null ? current
                : books.Find(next.Claim) is null ? next
                : default(WalletCode?), cancellation);
        var secondsLeft = Math.Max(1, (int)Math.Ceiling((WalletCodes.EndOf(step) - now).TotalSeconds));
        if (chosen is not { } code)
            return new(null, 0, "", secondsLeft);
        var digits = (await key.CodesAsync(cancellation)).Of(code);
        var picture = QrPicture.Of(digits);
        var groups = $"{digits[..4]} {digits[4..8]} {digits[8..12]} {digits[12..]}";
        return new(groups, picture.Size, picture.Path, secondsLeft);
    }
}
