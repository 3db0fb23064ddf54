using System.Collections.Concurrent;
using System.Net;
using CityLoop.Ledger;
using CityLoop.Server.Ledger;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Merchants;
using Dapper;

namespace CityLoop.Server.Tests.Ledger;

/// <summary>
/// People who pay a shop without pause over HTTP, at several servers. Who gets no answer, or is told that the ledger
/// is busy, sends the same payment again; what was answered is noted.
/// </summary>
sealed class BusyPayers : IAsyncDisposable
{
    const int AtEach = 4;
    const long FarTooMuch = 199_000;

    readonly ConcurrentDictionary<Guid, (long Amount, HttpStatusCode Answer)> _answers = new();
    readonly CancellationTokenSource _enough = new();
    readonly long _since;
    Task _paying = Task.CompletedTask;

    BusyPayers(long since) => _since = since;

    /// <summary>林美玲 pays at each of the servers; she has too few points for one payment in ten.</summary>
    public static async Task<BusyPayers> BeginAsync(TestCity city, params Uri[] servers)
    {
        var payers = new BusyPayers(await city.Get<CityLedger>().ReadAsync(books => books.Sequence, default));
        var paying = new List<Task>();
        foreach (var server in servers)
        {
            var client = new HttpClient { BaseAddress = server, Timeout = TimeSpan.FromSeconds(15) };
            await client.SignInAsync(city, city.ContactOf(Cast.LinMeiling));
            paying.AddRange(Enumerable.Range(0, AtEach).Select(_ => Task.Run(() => payers.PayAsync(client))));
        }

        payers._paying = Task.WhenAll(paying);
        return payers;
    }

    public async Task GoOnAsync(int more = 40)
    {
        var before = _answers.Count;
        await Eventually.BecomesTrueAsync(
            () => _answers.Count >= before + more, TimeSpan.FromSeconds(30), "nobody can pay any more");
    }

    public async Task EndAsync()
    {
        await _enough.CancelAsync();
        await _paying.WaitAsync(TimeSpan.FromSeconds(60));
    }

    /// <summary>Every payment that was answered as paid stands there once, and none that was refused.</summary>
    public async Task JournalShouldAgreeAsync(TestCity city)
    {
        await using var connection = await city.Database.OpenConnectionAsync();
        var (count, sum) = await connection.QuerySingleAsync<(long Count, long Sum)>(
            """
            select count(*), coalesce(sum(amount), 0)::bigint from ledger.journal
            where code = @Pay and debit = @Account and sequence > @Since
            """,
            new
            {
                Pay = (short)TransferCode.Pay,
                Account = (await city.AccountOfAsync(Cast.LinMeiling)).Value,
                Since = _since,
            });
        var paid = _answers.Values.Where(a => a.Answer == HttpStatusCode.OK).ToList();
        paid.ShouldNotBeEmpty();
        _answers.Values.ShouldContain(a => a.Answer == HttpStatusCode.Conflict);
        (count, sum).ShouldBe((paid.Count, paid.Sum(p => p.Amount)));
    }

    public async ValueTask DisposeAsync()
    {
        await _enough.CancelAsync();
        _enough.Dispose();
    }

    async Task PayAsync(HttpClient client)
    {
        for (var n = 0; !_enough.IsCancellationRequested; n++)
        {
            var (id, amount) = (Guid.NewGuid(), n % 10 == 9 ? FarTooMuch : 1 + n % 3);
            _answers[id] = (amount, await AskAsync(client, id, amount));
        }
    }

    static async Task<HttpStatusCode> AskAsync(HttpClient client, Guid id, long amount)
    {
        while (true)
        {
            try
            {
                var answer = await client.SendAsync(
                    "/api/v1/wallet/payments", $$"""{"id":"{{id}}","shop":"sunflower","amount":{{amount}}}""");
                if (answer.Status is HttpStatusCode.OK or HttpStatusCode.Conflict)
                    return answer.Status;
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
            {
                // No answer: it may or may not be paid.
            }

            await Task.Delay(20);
        }
    }
}
