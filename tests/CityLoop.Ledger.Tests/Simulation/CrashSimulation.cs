namespace CityLoop.Ledger.Tests.Simulation;

/// <summary>
/// Servers that crash, lose their seat and come back over a journal that fails; clients that ask again with the same
/// id until they are answered. One seed is one whole history.
/// </summary>
sealed partial class CrashSimulation
{
    readonly Random _random;
    readonly Pump _pump;
    readonly SimulatedDisk _disk = new();
    readonly List<Asked> _asked = [];
    readonly List<Seen> _seen = [];
    readonly List<SimulatedServer> _servers = [];
    readonly HashSet<string> _met = [];
    readonly int _troublePercent;
    readonly JournalLie _lie;
    RandomCity _city = null!;
    int _troubles;
    int _unanswered;

    public CrashSimulation(int seed, JournalLie lie = JournalLie.None)
    {
        _lie = lie;
        _random = new Random(seed);
        _troublePercent = _random.Next(0, 15);
        _pump = new Pump(_random);
    }

    /// <summary>What stands in the journal at the end.</summary>
    public IReadOnlyList<JournalEntry> Journal => _disk.Entries;

    /// <summary>How many sets and questions were answered.</summary>
    public int Operations => _asked.Count(a => a.Answer is not null) + _seen.Count;

    public IReadOnlySet<string> Live(int rounds)
    {
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(_pump);
        try
        {
            LiveOn(rounds);
            return _met;
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    void LiveOn(int rounds)
    {
        Start();
        // The random city only dreams up what clients ask; what was accepted here is decided by this ledger.
        _city = new RandomCity(_random.Next());
        foreach (var entry in _city.Journal)
        {
            // In order: the numbers of the accounts follow from it.
            Ask([entry.Body]);
            WaitForAll();
        }

        for (var round = 0; round < rounds; round++)
        {
            for (var i = _random.Next(30); i >= 0; i--)
                AskSomething();
            Something();
        }

        WaitForAll();
        Check();
    }

    void Something()
    {
        switch (_random.Next(8))
        {
            case 0:
                WaitForAll();
                break;
            case 1:
                Crash(Any());
                break;
            case 2:
                Tear();
                break;
            case 3:
                Start(); // waits beside the others
                break;
            case 4:
                StepClock(TimeSpan.FromSeconds(_random.Next(-100_000, 100_000)));
                break;
            case 5:
                _ = FreezeAsync(Writing());
                break;
            case 6:
                _ = CutOffAsync(Writing());
                break;
            default:
                var steps = _random.Next(200);
                RunUntil(() => steps-- <= 0 || IsAnswered, "some time");
                break;
        }
    }

    SimulatedServer Any() => _servers[_random.Next(_servers.Count)];

    SimulatedServer? Holder => _servers.SingleOrDefault(s => s.Journal == _disk.Holder);

    SimulatedServer Writing() => Holder ?? Any();

    void Tear()
    {
        var server = Writing();
        var torn = server.Journal;
        torn.TearsNext = true;
        torn.OnTorn = () => _met.Add("machine died while writing");
        Ask([NewDay()]);
        RunUntil(() => torn.IsDead || IsAnswered, "the torn write");
        Crash(server);
    }

    void Crash(SimulatedServer server)
    {
        server.Journal.IsDead = true;
        _servers.Remove(server);
        _met.Add("crash");
        if (_servers.Count == 0)
            Start();
        foreach (var asked in _asked.Where(a => a.Answer is null).ToList())
            _ = AskAsync(asked);
        CheckAnswered();
    }

    void Start()
    {
        var server = new SimulatedServer(
            new SimulatedJournal(_disk, _random, _pump.Time, _troublePercent, _met, _lie), _pump, _random, _met);
        _servers.Add(server);
        _pump.On(server.Road, () => _ = server.LiveAsync());
    }

    /// <summary>A process stands still, without knowing it; then it goes on.</summary>
    async Task FreezeAsync(SimulatedServer server)
    {
        BeginTrouble();
        server.Road.Freeze();
        await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(8_000)), _pump.Time);
        server.Road.Thaw();
        _troubles--;
        _met.Add("frozen and thawed");
    }

    /// <summary>A process goes on, but its database does not answer for a while.</summary>
    async Task CutOffAsync(SimulatedServer server)
    {
        BeginTrouble();
        server.Journal.IsCutOff = true;
        await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(8_000)), _pump.Time);
        server.Journal.IsCutOff = false;
        _troubles--;
        _met.Add("cut off");
    }

    void BeginTrouble()
    {
        if (_servers.Count < 3)
            Start();
        _troubles++;
        _ = GoOnAskingAsync();
    }

    BeginDay NewDay() => BeginDay.Of(new DateOnly(2040, 1, 1).AddDays(_asked.Count));

    bool IsAnswered => _unanswered == 0;

    void WaitForAll() => RunUntil(() => IsAnswered, "all answers");

    void RunUntil(Func<bool> isDone, string what) => _pump.RunUntil(
        () => _servers.FirstOrDefault(s => s.Defect is not null) is { } defect
            ? throw new InvalidOperationException("A server died of a defect.", defect.Defect)
            : isDone(), what);

    void Check()
    {
        CheckAnswered();
        RunUntil(() => _troubles == 0 && Holder?.Writer is not null, "the end of all troubles");
        var last = Holder!;
        foreach (var server in _servers)
            _pump.On(server.Road, server.Stop);
        RunUntil(() => last.BooksAtTheEnd is not null, "the writer's end");

        var replayed = CheckDecisions();
        replayed.ToBytes().ShouldBe(
            last.BooksAtTheEnd!.ToBytes(), "the journal says something else than the writer's books");
        _disk.Entries.Select(e => e.Body.Id).Distinct().Count().ShouldBe(_disk.Entries.Count, "an id stands twice");
        _disk.Entries.Zip(_disk.Entries.Skip(1)).ShouldAllBe(pair => pair.First.At <= pair.Second.At);
    }
}
