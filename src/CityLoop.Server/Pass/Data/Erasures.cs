using CityLoop.Server.City;
using CityLoop.Server.Pass.Counter;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Pass.Data;

/// <summary>What became of the wish to be erased, in order of precedence.</summary>
enum ErasureOutcome
{
    /// <summary>Somebody depends on this person: a child needs another guardian first.</summary>
    LooksAfterSomebody,

    /// <summary>City staff, auditors and shop workers hand their part back first: their names stand for it.</summary>
    HoldsARole,
    Asked,
}

/// <summary>
/// Erasure in two steps: asked for, and after a week in which it can be taken back, done. The books stay as they are:
/// the journal knows accounts only, and what led from the person to the account goes. Points that are left end on their
/// last day, as all do.
/// </summary>
sealed class Erasures(
    NpgsqlDataSource database, IEnumerable<HeldTable> tables, Sessions sessions, PersonAccounts accounts,
    CityPack city, CityClock clock, TimeProvider time)
{
    public static readonly TimeSpan CanBeTakenBackFor = TimeSpan.FromDays(7);

    /// <summary>When a person is going to be erased; null when they are not.</summary>
    public async Task<DateTimeOffset?> DueAsync(PersonId person, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.QuerySingleOrDefaultAsync<DateTimeOffset?>(new CommandDefinition(
            "select due_at from pass.erasure where person = @Value and done_at is null", person,
            cancellationToken: cancellation));
    }

    /// <summary>Asked twice, the first day counts.</summary>
    public async Task<ErasureOutcome> AskAsync(PersonId person, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellation);
        if (await RefusalAsync(connection, person) is { } refusal)
            return refusal;
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into pass.erasure (person, asked_at, due_at) values (@person, @now, @due) on conflict do nothing
            """, new { person = person.Value, now, due = now + CanBeTakenBackFor }, cancellationToken: cancellation));
        return ErasureOutcome.Asked;
    }

    /// <summary>The person stays; false when there was nothing to take back.</summary>
    public async Task<bool> TakeBackAsync(PersonId person, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteAsync(new CommandDefinition(
            "delete from pass.erasure where person = @Value and done_at is null", person,
            cancellationToken: cancellation)) == 1;
    }

    /// <summary>Erases everybody whose week is over; answers how many.</summary>
    public async Task<int> EraseDueAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var due = await connection.QueryAsync<Guid>(new CommandDefinition(
            "select person from pass.erasure where done_at is null and due_at <= @now",
            new { now = time.GetUtcNow() }, cancellationToken: cancellation));
        var erased = 0;
        foreach (var person in due)
            erased += await EraseAsync(connection, new PersonId(person), cancellation) ? 1 : 0;
        return erased;
    }

    async Task<bool> EraseAsync(NpgsqlConnection connection, PersonId person, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var values = new { person = person.Value, now, comeSince = now - CheckWaits.ComeWithin };
        await using (var transaction = await connection.BeginTransactionAsync(cancellation))
        {
            // Another server may be at it, or the person take it back at this moment: one of them is first.
            var isStillDue = await connection.ExecuteScalarAsync<bool>(
                """
                select exists (select from pass.erasure where person = @person and done_at is null and due_at <= @now
                               for update)
                  -- Whoever asked for it may not be the one who waits at a counter to come in again.
                  and not exists (
                    select from pass.identity_check c
                    where c.person = @person and c.purpose = 'recovery' and c.approved_at is not null
                      and c.withdrawn_at is null
                      and (c.waits_until > @comeSince
                        or c.waits_until is null and c.approved_at > @now::timestamptz - interval '7 days'))
                """, values, transaction);
            if (!isStillDue || await RefusalAsync(connection, person) is not null)
                return false;
            foreach (var table in tables.Where(table => table.Then == AtErasure.Delete))
                await connection.ExecuteAsync($"delete from {table.Name} where {table.Where}", values, transaction);
            foreach (var table in tables.Where(table => table.Then == AtErasure.Unlink))
            {
                var names = string.Concat(table.Names.Select(name => $", {name} = gen_random_uuid()::text"));
                await connection.ExecuteAsync(
                    $"update {table.Name} set {table.Column} = gen_random_uuid(){names} where {table.Where}", values,
                    transaction);
            }

            await connection.ExecuteAsync(
                """
                update pass.person set name = '', roles = '{}', wishes = '{}', born = null, district = null
                where id = @person;
                update pass.erasure set done_at = @now where person = @person
                """, values, transaction);
            await transaction.CommitAsync(cancellation);
        }

        sessions.Refresh(person);
        accounts.Forget(person);
        return true;
    }

    async Task<ErasureOutcome?> RefusalAsync(NpgsqlConnection connection, PersonId person)
    {
        var (looksAfter, holdsRole) = await connection.QuerySingleAsync<(bool, bool)>(
            """
            select exists (
                select from pass.guardianship g
                -- A mandate takes nobody's only hand away: its giver can still act alone.
                where g.guardian = @person and g.ground <> 'mandate' and pass.represents(g, @adultSince, @Today)
                  and not exists (
                    select from pass.guardianship o where o.child = g.child and o.guardian <> g.guardian
                      and pass.represents(o, @adultSince, @Today))),
              exists (select from pass.person where id = @person and roles <> '{resident}' and roles <> '{}')
            """, new { person = person.Value, adultSince = clock.Today.AddYears(-city.Family.Majority), clock.Today });
        return looksAfter ? ErasureOutcome.LooksAfterSomebody
            : holdsRole ? ErasureOutcome.HoldsARole
            : null;
    }
}

/// <summary>Looks every few minutes whose week is over.</summary>
sealed partial class ErasureClock(Erasures erasures, ILogger<ErasureClock> log) : BackgroundService
{
    static readonly TimeSpan LooksEvery = TimeSpan.FromMinutes(10);

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        using var clock = new PeriodicTimer(LooksEvery);
        do
            try
            {
                if (await erasures.EraseDueAsync(stop) is > 0 and var erased)
                    Erased(log, erased);
            }
            catch (Exception failed) when (!stop.IsCancellationRequested)
            {
                ErasureWaits(log, failed);
            }
        while (await clock.WaitForNextTickAsync(stop));
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} people were erased, as they had asked.")]
    static partial void Erased(ILogger log, int count);

    [LoggerMessage(Level = LogLevel.Error, Message = "Erasure did not work and is tried again in ten minutes.")]
    static partial void ErasureWaits(ILogger log, Exception failed);
}
