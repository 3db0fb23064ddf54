using Dapper;
using Npgsql;

namespace CityLoop.Server.Pass.Counter;

/// <summary>What officers do with people at a counter.</summary>
enum CounterStep
{
    FoundByCode,
    FoundByContact,
    IdentityRecorded,
    IdentityApproved,
    IdentityWithdrawn,
    RecoveryRecorded,
    RecoveryApproved,
    RecoveryWithdrawn,
    CardBound,
    CardConfirmed,
    CardRefused,
    CardBlocked,
    CardPinSet,
    ResidenceConfirmed,
}

/// <summary>One step as the person reads it on their own page.</summary>
sealed record CounterLine(CounterStep Step, string Officer, DateTimeOffset At);

/// <summary>An officer with a person before them: for half an hour they may go on.</summary>
sealed record Visit(Guid Id, PersonId Person, DateTimeOffset At);

/// <summary>The log of every step at a counter; nobody takes one without leaving it here.</summary>
sealed class CounterSteps(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>So long an officer may go on with a person whom they found.</summary>
    public static readonly TimeSpan VisitLasts = TimeSpan.FromMinutes(30);

    /// <summary>Writes a step down, on a connection that may be in the transaction of what it tells of.</summary>
    public async Task<Guid> LogAsync(
        NpgsqlConnection connection, PersonId person, PersonId officer, CounterStep step,
        CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into pass.counter_step (id, person, officer, step, at)
            values (@id, @person, @officer, @step, @now)
            """,
            new { id, person = person.Value, officer = officer.Value, step = step.ToString(), now },
            cancellationToken: cancellation));
        return id;
    }

    /// <summary>The visit of a person whom some officer found just now; the second officer may look, too.</summary>
    public async Task<Visit?> VisitAsync(Guid id, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var row = await connection.QuerySingleOrDefaultAsync<(Guid Person, DateTime At)?>(new CommandDefinition(
            """
            select person, at from pass.counter_step
            where id = @id and at > @since and step in ('FoundByCode', 'FoundByContact')
            """, new { id, since = time.GetUtcNow() - VisitLasts }, cancellationToken: cancellation));
        return row is var (person, at) ? new Visit(id, new PersonId(person), at) : null;
    }

    /// <summary>Everything that was done about a person, newest first.</summary>
    public async Task<IReadOnlyList<CounterLine>> OfAsync(PersonId person, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<(string Step, string Officer, DateTime At)>(new CommandDefinition(
            """
            select s.step, o.name as officer, s.at from pass.counter_step s join pass.person o on o.id = s.officer
            where s.person = @Value order by s.at desc, s.id desc
            """, person, cancellationToken: cancellation));
        return [.. rows.Select(row => new CounterLine(Enum.Parse<CounterStep>(row.Step), row.Officer, row.At))];
    }
}
