namespace CityLoop.Ledger.Tests.Simulation;

/// <summary>
/// Servers that crash, lose their seat and come back over a journal that fails; clients that ask again with the same
/// id until they are answered. One seed is one whole history.
/// </summary>
sealed class CrashSimulation
{
    readonly Random _random;
    readonly Pump _pump;
    readonly SimulatedDisk _disk = new();
    readonly List<Asked> _asked = [];
    readonly HashSet<string> _met = [];
    readonly int _troublePercent;
    SimulatedJournal _journal = null!;
    LedgerWriter _writer = null!;
    LedgerState _books = null!;
    Exception? _defect;
    Task _running = Task.CompletedTask;

    public CrashSimulation(int seed)
    {
        _random = new Random(seed);
        _troublePercent = _random.Next(0, 15);
        _pump = new Pump(_random);
    }

    /// <summary>What a client asked for, and the answer once it came.</summary>
    sealed record Asked(LedgerCommand[] Set)
    {
        public PostResult? Answer { get; set; }

        /// <summary>A client waits for one call at a time; what an abandoned call still says is not heard.</summary>
        public int Attempt { get; set; }
    }

    /// <summary>What stands in the journal at the end.</summary>
    public IReadOnlyList<JournalEntry> Journal => _disk.Entries;

    public IReadOnlySet<string> Live(int rounds)
    {
        Start(asksAgain: false);
        var city = new RandomCity(_random.Next());
        // The random city only dreams up what clients ask; what was accepted here is decided by this ledger.
        foreach (var entry in city.Journal)
            Ask([entry.Body]);
        WaitForAll();
        for (var round = 0; round < rounds; round++)
        {
            for (var i = _random.Next(30); i >= 0; i--)
            {
                var set = city.NextSet();
                city.Post(set);
                Ask(set);
            }

            Something();
        }

        WaitForAll();
        Check();
        return _met;
    }

    void Something()
    {
        switch (_random.Next(6))
        {
            case 0:
                WaitForAll();
                break;
            case 1:
                Crash();
                break;
            case 2:
                _journal.TearsNext = true;
                _journal.OnTorn = () => _met.Add("machine died while writing");
                var torn = _journal;
                Ask([NewDay()]);
                RunUntil(() => torn.IsDead || _asked.All(a => a.Answer is not null), "the torn write");
                Crash();
                break;
            case 3:
                _disk.Holder = null;
                Start(asksAgain: false);
                _met.Add("seat lost"); // the old writer does not know it yet and goes on trying
                break;
            case 4:
                _pump.Time.WallStep = TimeSpan.FromSeconds(_random.Next(-100_000, 100_000));
                break;
            default:
                var steps = _random.Next(200);
                RunUntil(() => steps-- <= 0 || _asked.All(a => a.Answer is not null), "some time");
                break;
        }
    }

    void Crash()
    {
        _journal.IsDead = true;
        _disk.Holder = null;
        _met.Add("crash");
        Start(asksAgain: true);
        CheckAnswered();
    }

    void Start(bool asksAgain)
    {
        var journal = _journal = new SimulatedJournal(_disk, _random, _pump.Time, _troublePercent, _met);
        _disk.Holder ??= journal;
        var opening = default(Task<LedgerState>);
        _pump.RunUntil(() => (opening ??= OpenAsync(journal)).IsCompleted, "the start");
        _books = opening!.GetAwaiter().GetResult();
        _writer = new LedgerWriter(journal, _books, _pump.Time, new LedgerWriterOptions
        {
            BatchMax = _random.Next(1, 40),
            SnapshotEvery = _random.Next(10, 200),
            Timer = _pump.Time,
            OnTrouble = e => _met.Add(e.GetType().Name),
        });
        InWorld(() => _running = RunAsync(_writer));
        foreach (var asked in _asked.Where(a => asksAgain && a.Answer is null).ToList())
            InWorld(() => _ = AskAsync(asked));
    }

    static async Task<LedgerState> OpenAsync(SimulatedJournal journal)
    {
        while (true)
        {
            try
            {
                await journal.ReopenAsync(CancellationToken.None);
                return await LedgerRecovery.RecoverAsync(journal, CancellationToken.None);
            }
            catch (IOException)
            {
                // Tried again at once: the simulated disk has its own delays.
            }
        }
    }

    async Task RunAsync(LedgerWriter writer)
    {
        try
        {
            await writer.RunAsync(CancellationToken.None);
        }
        catch (JournalHasAnotherWriterException)
        {
            // It lost its seat; its clients ask the new writer.
        }
        catch (Exception e)
        {
            _defect = e;
        }
    }

    void Ask(LedgerCommand[] set)
    {
        var asked = new Asked(set);
        _asked.Add(asked);
        InWorld(() => _ = AskAsync(asked));
    }

    async Task AskAsync(Asked asked)
    {
        var attempt = ++asked.Attempt;
        while (asked.Answer is null && asked.Attempt == attempt)
        {
            var writer = _writer;
            try
            {
                var answer = await writer.PostAsync(asked.Set);
                if (asked.Attempt == attempt)
                    asked.Answer = answer;
            }
            catch (JournalHasAnotherWriterException)
            {
                // The new writer may still be opening its books.
                await Task.Delay(TimeSpan.FromMilliseconds(10), _pump.Time);
            }
        }
    }

    BeginDay NewDay() => BeginDay.Of(new DateOnly(2040, 1, 1).AddDays(_asked.Count));

    void InWorld(Action action)
    {
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(_pump);
        action();
        SynchronizationContext.SetSynchronizationContext(before);
    }

    void WaitForAll() => RunUntil(() => _asked.All(a => a.Answer is not null), "all answers");

    void RunUntil(Func<bool> isDone, string what) => _pump.RunUntil(
        () => _defect is null
            ? isDone()
            : throw new InvalidOperationException("A writer died of a defect.", _defect), what);

    void Check()
    {
        CheckAnswered();
        _writer.Finish();
        RunUntil(() => _running.IsCompleted, "the writer's end");
        _running.GetAwaiter().GetResult();

        var replayed = new LedgerState();
        foreach (var entry in _disk.Entries)
            replayed.Apply(entry);
        replayed.ToBytes().ShouldBe(_books.ToBytes(), "the journal says something else than the writer's books");
        _disk.Entries.Select(e => e.Body.Id).Distinct().Count().ShouldBe(_disk.Entries.Count, "an id stands twice");
        _disk.Entries.Zip(_disk.Entries.Skip(1)).ShouldAllBe(pair => pair.First.At <= pair.Second.At);
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
                else if (byId.TryGetValue(command.Id, out var found) && Same(found.Body, command))
                    _asked.Any(a => a != asked && a.Set.Any(c => Same(c, command)))
                        .ShouldBeTrue("a refused post is in the journal");
            }
        }
    }

    static bool Same(LedgerCommand one, LedgerCommand other) => one == other;
}
