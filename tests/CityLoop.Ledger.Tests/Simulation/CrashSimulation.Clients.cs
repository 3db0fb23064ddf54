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
    }

    /// <summary>What somebody read: how long the books were, and the journal's length before and after.</summary>
    sealed record Seen(long Sequence, int From, int To);

    void Ask(LedgerCommand[] set)
    {
        var asked = new Asked(set);
        _asked.Add(asked);
        _ = AskAsync(asked);
    }

    async Task AskAsync(Asked asked)
    {
        var attempt = ++asked.Attempt;
        while (asked.Answer is null && asked.Attempt == attempt)
        {
            var from = _disk.Complete;
            try
            {
                // Any server that believes that it writes: a frozen one, one whose seat is lost, the new one.
                if (Any().Writer is { } writer)
                {
                    var answer = await writer.PostAsync(asked.Set);
                    if (asked.Attempt == attempt)
                        (asked.Answer, asked.While) = (answer, (from, _disk.Entries.Count));
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

    /// <summary>
    /// Nobody was answered from old books: what was read is as long as the journal was at some moment between question
    /// and answer, and a refusal is what the ledger decides at such a moment.
    /// </summary>
    void CheckSeen()
    {
        foreach (var seen in _seen)
            seen.Sequence.ShouldBeInRange(seen.From, seen.To, "somebody has read old books");
        var open = _asked.Where(a => a.Answer is { IsPosted: false }).ToList();
        var books = new LedgerState();
        for (var length = 0; length <= _disk.Entries.Count; length++)
        {
            if (length > 0)
                books.Apply(_disk.Entries[length - 1]);
            open.RemoveAll(a => a.While.From <= length && length <= a.While.To
                && books.Copy().Post(a.Set, _pump.Time.GetUtcNow(), []) == a.Answer);
        }

        open.ShouldBeEmpty("somebody was refused from old books");
    }

    /// <summary>Every answered post is there, at its number; nothing that was refused is.</summary>
    void CheckAnswered()
    {
        var byId = _disk.Entries.ToDictionary(e => e.Body.Id);
        foreach (var asked in _asked)
        {
            if (asked.Answer is not { } answer)
                continue;
            for (var i = 0; i < asked.Set.Length; i++)
            {
                var command = asked.Set[i];
                if (answer.IsPosted)
                    byId[command.Id].Sequence.ShouldBe(answer.Sequence + i, "an answered post is not where it was");
                else if (!IsDecay(command) && byId.TryGetValue(command.Id, out var found) && Same(found.Body, command))
                    _asked.Any(a => a != asked && a.Set.Any(c => Same(c, command)))
                        .ShouldBeTrue("a refused post is in the journal");
            }
        }
    }

    /// <summary>The ledger writes decay itself, under the same id, when it is due.</summary>
    static bool IsDecay(LedgerCommand command) => command is Transfer { Code: TransferCode.Decay };

    /// <summary>Of a transfer "at most" the ledger writes another amount than was asked.</summary>
    static bool Same(LedgerCommand one, LedgerCommand other) => AsAsked(one) == AsAsked(other);

    static LedgerCommand AsAsked(LedgerCommand command) =>
        command is Transfer { AtMost: { } most } transfer ? transfer with { Amount = most } : command;
}
