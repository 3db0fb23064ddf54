namespace CityLoop.Ledger.Tests.Simulation;

/// <summary>
/// A server of the simulated city: it waits for the seat, writes until it loses it, and waits again; until it dies.
/// </summary>
sealed class SimulatedServer
{
    static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(250);

    readonly Pump _pump;
    readonly HashSet<string> _met;
    readonly LedgerWriterOptions _options;
    LedgerState _books = new();
    bool _isStopping;

    public SimulatedServer(SimulatedJournal journal, Pump pump, Random random, HashSet<string> met)
    {
        (Journal, _pump, _met) = (journal, pump, met);
        Road = new ProcessRoad(pump);
        _options = new LedgerWriterOptions
        {
            BatchMax = random.Next(1, 40),
            QueueMax = random.Next(5, 100),
            SnapshotEvery = random.Next(10, 200),
            Timer = pump.Time,
            OnTrouble = e => _met.Add(e.GetType().Name),
        };
    }

    public SimulatedJournal Journal { get; }

    public ProcessRoad Road { get; }

    /// <summary>Its writer, while it believes to have the seat.</summary>
    public LedgerWriter? Writer { get; private set; }

    public Exception? Defect { get; private set; }

    /// <summary>The books of the writer that has come to its orderly end.</summary>
    public LedgerState? BooksAtTheEnd { get; private set; }

    public async Task LiveAsync()
    {
        while (!_isStopping)
        {
            try
            {
                await OpenAsync();
                Writer = new LedgerWriter(Journal, _books, _pump.Time, _options);
                await Writer.RunAsync(CancellationToken.None);
                BooksAtTheEnd = _books;
                return;
            }
            catch (JournalHasAnotherWriterException)
            {
                _met.Add("seat lost");
                Writer = null;
            }
            catch (Exception e)
            {
                Defect = e;
                return;
            }
        }
    }

    public void Stop()
    {
        _isStopping = true;
        Writer?.Finish();
    }

    async Task OpenAsync()
    {
        while (!_isStopping)
        {
            try
            {
                await Journal.ReopenAsync(CancellationToken.None);
                _books = await LedgerRecovery.RecoverAsync(Journal, CancellationToken.None);
                return;
            }
            catch (Exception e) when (e is IOException or JournalHasAnotherWriterException)
            {
                await Task.Delay(LookInterval, _pump.Time);
            }
        }
    }
}
