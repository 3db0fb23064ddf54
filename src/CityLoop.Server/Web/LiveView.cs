using CityLoop.Server.Ledger;
using CityLoop.Server.Pass;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CityLoop.Server.Web;

/// <summary>What all pages share that hear at once what the journal takes in (server-sent events).</summary>
static class LiveView
{
    /// <summary>Then a stream ends by itself, and the browser opens a new one.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <summary>Proxies close what is silent for long.</summary>
    static readonly TimeSpan StillHere = TimeSpan.FromSeconds(15);

    /// <summary>In a busy city the journal grows all the time; looking five times a second is soon enough.</summary>
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Takes a place for a stream, until its answer ends; or says that there is none.</summary>
    public static ProblemHttpResult? Open(
        OpenStreams streams, PersonId person, HttpResponse response, Problems problems)
    {
        var outcome = streams.TryOpen(person, out var place);
        if (outcome == OpenStreams.Outcome.PersonHasMost)
            return problems.Of(StatusCodes.Status429TooManyRequests, "too_many_windows");
        if (outcome == OpenStreams.Outcome.CityHasMost)
            return problems.Of(StatusCodes.Status503ServiceUnavailable, "live_view_full");
        response.RegisterForDispose(place!);
        return null;
    }

    /// <summary>Waits until the journal has more than this; false when it is time for a word all the same.</summary>
    public static async Task<bool> PassesAsync(CityLedger ledger, long sequence, CancellationToken cancellation)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        silence.CancelAfter(StillHere);
        try
        {
            await ledger.WhenPassedAsync(sequence, silence.Token);
            await Task.Delay(Pause, silence.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
