namespace CityLoop.Ledger.Tests.Simulation;

/// <summary>What clients ask of the simulated servers, and what must be true of every answer.</summary>
sealed partial class CrashSimulation
{
    /// <summary>What a client asked for, and the answer once it came.</summary>
    sealed record Asked(LedgerCommand[] Set)
    {
        public PostResult? Answer { get; set; }

        /// <summary>A client waits for one call at a time; what an abandoned call still says is not heard.</summary>
        public int Attempt { get; set; }

        /// <summary>The journal's length when the answered call began, and when its answer came.</summary>
        public (int From, int To) While { get; set; }

        /// <summary>What the clock on the wall may have shown when it was decided.</summary>
        public List<DateTimeOffset> Clock { get; } = [];
    }

    /// <summary>What somebody read: how long the books were, and the journal's length before and after.</summary>
    sealed record Seen(long Sequence, int From, int To);

    void Ask(LedgerCommand[] set)
    {
        var asked = new Asked(set);
        _asked.Add(asked);
        _unanswered++;
        _ = AskAsync(asked);
    }

    async Task AskAsync(Asked asked)
    {
        var attempt = ++asked.Attempt;
        while (asked.Answer is null && asked.Attempt == attempt)
        {
            var from = _disk.Complete;
            asked.Clock.Add(_pump.Time.GetUtcNow());
            try
            {
                // Any server that believes that it writes: a frozen one, one whose seat is lost, the new one.
                if (Any().Writer is { } writer)
                {
                    var answer = await writer.PostAsync(asked.Set);
                    if (asked.Attempt == attempt)
                    {
                        (asked.Answer, asked.While) = (answer, (from, _disk.Entries.Count));
                        asked.Clock.Add(_pump.Time.GetUtcNow());
                        _unanswered--;
                    }

                    return;
                }
            }
            catch (JournalHasAnotherWriterException)
            {
                // The new writer may still be opening its books.
            }
            catch (LedgerIsBusyException)
            {
                _met.Add("busy");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(10, 100)), _pump.Time);
        }
    }

    void StepClock(TimeSpan step)
    {
        foreach (var asked in _asked.Where(a => a.Answer is null))
            asked.Clock.Add(_pump.Time.GetUtcNow());
        _pump.Time.WallStep = step;
        foreach (var asked in _asked.Where(a => a.Answer is null))
            asked.Clock.Add(_pump.Time.GetUtcNow());
    }

    void AskSomething()
    {
        var set = _city.NextSet();
        _city.Post(set);
        Ask(set);
        if (_random.Next(4) == 0)
            _ = ReadAsync();
    }

    /// <summary>The city goes on while some server is in trouble.</summary>
    async Task GoOnAskingAsync()
    {
        for (var calls = 0; _troubles > 0 && calls < 60; calls++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(200)), _pump.Time);
            AskSomething();
            _ = ReadAsync();
        }
    }

    async Task ReadAsync()
    {
        try
        {
            var from = _disk.Complete;
            if (Any().Writer is { } writer)
                _seen.Add(new Seen(await writer.ReadAsync(b => b.Sequence), from, _disk.Entries.Count));
        }
        catch (Exception e) when (e is JournalHasAnotherWriterException or LedgerIsBusyException)
        {
            // Nothing was seen.
        }
    }
}
