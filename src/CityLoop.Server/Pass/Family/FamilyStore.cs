using CityLoop.Server.City;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Pass.Family;

/// <summary>A child as a guardian sees it.</summary>
/// <param name="IsAccepted">False while the reader has only been asked to be a guardian.</param>
public sealed record Child(Guid Id, string Name, DateOnly Born, bool IsAccepted)
{
    public int AgeOn(DateOnly day) =>
        day.Year - Born.Year - (day.Month < Born.Month || (day.Month == Born.Month && day.Day < Born.Day) ? 1 : 0);
}

/// <summary>A guardian as the other one sees them.</summary>
public sealed record Guardian(Guid Id, string Name);

/// <summary>What can become of a child's entry, in order of precedence.</summary>
enum FamilyOutcome
{
    Done, NameNotValid, BornNotValid, TooOld, TooManyChildren,
}

/// <summary>Children and their guardians. What is whose follows from the age on the day that it is asked.</summary>
sealed class FamilyStore(NpgsqlDataSource database, CityPack city, CityClock clock, Sessions sessions)
{
    public const int ChildrenMax = 12;
    public const int GuardiansMax = 2;
    const int OldestYears = 120;

    /// <summary>A guardian registers a child; from then on it has a pass and points of its own.</summary>
    public async Task<FamilyOutcome> AddAsync(
        PersonId guardian, string? name, DateOnly? born, CancellationToken cancellation)
    {
        var called = (name ?? "").Trim();
        if (called.Length is 0 or > Person.NameMax)
            return FamilyOutcome.NameNotValid;
        if (born is not { } day || day > clock.Today || day < clock.Today.AddYears(-OldestYears))
            return FamilyOutcome.BornNotValid;
        if (day <= clock.Today.AddYears(-city.Family.Majority))
            return FamilyOutcome.TooOld;
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await LockAsync(connection, transaction, guardian, cancellation);
        var now = clock.Now.ToUniversalTime();
        // Children that were handed on count as well: else a row of guardians makes as many as it likes. Asks do not:
        // else anybody could fill somebody's family with them.
        var registered = await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            """
            select count(*) from pass.guardianship g join pass.person c on c.id = g.child
            where g.guardian = @guardian and (g.ended_at is null or g.asked_by is null) and c.born > @adultSince
            """,
            new { guardian = guardian.Value, adultSince = clock.Today.AddYears(-city.Family.Majority) }, transaction,
            cancellationToken: cancellation));
        if (registered >= ChildrenMax)
            return FamilyOutcome.TooManyChildren;
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into pass.person (id, name, language, roles, born, created_at)
            select @child, @called, language, array['resident'], @day, @now from pass.person where id = @guardian;
            insert into pass.guardianship (child, guardian, asked_at, accepted_at)
            values (@child, @guardian, @now, @now)
            """, new { child = Guid.CreateVersion7(now), called, day, guardian = guardian.Value, now }, transaction,
            cancellationToken: cancellation));
        await transaction.CommitAsync(cancellation);
        return FamilyOutcome.Done;
    }

    /// <summary>A guardian steps back; the last one of a child cannot.</summary>
    public async Task<bool> EndAsync(PersonId guardian, PersonId child, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // Both may step back at this moment: the second sees that the first has.
        await LockAsync(connection, transaction, child, cancellation);
        var ended = await connection.ExecuteAsync(new CommandDefinition(
            """
            update pass.guardianship g set ended_at = @now
            where child = @child and guardian = @guardian and ground = 'child' and ended_at is null
              and exists (
                select from pass.guardianship o where o.child = g.child and o.guardian <> g.guardian
                  and o.ground = 'child' and o.ended_at is null)
            """,
            new { child = child.Value, guardian = guardian.Value, now = clock.Now.ToUniversalTime() }, transaction,
            cancellationToken: cancellation));
        await transaction.CommitAsync(cancellation);
        sessions.Refresh(guardian);
        return ended == 1;
    }

    /// <summary>Whether somebody is a guardian of a child below the age of majority, or represents an adult.</summary>
    public async Task<bool> LooksAfterAsync(PersonId guardian, PersonId child, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await IsGuardianAsync(connection, guardian, child, city.Family.Majority, null, cancellation);
    }

    /// <summary>From now on the session's pages are the child's; false when the guardian may not act for it.</summary>
    public async Task<bool> ActForAsync(
        PersonId guardian, Guid session, PersonId child, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        if (!await IsGuardianAsync(connection, guardian, child, city.Family.ActsUntil, null, cancellation))
            return false;
        await connection.ExecuteAsync(new CommandDefinition(
            """
            update pass.session set acts_for = @child where id = @session and person = @guardian and ended_at is null;
            insert into pass.acted_for (child, guardian, at) values (@child, @guardian, @now) on conflict do nothing
            """,
            new { child = child.Value, guardian = guardian.Value, session, now = clock.Now.ToUniversalTime() },
            cancellationToken: cancellation));
        sessions.Refresh(guardian);
        return true;
    }

    /// <summary>The session is its own person's again.</summary>
    public async Task EndActingAsync(PersonId guardian, Guid session, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            "update pass.session set acts_for = null where id = @session and person = @guardian",
            new { session, guardian = guardian.Value }, cancellationToken: cancellation));
        sessions.Refresh(guardian);
    }

    /// <summary>A guardian's children below the age of majority, the youngest last.</summary>
    public async Task<IReadOnlyList<Child>> ChildrenOfAsync(PersonId guardian, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await ChildrenAsync(connection, guardian, null, cancellation);
    }

    /// <summary>Whether somebody is below the age of majority, as far as the city knows.</summary>
    public async Task<bool> IsChildAsync(PersonId person, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "select exists (select from pass.person where id = @person and born > @adultSince)",
            new { person = person.Value, adultSince = clock.Today.AddYears(-city.Family.Majority) },
            cancellationToken: cancellation));
    }

    /// <summary>A child that is too small to use its pass itself, if the reader is its guardian.</summary>
    public async Task<Child?> SmallChildAsync(PersonId guardian, PersonId child, CancellationToken cancellation) =>
        (await ChildrenOfAsync(guardian, cancellation)).FirstOrDefault(one =>
            one.Id == child.Value && one.IsAccepted && one.AgeOn(clock.Today) < city.Family.ActsUntil);

    /// <summary>A guardian does something in the child's place: the other one and, later, the child read it.</summary>
    public async Task NoteAsync(PersonId guardian, PersonId child, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            "insert into pass.acted_for (child, guardian, at) values (@child, @guardian, @now) on conflict do nothing",
            new { child = child.Value, guardian = guardian.Value, now = clock.Now.ToUniversalTime() },
            cancellationToken: cancellation));
    }

    /// <summary>The guardians of this child.</summary>
    public async Task<IReadOnlyList<Guardian>> GuardiansOfAsync(PersonId child, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await GuardiansAsync(connection, child, null, cancellation);
    }

    /// <summary>Who acted for a child and when, the newest first.</summary>
    public async Task<IReadOnlyList<(string Guardian, DateTimeOffset At)>> ActsAsync(
        PersonId child, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<(string Name, DateTime At)>(new CommandDefinition(
            """
            select p.name, a.at from pass.acted_for a join pass.person p on p.id = a.guardian
            where a.child = @child order by a.at desc limit 10
            """, new { child = child.Value }, cancellationToken: cancellation));
        return [.. rows.Select(row => (row.Name, new DateTimeOffset(row.At, TimeSpan.Zero)))];
    }

    async Task<IReadOnlyList<Child>> ChildrenAsync(
        NpgsqlConnection connection, PersonId guardian, NpgsqlTransaction? transaction,
        CancellationToken cancellation) =>
        [.. await connection.QueryAsync<Child>(new CommandDefinition(
            """
            select p.id, p.name, p.born, true as is_accepted
            from pass.guardianship g join pass.person p on p.id = g.child
            where g.guardian = @guardian and g.ground = 'child' and g.ended_at is null and p.born > @adultSince
            union all
            select p.id, p.name, p.born, false
            from pass.guardian_ask a join pass.contact c on c.value = a.contact and c.verified_at is not null
              join pass.person p on p.id = a.child
            where c.person = @guardian and a.ground = 'child' and a.ended_at is null and a.asked_at > @askedSince
              and p.born > @adultSince
              and not exists (select from pass.guardianship g
                              where g.child = a.child and g.guardian = @guardian and g.ended_at is null)
            order by born, id
            """,
            new
            {
                guardian = guardian.Value, adultSince = clock.Today.AddYears(-city.Family.Majority),
                askedSince = clock.Now.ToUniversalTime() - GuardianAsks.AskLasts,
            }, transaction, cancellationToken: cancellation))];

    static async Task<IReadOnlyList<Guardian>> GuardiansAsync(
        NpgsqlConnection connection, PersonId child, NpgsqlTransaction? transaction, CancellationToken cancellation) =>
        [.. await connection.QueryAsync<Guardian>(new CommandDefinition(
            """
            select p.id, p.name from pass.guardianship g join pass.person p on p.id = g.guardian
            where g.child = @child and g.ended_at is null order by g.asked_at
            """, new { child = child.Value }, transaction, cancellationToken: cancellation))];

    async Task<bool> IsGuardianAsync(
        NpgsqlConnection connection, PersonId guardian, PersonId child, int untilAge, NpgsqlTransaction? transaction,
        CancellationToken cancellation) =>
        await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            """
            select exists (
              select from pass.guardianship g
              where g.child = @child and g.guardian = @guardian and pass.represents(g, @since, @Today))
            """,
            new
            {
                child = child.Value, guardian = guardian.Value, since = clock.Today.AddYears(-untilAge), clock.Today,
            }, transaction, cancellationToken: cancellation));

    /// <summary>Two requests at once make neither a third guardian nor none, nor a thirteenth child.</summary>
    public static Task<int> LockAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, PersonId person, CancellationToken cancellation) =>
        connection.ExecuteAsync(new CommandDefinition(
            "select pg_advisory_xact_lock(hashtextextended(@person, 28))", new { person = person.ToString() },
            transaction, cancellationToken: cancellation));
}
