using CityLoop.Server.City;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Pass.Family;

/// <summary>What can become of an ask, in order of precedence.</summary>
enum AskOutcome
{
    Done, NotTheirChild, ContactNotUnderstood, ThatIsYourself, TooManyGuardians, TooManyAsks,
}

/// <summary>
/// Asking somebody to be a child's second guardian, by a contact. The asker hears the same whether or not the contact
/// is anybody's; whoever proved it finds the ask among their family, for a week.
/// </summary>
sealed class GuardianAsks(NpgsqlDataSource database, CityPack city, CityClock clock)
{
    /// <summary>An ask writes a letter to somebody who may not want one.</summary>
    public const int AsksPerDay = 5;

    public static readonly TimeSpan AskLasts = TimeSpan.FromDays(7);

    /// <summary>Asks; what was asked for this child before counts no more.</summary>
    public async Task<AskOutcome> AskAsync(
        PersonId guardian, PersonId child, Contact? contact, CancellationToken cancellation)
    {
        var now = clock.Now.ToUniversalTime();
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // In one order, whoever asks: two who ask for each other at once would wait for each other for ever.
        foreach (var person in new[] { guardian, child }.OrderBy(person => person.Value))
            await FamilyStore.LockAsync(connection, transaction, person, cancellation);
        var values = new
        {
            child = child.Value, guardian = guardian.Value, contact = contact?.Value, now, dayAgo = now.AddDays(-1),
            adultSince = clock.Today.AddYears(-city.Family.Majority), id = Guid.CreateVersion7(now),
        };
        var (isTheirs, isOwn, guardians, asks) = await connection.QuerySingleAsync<(bool, bool, int, int)>(
            """
            select exists (
                select from pass.guardianship g join pass.person c on c.id = g.child
                where g.child = @child and g.guardian = @guardian and g.ground = 'child' and g.ended_at is null
                  and c.born > @adultSince),
              exists (select from pass.contact where value = @contact and person in (@guardian, @child)),
              (select count(*)::int from pass.guardianship where child = @child and ended_at is null),
              (select count(*)::int from pass.guardian_ask where asked_by = @guardian and asked_at > @dayAgo)
            """, values, transaction);
        var outcome = !isTheirs ? AskOutcome.NotTheirChild
            : contact is null ? AskOutcome.ContactNotUnderstood
            : isOwn ? AskOutcome.ThatIsYourself
            : guardians >= FamilyStore.GuardiansMax ? AskOutcome.TooManyGuardians
            : asks >= AsksPerDay ? AskOutcome.TooManyAsks
            : AskOutcome.Done;
        if (outcome != AskOutcome.Done)
            return outcome;
        await connection.ExecuteAsync(
            """
            delete from pass.guardian_ask where asked_by = @guardian and ended_at is not null and asked_at <= @dayAgo;
            update pass.guardian_ask set ended_at = @now where child = @child and ended_at is null;
            insert into pass.guardian_ask (id, child, contact, asked_by, asked_at)
            values (@id, @child, @contact, @guardian, @now)
            """, values, transaction);
        await transaction.CommitAsync(cancellation);
        return AskOutcome.Done;
    }

    /// <summary>The contact that was asked for a child and has not answered; null when nobody was.</summary>
    public async Task<Contact?> WaitingAsync(PersonId child, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return Contact.Read(await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
            "select contact from pass.guardian_ask where child = @child and ended_at is null and asked_at > @since",
            new { child = child.Value, since = clock.Now.ToUniversalTime() - AskLasts },
            cancellationToken: cancellation)));
    }

    /// <summary>
    /// Who was asked says yes; answers on what ground they act from now on, null when nobody asked, or another one came
    /// first.
    /// </summary>
    public async Task<string?> AcceptAsync(PersonId person, PersonId child, CancellationToken cancellation)
    {
        var now = clock.Now.ToUniversalTime();
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await FamilyStore.LockAsync(connection, transaction, child, cancellation);
        var ground = await connection.ExecuteScalarAsync<string?>(
            """
            with taken as (
              update pass.guardian_ask a set ended_at = @now
              where child = @child and ended_at is null and asked_at > @since
                and exists (select from pass.contact c
                            where c.value = a.contact and c.person = @person and c.verified_at is not null)
                -- A mandate is its giver's own; a child's guardian is asked by another one.
                and case ground when 'mandate' then asked_by = child and last_day >= @Today
                    and not exists (select from pass.guardianship g where g.child = @child
                                      and g.ground = 'guardianship' and pass.represents(g, @adultSince, @Today))
                  else exists (select from pass.guardianship g
                               where g.child = @child and g.guardian = a.asked_by and g.ended_at is null) end
                and (select count(*) from pass.guardianship g
                     where g.child = @child and pass.represents(g, @adultSince, @Today)) < @GuardiansMax
              returning asked_by, asked_at, ground, last_day)
            insert into pass.guardianship as g (child, guardian, asked_by, asked_at, accepted_at, ground, last_day)
            select @child, @person, asked_by, asked_at, @now, ground, last_day from taken where asked_by <> @person
            on conflict (child, guardian) do update set asked_at = excluded.asked_at, ground = excluded.ground,
              last_day = excluded.last_day, accepted_at = excluded.accepted_at, ended_at = null
            -- What a court ordered is not turned into something lesser by a yes.
            where not (pass.represents(g, @adultSince, @Today) and g.ground in ('guardianship', 'assistance'))
            returning ground
            """,
            new
            {
                child = child.Value, person = person.Value, now, since = now - AskLasts, FamilyStore.GuardiansMax,
                clock.Today, adultSince = clock.Today.AddYears(-city.Family.Majority),
            }, transaction);
        await transaction.CommitAsync(cancellation);
        return ground;
    }

    /// <summary>
    /// Who was asked says no, or whoever asked or is the child's guardian now takes the ask back; false when there is
    /// none. What an adult asked is theirs: a representative takes none of it back.
    /// </summary>
    public async Task<bool> EndAsync(PersonId person, PersonId child, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteAsync(new CommandDefinition(
            """
            update pass.guardian_ask a set ended_at = @now
            where child = @child and ended_at is null
              and (exists (select from pass.contact c
                           where c.value = a.contact and c.person = @person and c.verified_at is not null)
                or (a.ground = 'child' and exists (
                      select from pass.guardianship g where g.child = @child and g.guardian = @person
                        and g.ground = 'child' and pass.represents(g, @adultSince, @Today)))
                or a.asked_by = @person)
            """,
            new
            {
                child = child.Value, person = person.Value, now = clock.Now.ToUniversalTime(), clock.Today,
                adultSince = clock.Today.AddYears(-city.Family.Majority),
            }, cancellationToken: cancellation)) == 1;
    }
}
