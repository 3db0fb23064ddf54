using CityLoop.Server.City;
using CityLoop.Server.Pass.Letters;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Pass.Family;

/// <summary>
/// Tells children who came of age, and those who were their guardians. Nothing has to end for it: who may act follows
/// from the date of birth each time that a session is read.
/// </summary>
sealed class HandOvers(NpgsqlDataSource database, CityPack city, CityClock clock, LetterWriter letters)
{
    /// <summary>Tells each once; answers how many guardians.</summary>
    public async Task<int> TellAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var rows = (await connection.QueryAsync<(Guid Child, string Name, Guid Guardian)>(new CommandDefinition(
            """
            update pass.guardianship g set told_at = @now from pass.person c
            where c.id = g.child and g.ground = 'child' and g.ended_at is null and g.told_at is null
              and c.born <= @adultSince
            returning c.id, c.name, g.guardian
            """,
            new
            {
                now = clock.Now.ToUniversalTime(), adultSince = clock.Today.AddYears(-city.Family.Majority),
            }, transaction, cancellationToken: cancellation))).ToList();
        foreach (var ofChild in rows.GroupBy(row => (row.Child, row.Name)))
        {
            await letters.TellAsync(
                new PersonId(ofChild.Key.Child), Topic.Safety, "cameOfAge", cancellation, city.Family.Majority);
            foreach (var row in ofChild)
                await letters.TellAsync(
                    new PersonId(row.Guardian), Topic.Safety, "childCameOfAge", cancellation, row.Name,
                    city.Family.Majority);
        }

        // Behind the letters: a crash between writes them twice rather than never.
        await transaction.CommitAsync(cancellation);
        return rows.Count;
    }
}

/// <summary>Looks every hour whose birthday it is.</summary>
sealed partial class HandOverClock(HandOvers handOvers, ILogger<HandOverClock> log) : BackgroundService
{
    static readonly TimeSpan LooksEvery = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        using var clock = new PeriodicTimer(LooksEvery);
        do
            try
            {
                await handOvers.TellAsync(stop);
            }
            catch (Exception failed) when (!stop.IsCancellationRequested)
            {
                NotTold(log, failed);
            }
        while (await clock.WaitForNextTickAsync(stop));
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Who came of age could not be told; it is tried again.")]
    static partial void NotTold(ILogger log, Exception failed);
}
