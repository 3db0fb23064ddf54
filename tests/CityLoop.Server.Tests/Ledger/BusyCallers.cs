using System.Collections.Concurrent;
using CityLoop.Ledger;
using CityLoop.Server.Ledger;
using CityLoop.Server.Shared.Postgres;
using CityLoop.Server.Tests.Hosting;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Tests.Ledger;

/// <summary>
/// People who give each other points without pause through the writer's socket of a running server, and who note
/// every answer. Who gets none asks again with the same id until there is one.
/// </summary>
sealed class BusyCallers(Func<string> connection)
{
    const int People = 20, Callers = 16;
    const long Start = 1_000, FarTooMuch = 1_000_000;

    /// <summary>Callers of the city that runs on a data folder.</summary>
    public BusyCallers(string dataFolder)
        : this(() => PrivateCluster.ConnectionTo(ClusterPlace.Of(dataFolder), "city").ConnectionString)
    {
    }

    readonly ConcurrentDictionary<Guid, (Transfer Asked, PostOutcome Answer)> _answers = new();
    readonly CancellationTokenSource _enough = new();
    readonly List<int> _people = [];
    volatile string _address = "";
    Task _calling = Task.CompletedTask;

    /// <summary>Waits until so many more calls were answered; fails when nothing is answered any more.</summary>
    public async Task GoOnAsync(int more = 200)
    {
        var before = _answers.Count;
        await Eventually.BecomesTrueAsync(
            () => _answers.Count >= before + more, TimeSpan.FromSeconds(30), "nothing is answered any more");
    }

    /// <summary>Learns where the server that runs now takes posts.</summary>
    public async Task FindWriterAsync()
    {
        await using var database = Connect();
        _address = await database.QuerySingleAsync<string>("SELECT address FROM ledger.writer");
    }

    /// <summary>Opens the people's accounts, gives each a start, and lets the callers loose.</summary>
    public async Task BeginAsync()
    {
        await FindWriterAsync();
        await using var database = Connect();
        var budget = new AccountId(await database.QueryFirstAsync<int>(
            "SELECT account FROM ledger.account_name WHERE name LIKE 'budget:%' ORDER BY name LIMIT 1"));
        foreach (var person in Enumerable.Range(0, People))
        {
            var opened = await AskAsync(
                new OpenAccount(DerivedId.From("busy", $"{person}"), new CurrencyId(1), AccountKind.Person));
            // Accounts are numbered in the order in which they were opened.
            var account = await database.QuerySingleAsync<int>(
                "SELECT count(*)::int FROM ledger.journal WHERE kind = 2 AND sequence <= @Sequence", opened);
            _people.Add(account);
            (await AskAsync(new Transfer(
                DerivedId.From("start", $"{person}"), budget, new AccountId(account), Start, TransferCode.Earn)))
                .Outcome.ShouldBe(PostOutcome.Posted);
        }

        _calling = Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(() => CallAsync(caller))));
    }

    /// <summary>Lets everybody finish the transfer at hand.</summary>
    public async Task EndAsync()
    {
        await _enough.CancelAsync();
        await _calling.WaitAsync(TimeSpan.FromSeconds(30));
    }

    /// <summary>What was answered is what stands in the journal: no more, no less, no point made or lost.</summary>
    public async Task JournalShouldAgreeAsync()
    {
        await using var database = Connect();
        var written = (await database.QueryAsync<(Guid Id, int Debit, int Credit, long Amount)>(
            "SELECT id, debit, credit, amount FROM ledger.journal WHERE code = @Gift AND debit = ANY(@People)",
            new { Gift = (short)TransferCode.Gift, People = _people })).ToList();

        written.Select(w => w.Id).ShouldBeUnique();
        var posted = _answers.Values.Where(a => a.Answer is PostOutcome.Posted or PostOutcome.AlreadyPosted);
        written.ShouldBe(
            posted.Select(a => (a.Asked.Id, a.Asked.Debit.Value, a.Asked.Credit.Value, a.Asked.Amount)),
            ignoreOrder: true);
        var refused = _answers.Values.Where(a => a.Asked.Amount == FarTooMuch).ToList();
        refused.ShouldNotBeEmpty();
        refused.ShouldAllBe(a => a.Answer == PostOutcome.DebitAccountHasTooFewPoints);
        var sequences = await database.QuerySingleAsync<(long Count, long Last)>(
            "SELECT count(*), max(sequence) FROM ledger.journal");
        sequences.Count.ShouldBe(sequences.Last, "the sequence has gaps");
        Balances(written).Values.ShouldAllBe(balance => balance >= 0);
    }

    Dictionary<int, long> Balances(IEnumerable<(Guid Id, int Debit, int Credit, long Amount)> gifts)
    {
        var balances = _people.ToDictionary(p => p, _ => Start);
        foreach (var (_, debit, credit, amount) in gifts)
        {
            balances[debit] -= amount;
            balances[credit] += amount;
        }

        return balances;
    }

    async Task CallAsync(int caller)
    {
        for (var n = 0; !_enough.IsCancellationRequested; n++)
        {
            var from = (caller + n) % People;
            var gift = new Transfer(
                DerivedId.From("gift", $"{caller}", $"{n}"),
                new AccountId(_people[from]), new AccountId(_people[(from + 1 + (n % (People - 1))) % People]),
                // One in ten asks for more than there is in the whole city.
                n % 10 == 9 ? FarTooMuch : 1 + (n % 3), TransferCode.Gift);
            _answers[gift.Id] = (gift, (await AskAsync(gift)).Outcome);
        }
    }

    async Task<PostResult> AskAsync(LedgerCommand command)
    {
        while (true)
        {
            try
            {
                using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
                return (await WriterSocket.SendAsync(_address, new ForwardedPost(true, [command]), patience.Token))[0];
            }
            catch (Exception noAnswer) when (noAnswer is IOException or OperationCanceledException
                or LedgerIsBusyException or JournalHasAnotherWriterException)
            {
                await Task.Delay(20);
                await LookAgainAsync();
            }
        }
    }

    async Task LookAgainAsync()
    {
        try
        {
            await FindWriterAsync();
        }
        catch (NpgsqlException)
        {
            // The database is away, too.
        }
    }

    NpgsqlConnection Connect()
    {
        var to = new NpgsqlConnectionStringBuilder(connection()) { Pooling = false };
        return new NpgsqlConnection(to.ConnectionString);
    }
}
