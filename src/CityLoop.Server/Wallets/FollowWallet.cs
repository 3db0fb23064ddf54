using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Security.Claims;
using CityLoop.Ledger;
using CityLoop.Server.Ledger;
using CityLoop.Server.Merchants;
using CityLoop.Server.Pass;
using CityLoop.Server.Web;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CityLoop.Server.Wallets;

/// <summary>
/// A phone that shows its code hears at once that it has paid (server-sent events). A stream ends by itself after some
/// minutes and the browser opens a new one; there is a most of them, and a phone without one still sees its payment
/// when the code changes.
/// </summary>
static class FollowWallet
{
    /// <summary>What happened to the wallet.</summary>
    /// <param name="Amount">Below zero for what was paid.</param>
    public sealed record Movement(string Kind, long Amount, string? Receipt);

    /// <summary>More than this many movements at once are an import, not a payment.</summary>
    const int MovementsMax = 10;

    public static void Map(IEndpointRouteBuilder wallet) =>
        wallet.MapGet("/events", HandleAsync).WithName("FollowWallet").WithTags("Wallets");

    /// <param name="after">The last journal entry that the page has seen; the present one when left out.</param>
    static async Task<Results<ServerSentEventsResult<Movement>, ProblemHttpResult>> HandleAsync(
        long? after, ClaimsPrincipal who, Wallets wallets, CityLedger ledger, OpenStreams streams, Problems problems,
        Sessions sessions, IHostApplicationLifetime server, HttpResponse response, CancellationToken cancellation)
    {
        if (LiveView.Open(streams, who.PersonId(), response, problems) is { } full)
            return full;
        var wallet = await wallets.OpenAsync(who.PersonId(), cancellation);
        return TypedResults.ServerSentEvents(FollowAsync(
            ledger, wallet.Account, after ?? wallet.LastSequence,
            () => sessions.StandsAsync(who.SessionId(), who.PersonId(), cancellation), server.ApplicationStopping,
            cancellation));
    }

    static async IAsyncEnumerable<SseItem<Movement>> FollowAsync(
        CityLedger ledger, AccountId account, long seen, Func<Task<bool>> mayStillHear, CancellationToken serverStops,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        // A server that stops would wait for its open streams.
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation, serverStops);
        end.CancelAfter(LiveView.Longest);
        yield return Still;
        while (!end.IsCancellationRequested)
        {
            var (sequence, last) = await ledger.ReadAsync(
                books => (books.Sequence, books.Account(account).LastSequence), cancellation);
            if (last > seen)
            {
                // Minutes may lie between: who acts for the person no more, or has signed out, hears nothing more.
                if (!await mayStillHear())
                    yield break;
                var entries = await ledger.StatementAsync(account, MovementsMax, null, cancellation);
                foreach (var entry in entries.Where(e => e.Sequence > seen).Reverse())
                    yield return new SseItem<Movement>(MovementOf(entry, account), "movement");
                seen = last;
            }

            if (!await LiveView.PassesAsync(ledger, sequence, end.Token) && !end.IsCancellationRequested)
                yield return Still;
        }
    }

    /// <summary>Proxies close what is silent for long.</summary>
    static SseItem<Movement> Still => new(new Movement("still", 0, null), "still");

    static Movement MovementOf(JournalEntry entry, AccountId account)
    {
        var transfer = (Transfer)entry.Body;
        var receipt = transfer.Code switch
        {
            TransferCode.Pay => Payment.ReceiptOf(transfer.Id),
            TransferCode.Refund => Payment.ReceiptOf(transfer.Reverses!.Value),
            _ => null,
        };
        var amount = transfer.Debit == account ? -transfer.Amount : transfer.Amount;
        return new(StatementLine.NameOf(transfer.Code), amount, receipt);
    }
}
