using System.Collections.Concurrent;
using System.Diagnostics;
using CityLoop.Ledger;
using CityLoop.Server.Ledger;

namespace CityLoop.Bench.Ledger;

/// <summary>What callers met.</summary>
/// <param name="PauseMs">The longest time in which nobody at all was answered.</param>
readonly record struct Measured(double PerSecond, double P50Ms, double P99Ms, double PauseMs);

/// <summary>Callers who each wait for their durable answer.</summary>
static class Callers
{
    /// <summary>What a caller who is turned away has at least lost: Retry-After says a second.</summary>
    const float TurnedAwayMs = 1_000;

    /// <summary>Each caller asks again as soon as it is answered.</summary>
    public static async Task<Measured> AskAsync(
        CityLedger ledger, int outstanding, double seconds, Func<int, Func<Transfer>> asking)
    {
        var answers = new Answers();
        var until = Stopwatch.GetTimestamp() + (long)(seconds * Stopwatch.Frequency);
        var clock = Stopwatch.StartNew();
        var callers = new Task[outstanding];
        for (var i = 0; i < outstanding; i++)
        {
            var ask = asking(i);
            callers[i] = Task.Run(async () =>
            {
                var took = new List<float>();
                while (Stopwatch.GetTimestamp() < until)
                    took.Add(await OneAsync(ledger, ask(), answers));
                answers.Add(took);
            });
        }

        await Task.WhenAll(callers);
        return answers.Over(clock.Elapsed.TotalSeconds);
    }

    /// <summary>Questions come at a steady rate, whether the ones before are answered or not.</summary>
    public static async Task<Measured> AskAtRateAsync(
        CityLedger ledger, double perSecond, double seconds, Func<Transfer> ask)
    {
        var answers = new Answers();
        var took = new ConcurrentBag<float>();
        var pending = new CountdownEvent(1);
        var clock = Stopwatch.StartNew();
        var asked = 0L;
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        while (clock.Elapsed.TotalSeconds < seconds && await ticks.WaitForNextTickAsync())
        {
            for (var due = (long)(clock.Elapsed.TotalSeconds * perSecond); asked < due; asked++)
            {
                pending.AddCount();
                _ = RecordAsync(ask());
            }
        }

        pending.Signal();
        await Task.Run(pending.Wait);
        answers.Add([.. took]);
        return answers.Over(clock.Elapsed.TotalSeconds);

        async Task RecordAsync(Transfer transfer)
        {
            try
            {
                took.Add(await OneAsync(ledger, transfer, answers));
            }
            catch (LedgerIsBusyException)
            {
                // Turned away at the door: it counts as a long wait, so that no refusal makes the figures look good.
                took.Add(TurnedAwayMs);
            }
            finally
            {
                pending.Signal();
            }
        }
    }

    static async Task<float> OneAsync(CityLedger ledger, Transfer transfer, Answers answers)
    {
        var began = Stopwatch.GetTimestamp();
        var result = await ledger.PostAsync(transfer, CancellationToken.None);
        if (result.Outcome != PostOutcome.Posted)
            throw new InvalidOperationException($"The bench met {result.Outcome}.");
        var now = Stopwatch.GetTimestamp();
        answers.At(now);
        return (float)Stopwatch.GetElapsedTime(began, now).TotalMilliseconds;
    }

    sealed class Answers
    {
        readonly List<float> _took = [];
        long _last = Stopwatch.GetTimestamp();
        long _longest;

        public void At(long now)
        {
            // Two threads may miss each other's gap by the time that they took; nobody looks for microseconds here.
            var gap = now - Interlocked.Exchange(ref _last, now);
            if (gap > Interlocked.Read(ref _longest))
                Interlocked.Exchange(ref _longest, gap);
        }

        public void Add(List<float> took)
        {
            lock (_took)
                _took.AddRange(took);
        }

        public Measured Over(double seconds)
        {
            _took.Sort();
            return new Measured(_took.Count / seconds, _took[_took.Count / 2], _took[(int)(_took.Count * 0.99)],
                _longest * 1_000.0 / Stopwatch.Frequency);
        }
    }
}
