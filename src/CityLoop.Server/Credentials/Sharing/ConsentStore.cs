using System.Text.Json;
using CityLoop.Server.Credentials.Needs;
using CityLoop.Server.Pass;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Credentials.Sharing;

/// <summary>What people have agreed to give, to whom and until when, and what a hosted service decided by it.</summary>
sealed class ConsentStore(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>So often a service may ask again within a day: it is a register's news that it asks for.</summary>
    public const int AskedInADayMax = 24;

    const string Columns = """
        c.id, c.person, c.need, c.version, c.given_at, c.until, c.ended_at, c.end_reason, c.passkey, c.approved_at,
        c.notice, e.last_day
        """;

    const string From = "from credentials.consent c left join credentials.entitlement e on e.consent = c.id";

    /// <summary>
    /// Keeps a consent with all that was issued under it, in place of an older one for the same need. Part of the
    /// caller's transaction: the answer, the consent and its evidence are there together or not at all.
    /// </summary>
    public async Task<Guid> GiveAsync(
        NpgsqlConnection connection, Need need, PersonId person, NewConsent made, Presented presented)
    {
        var now = time.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        // A hosted service that has decided against somebody has no more to ask.
        var isFinished = made.Entitlement is { IsEntitled: false };
        await connection.ExecuteAsync(
            """
            -- Of two approvals at once the second one finds the first.
            select pg_advisory_xact_lock(hashtextextended(@person::text || @need, 0));
            with replaced as (
              update credentials.consent set ended_at = least(until, @now),
                end_reason = case when until > @now then 'replaced' else 'expired' end
              where person = @person and need = @need and ended_at is null returning id, ended_at, end_reason)
            insert into credentials.consent_event (consent, at, event) select id, ended_at, end_reason from replaced;
            insert into credentials.consent (id, person, need, version, given_at, until, ended_at, end_reason,
              handle_hash, passkey, approved_at, notice)
            values (@id, @person, @need, @Version, @now, @Until, case when @isFinished then @now end,
              case when @isFinished then 'finished' end, @handleHash, @Passkey, @now, @notice::jsonb);
            insert into credentials.consent_event (consent, at, event) values (@id, @now, 'given');
            update credentials.given set consent = @id where number = any(@numbers)
            """,
            new
            {
                id, person = person.Value, need = need.Id, need.Version, now, made.Until, isFinished, made.Passkey,
                handleHash = ShareRequests.HashOf(made.Handle), notice = JsonSerializer.Serialize(made.Notice),
                numbers = presented.Numbers.ToArray(),
            });
        if (made.Entitlement is { IsEntitled: true } entitled)
            await connection.ExecuteAsync(
                """
                insert into credentials.entitlement (id, person, consent, given_at, last_day)
                values (@entitlement, @person, @id, @now, @LastDay)
                """,
                new { entitlement = Guid.CreateVersion7(now), person = person.Value, id, now, entitled.LastDay });
        return id;
    }

    /// <summary>
    /// Until the caller's transaction ends nobody else changes a consent or adds to its history; false when it is gone.
    /// </summary>
    public static async Task<bool> LockAsync(NpgsqlConnection connection, Guid consent) =>
        await connection.ExecuteScalarAsync<bool>(
            "select true from credentials.consent where id = @consent for no key update", new { consent });

    /// <summary>Whether a consent holds; until the caller's transaction ends nobody ends it.</summary>
    public async Task<bool> HoldsAsync(NpgsqlConnection connection, Guid consent) =>
        await connection.ExecuteScalarAsync<bool>(
            "select true from credentials.consent where id = @consent and ended_at is null and until > @now for share",
            new { consent, now = time.GetUtcNow() });

    /// <summary>
    /// Notes under a consent that its service asks again; false when it has done so too often. The caller holds it.
    /// </summary>
    public async Task<bool> AskAsync(NpgsqlConnection connection, Guid consent)
    {
        var now = time.GetUtcNow();
        return await connection.ExecuteAsync(
            """
            insert into credentials.consent_event (consent, at, event)
            select @consent, @now, 'asked' where @AskedInADayMax > (
              select count(*) from credentials.consent_event
              where consent = @consent and event = 'asked' and at > @since)
            """, new { consent, now, since = now.AddDays(-1), AskedInADayMax }) == 1;
    }

    /// <summary>Puts what was issued anew under a consent; false when it holds no more.</summary>
    public async Task<bool> AddAsync(NpgsqlConnection connection, Guid consent, Presented presented) =>
        await connection.ExecuteScalarAsync<bool>(
            """
            with holding as (
              select id from credentials.consent
              where id = @consent and ended_at is null and until > @now for update),
            added as (
              update credentials.given set consent = holding.id from holding where number = any(@numbers))
            select exists (select from holding)
            """, new { consent, now = time.GetUtcNow(), numbers = presented.Numbers.ToArray() });

    /// <summary>The person takes it back; false when it had ended or is not theirs.</summary>
    public async Task<bool> RevokeAsync(PersonId person, Guid consent, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            """
            with ended as (
              update credentials.consent set ended_at = @now, end_reason = 'revoked'
              where id = @consent and person = @person and ended_at is null and until > @now returning id),
            told as (
              insert into credentials.consent_event (consent, at, event) select id, @now, 'revoked' from ended),
            emptied as (
              update credentials.request r set answer = null from ended where r.consent = ended.id)
            select exists (select from ended)
            """, new { consent, person = person.Value, now = time.GetUtcNow() }, cancellationToken: cancellation));
    }

    /// <summary>What has run out ends, at the moment at which it did.</summary>
    public async Task ExpireAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            with over as (
              update credentials.consent set ended_at = until, end_reason = 'expired'
              where ended_at is null and until <= @now returning id, until)
            insert into credentials.consent_event (consent, at, event) select id, until, 'expired' from over
            """, new { now = time.GetUtcNow() }, cancellationToken: cancellation));
    }

    /// <summary>
    /// Whether what was issued under a consent still stands: not taken back, and about somebody with one of these
    /// documents.
    /// </summary>
    public async Task<bool> StandsAsync(
        Guid consent, IReadOnlyList<byte[]> prints, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            """
            select coalesce(bool_and(coalesce(p.revoked_at is null and p.print = any(@prints), false)), false)
            from credentials.given g join credentials.credential_type t on t.code = g.type
            left join credentials.status_place p
              on p.office = t.office and p.number = g.status_number and p.place = g.status_index
            where g.consent = @consent
            """, new { consent, prints = prints.ToArray() }, cancellationToken: cancellation));
    }

    /// <summary>A line in the consent's history.</summary>
    public async Task NoteAsync(NpgsqlConnection connection, Guid consent, string what) =>
        await connection.ExecuteAsync(
            "insert into credentials.consent_event (consent, at, event) values (@consent, @now, @what)",
            new { consent, what, now = time.GetUtcNow() });

    /// <summary>The person's consents, the newest first.</summary>
    public Task<IReadOnlyList<Consent>> OfAsync(PersonId person, CancellationToken cancellation) =>
        ReadAsync(
            "c.person = @person order by c.given_at desc, c.id desc", new { person = person.Value }, cancellation);

    /// <summary>One consent, if it is this person's.</summary>
    public async Task<Consent?> FindAsync(PersonId person, Guid consent, CancellationToken cancellation) =>
        (await ReadAsync(
            "c.id = @consent and c.person = @person", new { consent, person = person.Value }, cancellation))
        .SingleOrDefault();

    public async Task<Consent?> FindAsync(Guid consent, CancellationToken cancellation) =>
        (await ReadAsync("c.id = @consent", new { consent }, cancellation)).SingleOrDefault();

    /// <summary>The consent that a service names by the handle it was given; another service's is none.</summary>
    public async Task<Consent?> OfHandleAsync(Guid service, string handle, CancellationToken cancellation) =>
        (await ReadAsync(
            """
            c.handle_hash = @hash and exists (
              select from credentials.need n where n.id = c.need and n.service = @service)
            """, new { hash = ShareRequests.HashOf(handle), service }, cancellation)).SingleOrDefault();

    /// <summary>The consent that holds now for a need; null for none.</summary>
    public async Task<Consent?> HoldingAsync(PersonId person, Guid need, CancellationToken cancellation) =>
        (await ReadAsync(
            "c.person = @person and c.need = @need and c.ended_at is null and c.until > @now limit 1",
            new { person = person.Value, need, now = time.GetUtcNow() }, cancellation)).SingleOrDefault();

    public async Task<IReadOnlyList<ConsentEvent>> EventsAsync(Guid consent, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return [.. await connection.QueryAsync<ConsentEvent>(new CommandDefinition(
            "select at, event from credentials.consent_event where consent = @consent order by number",
            new { consent }, cancellationToken: cancellation))];
    }

    async Task<IReadOnlyList<Consent>> ReadAsync(string which, object values, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return [.. await connection.QueryAsync<Consent>(new CommandDefinition(
            $"select {Columns} {From} where {which}", values, cancellationToken: cancellation))];
    }
}
