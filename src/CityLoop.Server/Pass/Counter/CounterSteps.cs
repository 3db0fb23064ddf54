using CityLoop.Server.Pass.Access;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Pass.Counter;

/// <summary>What officers do with people at a counter.</summary>
enum CounterStep
{
    FoundByCode,
    FoundByContact,

    /// <summary>From the visit of a guardian, who came with the child.</summary>
    FoundByGuardian,
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

    /// <summary>The second officer read another number on the document than the first.</summary>
    NumberDiffered,

    /// <summary>Who came to recover a pass showed another document than the one that the city knows.</summary>
    NumberNotTheirs,

    /// <summary>The document that was shown proves another person's pass.</summary>
    DocumentOfAnother,
    RepresentativeRecorded,
    RepresentativeApproved,
    RepresentativeEnded,

    /// <summary>One officer has seen why somebody is a child's guardian no more; another one is to see it.</summary>
    GuardianEndRecorded,
    GuardianEnded,
}

/// <summary>One step as the person reads it on their own page.</summary>
sealed record CounterLine(CounterStep Step, string Officer, DateTimeOffset At);

/// <summary>An officer with a person before them: for half an hour they may go on.</summary>
/// <param name="Officer">Who found the person.</param>
/// <param name="Purpose">What they chose before the search.</param>
/// <param name="IsThroughGuardian">Whether a guardian's visit led to it.</param>
sealed record Visit(
    Guid Id, PersonId Person, DateTimeOffset At, PersonId Officer, string Purpose, bool IsThroughGuardian = false)
{
    /// <summary>Why an officer looks: the one who found the person as they said, any other one as the second.</summary>
    public string PurposeOf(PersonId officer) => officer == Officer ? Purpose : OfficerPurposes.SecondOfficer;
}

/// <summary>The log of every step at a counter; nobody takes one without leaving it here.</summary>
sealed class CounterSteps(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>So long an officer may go on with a person whom they found.</summary>
    public static readonly TimeSpan VisitLasts = TimeSpan.FromMinutes(30);

    /// <summary>Writes a step down, on a connection that may be in the transaction of what it tells of.</summary>
    public async Task<Guid> LogAsync(
        NpgsqlConnection connection, PersonId person, PersonId officer, CounterStep step,
        CancellationToken cancellation, string? purpose = null, string? reason = null,
        DateTimeOffset? at = null, PersonId? child = null)
    {
        var now = at ?? time.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into pass.counter_step (id, person, officer, step, at, purpose, reason, child)
            values (@id, @person, @officer, @step, @now, @purpose, @reason, @child)
            """,
            new
            {
                id, person = person.Value, officer = officer.Value, step = step.ToString(), now, purpose, reason,
                child = child?.Value,
            },
            cancellationToken: cancellation));
        return id;
    }

    /// <summary>
    /// The visit of a person whom some officer found just now; the second officer may go on with it, too. A page that
    /// shows the person asks <see cref="OfficerView"/> for it.
    /// </summary>
    public async Task<Visit?> VisitAsync(Guid id, CancellationToken cancellation) =>
        await FindAsync(id, cancellation) is { } visit && time.GetUtcNow() - visit.At < VisitLasts ? visit : null;

    /// <summary>Whether some officer found a person just now, so that they may be before one.</summary>
    public async Task<bool> IsHereAsync(PersonId person, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            """
            select exists (select from pass.counter_step where person = @person and at > @since
                             and step in ('FoundByCode', 'FoundByContact', 'FoundByGuardian'))
            """, new { person = person.Value, since = time.GetUtcNow() - VisitLasts },
            cancellationToken: cancellation));
    }

    /// <summary>A visit, even one that is over.</summary>
    public async Task<Visit?> FindAsync(Guid id, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var row = await connection
            .QuerySingleOrDefaultAsync<(Guid Person, DateTime At, Guid Officer, string Why, bool IsThroughGuardian)?>(
                new CommandDefinition(
                    """
                    select person, at, officer, coalesce(purpose, 'question'), step = 'FoundByGuardian'
                    from pass.counter_step
                    where id = @id and step in ('FoundByCode', 'FoundByContact', 'FoundByGuardian')
                    """, new { id }, cancellationToken: cancellation));
        return row is var (person, at, officer, why, isThroughGuardian)
            ? new Visit(id, new PersonId(person), at, new PersonId(officer), why, isThroughGuardian)
            : null;
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
