using System.Threading.Channels;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Pass.Letters;

/// <summary>
/// Takes letters out, one after the other. What cannot be sent is tried again, later and later, for a day.
/// </summary>
sealed partial class Postman(
    NpgsqlDataSource database, ILetterSender sender, TimeProvider time, ILogger<Postman> log) : BackgroundService
{
    public static readonly TimeSpan GivesUpAfter = TimeSpan.FromDays(1);

    static readonly TimeSpan LooksEvery = TimeSpan.FromSeconds(30);
    static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(20);

    readonly Channel<byte> _calls = Channel.CreateBounded<byte>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>There is a letter.</summary>
    public void Call() => _calls.Writer.TryWrite(0);

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                while (await CarryOneAsync(stop))
                {
                }
            }
            catch (Exception failed) when (!stop.IsCancellationRequested)
            {
                // Whatever it is, the city goes on without letters for a while, not the letters without a city.
                LettersRest(log, failed);
            }

            await WaitAsync(stop);
        }
    }

    /// <summary>Carries the next letter that is due; false when there is none.</summary>
    public async Task<bool> CarryOneAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellation);
        // Until then no other server takes it; should this one die on the way, the letter goes out twice, not never.
        var row = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(
            """
            update pass.letter set tries = tries + 1, next_try_at = @now + @FirstPause * power(2, least(tries, 10))
            where id = (select id from pass.letter where next_try_at <= @now order by next_try_at
                        for update skip locked limit 1)
            returning id, contact, subject, body, made_at
            """, new { now, FirstPause }, cancellationToken: cancellation));
        if (row is null)
            return false;
        var isGone = await SendAsync(row, cancellation);
        if (isGone || now - row.MadeAt > GivesUpAfter)
            await connection.ExecuteAsync(new CommandDefinition(
                "delete from pass.letter where id = @Id", new { row.Id }, cancellationToken: cancellation));
        return true;
    }

    async Task<bool> SendAsync(Row row, CancellationToken cancellation)
    {
        try
        {
            await sender.SendAsync(
                new Letter(row.Id, Contact.Read(row.Contact)!, row.Subject, row.Body), cancellation);
            return true;
        }
        catch (LetterNotSentException failed)
        {
            LetterWaits(log, failed);
            return false;
        }
    }

    async Task WaitAsync(CancellationToken stop)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop);
        either.CancelAfter(LooksEvery);
        try
        {
            await _calls.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            // It is time to look again, or to stop.
        }
    }

    sealed record Row(Guid Id, string Contact, string Subject, string Body, DateTimeOffset MadeAt);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A letter could not be sent and waits.")]
    static partial void LetterWaits(ILogger log, Exception failed);

    [LoggerMessage(Level = LogLevel.Error, Message = "Letters could not be carried and rest for half a minute.")]
    static partial void LettersRest(ILogger log, Exception failed);
}
