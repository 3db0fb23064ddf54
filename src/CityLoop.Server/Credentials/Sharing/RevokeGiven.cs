using CityLoop.Server.Pass.Counter;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Credentials.Sharing;

/// <summary>
/// Takes back what was issued under consents that have ended, of people who were erased or whose check was withdrawn,
/// and for answers that broke off; forgets what nobody can use any more.
/// </summary>
sealed class RevokeGiven(
    ConsentStore consents, CounterChecks checks, NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>An answer that is being made takes no longer.</summary>
    static readonly TimeSpan InTheMaking = TimeSpan.FromMinutes(5);

    /// <summary>A credential has run out for every reader, whatever their clock says.</summary>
    static readonly TimeSpan IsOverAfter = TimeSpan.FromDays(1);

    /// <summary>No server is down for longer than a check that has ended is looked at.</summary>
    static readonly TimeSpan EndedLately = TimeSpan.FromDays(7);

    /// <summary>So many places are forgotten at once: nobody who is issued something waits long.</summary>
    const int ForgottenAtOnce = 1_000;

    /// <summary>
    /// Ends what has run out, revokes whatever no consent stands behind, empties answers that nobody fetched and
    /// forgets what is over; answers how many were revoked.
    /// </summary>
    public async Task<int> SweepAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await consents.ExpireAsync(cancellation);
        await using (var connection = await database.OpenConnectionAsync(cancellation))
            await connection.ExecuteAsync(new CommandDefinition(
                """
                update credentials.request set answer = null where answer is not null and until < @now;
                delete from credentials.request where until < @forgotten
                """, new { now, forgotten = now - ShareRequests.Remembered }, cancellationToken: cancellation));
        var revoked = await RevokeAsync(
            "g.until > @now and (c.ended_at is not null or (g.consent is null and g.issued_at < @made))",
            new { now, made = now - InTheMaking }, cancellation);
        foreach (var person in await checks.EndedSinceAsync(now - EndedLately, cancellation))
            revoked += await RevokeAsync(
                "c.person = @person and p.print <> all(@prints)",
                new
                {
                    now, person = person.Value,
                    prints = (await checks.DocumentPrintsAsync(person, cancellation)).ToArray(),
                }, cancellation);
        await ForgetAsync(now - IsOverAfter, cancellation);
        return revoked;
    }

    /// <summary>Revokes what was issued under one consent, which has ended.</summary>
    public Task<int> OfConsentAsync(Guid consent, CancellationToken cancellation) => RevokeAsync(
        "g.consent = @consent and c.ended_at is not null", new { consent, now = time.GetUtcNow() }, cancellation);

    /// <summary>Revokes what was issued for an answer that is not given after all.</summary>
    public Task<int> DropAsync(IReadOnlyList<long> numbers, CancellationToken cancellation) => RevokeAsync(
        "g.consent is null and g.number = any(@numbers)",
        new { numbers = numbers.ToArray(), now = time.GetUtcNow() }, cancellation);

    // The bit in the office's list and our own line in one statement. What another server has in hand is passed over.
    async Task<int> RevokeAsync(string which, object values, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteAsync(new CommandDefinition(
            $"""
            with due as (
              select g.number as line, t.office, g.status_number, g.status_index
              from credentials.given g join credentials.credential_type t on t.code = g.type
              left join credentials.consent c on c.id = g.consent
              left join credentials.status_place p
                on p.office = t.office and p.number = g.status_number and p.place = g.status_index
              where g.revoked_at is null and {which}
              order by g.number for update of g skip locked),
            set_bits as (
              update credentials.status_place p set revoked_at = @now from due
              where p.office = due.office and p.number = due.status_number and p.place = due.status_index
                and p.revoked_at is null)
            update credentials.given g set revoked_at = @now from due where g.number = due.line
            """, values, cancellationToken: cancellation));
    }

    // A list keeps a place for as long as its credential, and for as long as a ticket that was decided by it.
    async Task ForgetAsync(DateTimeOffset over, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            -- The list before its places, as whoever takes one.
            select from credentials.status_list l where exists (
              select from credentials.status_place p
              where p.office = l.office and p.number = l.number and p.until < @over)
            order by office, number for no key update;
            with due as (
              select p.office, p.number, p.place, p.type from credentials.status_place p
              where p.until < @over and not exists (
                select from credentials.given g join credentials.consent c on c.id = g.consent
                join credentials.entitlement e on e.consent = c.id
                where g.type = p.type and g.status_number = p.number and g.status_index = p.place
                  and c.ended_at is null)
              limit @ForgottenAtOnce for update of p skip locked),
            emptied as (
              delete from credentials.status_place p using due
              where p.office = due.office and p.number = due.number and p.place = due.place),
            forgotten as (
              delete from credentials.given g using due
              where g.type = due.type and g.status_number = due.number and g.status_index = due.place)
            update credentials.status_list l set taken = taken - free.places
            from (select office, number, count(*)::int as places from due group by office, number) free
            where l.office = free.office and l.number = free.number
            """, new { over, ForgottenAtOnce }, cancellationToken: cancellation));
        await transaction.CommitAsync(cancellation);
    }
}

/// <summary>Looks every minute for what has to be revoked, and what is over.</summary>
sealed partial class RevocationClock(RevokeGiven revoke, ILogger<RevocationClock> log) : BackgroundService
{
    static readonly TimeSpan LooksEvery = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        using var clock = new PeriodicTimer(LooksEvery);
        while (await clock.WaitForNextTickAsync(stop))
            try
            {
                await revoke.SweepAsync(stop);
            }
            catch (Exception failed) when (!stop.IsCancellationRequested)
            {
                SweepFailed(log, failed);
            }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Revoking credentials did not work and is tried again.")]
    static partial void SweepFailed(ILogger log, Exception failed);
}
