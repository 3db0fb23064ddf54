using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using CityLoop.Server.City;
using CityLoop.Server.Pass.Letters;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Pass.Counter;

/// <summary>A check that two officers agreed on and that its owner may stop.</summary>
/// <param name="WaitsUntil">Null for an identity check that counts, but has not done so for long.</param>
sealed record StoppableCheck(
    Guid Id, Guid Person, bool IsRecovery, string Document, DateTime ApprovedAt, DateTime? WaitsUntil);

/// <summary>
/// What two officers agreed on takes effect at once only when it fits to what the pass has been known by for a while.
/// Two officers can be deceived by somebody else's document, so anything else waits; its owner is told by every
/// contact, and stops it from any session or by the link in the letter.
/// </summary>
sealed class CheckWaits(
    NpgsqlDataSource database, CityPack city, CityClock clock, LetterWriter letters, Sessions sessions)
{
    /// <summary>So long after its wait somebody may come back for the code.</summary>
    public static readonly TimeSpan ComeWithin = TimeSpan.FromDays(30);

    const int TokenBytes = 16;

    // An identity check says nothing new when the same number stood behind the pass before, or nothing did: neither a
    // check, though it ended with childhood, nor a credential, though it was just given up.
    const string IdentityFits =
        """
        with known as (
          select c.document_print, true as is_live from pass.identity_check c
          where c.person = @person and c.id <> @id and c.purpose = 'identity' and c.approved_at is not null
            and c.waits_until is null and (c.withdrawn_at is null or c.withdrawn_by is null)
          union all
          select k.document_print, k.is_live from pass.known_document k
          where k.person = @person and k.taken_until > @now),
        told as (
          select known.is_live, coalesce(known.document_print = shown.document_print, false) as is_same
          from known join pass.identity_check shown on shown.id = @id)
        select not exists (select from told where not is_same) or exists (select from told where is_same and is_live)
        """;

    // A pass into which nobody ever had a way cannot be taken from anybody: it waits for nobody.
    const string RecoveryFits =
        """
        select exists (
          select from pass.identity_check c join pass.identity_check shown on shown.id = @id
          where c.person = @person and c.document_print = shown.document_print and c.approved_at is not null
            and case c.purpose
              when 'identity' then c.waits_until is null
                -- One that ended with childhood still says whose number it is.
                and (c.withdrawn_at is null or c.withdrawn_by is null)
                and (c.approved_at <= @waitAgo or not (
                  exists (select from pass.contact where person = @person)
                  or exists (select from pass.passkey where person = @person)
                  or exists (select from pass.session where person = @person)
                  or exists (select from pass.recovery_code where person = @person and origin = 'paper')
                  or exists (select from pass.card where person = @person and bound_at <= @waitAgo)))
              else c.waits_until <= @now and c.waits_until > @comeSince and c.withdrawn_at is null end)
        """;

    const string Stoppable =
        """
        c.withdrawn_at is null and c.approved_at is not null
          and (c.waits_until > @comeSince or c.purpose = 'identity' and c.approved_at > @waitAgo)
        """;

    // What another document proved without officers, perhaps by somebody else's hand, proves the person no more.
    const string EndOthers =
        """
        update pass.identity_proof p set ended_at = @now, end_reason = 'recovered' from pass.identity_check c
        where c.id = @id and p.person = c.person and p.ended_at is null and c.purpose = 'identity'
          and p.document_print is distinct from c.document_print;
        update pass.identity_check w set withdrawn_at = @now, withdrawn_by = @officer from pass.identity_check c
        where c.id = @id and c.purpose = 'recovery' and w.purpose = 'recovery' and w.person = c.person
          and w.id <> c.id and w.waits_until is not null and w.withdrawn_at is null
        """;

    DateTimeOffset Now => clock.Now.ToUniversalTime();

    /// <summary>
    /// The second officer agrees, in the caller's transaction: it counts now, or has a day from which on it does.
    /// Answers that day, and what a link needs that stops it.
    /// </summary>
    public async Task<(DateTimeOffset? Until, string? Stop)> ApproveAsync(
        NpgsqlConnection connection, PersonId officer, CounterCheck check)
    {
        var fits = await connection.ExecuteScalarAsync<bool>(
            check.IsRecovery ? RecoveryFits : IdentityFits, ValuesOf(check.Person, check.Id));
        var until = fits ? (DateTimeOffset?)null : Now + city.Recovery.Wait;
        var stop = fits ? null : Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes));
        var values = new
        {
            id = check.Id, officer = officer.Value, now = Now, until, stopHash = stop is null ? null : HashOf(stop),
        };
        await connection.ExecuteAsync(
            """
            update pass.identity_check
            set second_officer = @officer, approved_at = @now, waits_until = @until, stop_hash = @stopHash
            where id = @id
            """, values);
        if (fits)
            await connection.ExecuteAsync(EndOthers, values);
        return (until, stop);
    }

    /// <summary>What a person may stop now, newest first.</summary>
    public async Task<IReadOnlyList<StoppableCheck>> OfAsync(PersonId person, CancellationToken cancellation) =>
        await ReadAsync($"c.person = @person and {Stoppable}", ValuesOf(person, default), cancellation);

    /// <summary>What the link in a letter leads to; null when there is nothing to stop any more.</summary>
    public async Task<StoppableCheck?> OfLinkAsync(string? token, CancellationToken cancellation) =>
        (await ReadAsync(
            $"c.stop_hash = @stopHash and {Stoppable}", ValuesOf(default, default, token), cancellation))
        .SingleOrDefault();

    /// <summary>All that waits in the city, the nearest first.</summary>
    public async Task<IReadOnlyList<CounterCheck>> WaitingAsync(
        CounterChecks checks, CancellationToken cancellation) =>
        await checks.ReadAsync(
            """
            where c.waits_until > @comeSince and c.approved_at is not null and c.withdrawn_at is null
            order by c.waits_until
            """, new { comeSince = Now - ComeWithin }, cancellation);

    /// <summary>The owner says that it is not theirs; false when there is nothing to stop.</summary>
    public async Task<bool> StopAsync(PersonId person, Guid check, CancellationToken cancellation)
    {
        await using (var connection = await database.OpenConnectionAsync(cancellation))
            if (await connection.ExecuteAsync(new CommandDefinition(
                $"""
                update pass.identity_check c set withdrawn_at = @now, withdrawn_by = person
                where c.id = @id and c.person = @person and {Stoppable}
                """, ValuesOf(person, check), cancellationToken: cancellation)) == 0)
                return false;
        sessions.Refresh(person);
        await letters.TellAsync(person, Topic.Safety, "checkStopped", CancellationToken.None);
        return true;
    }

    /// <summary>Identity checks that nobody stopped count from now on; answers how many.</summary>
    public async Task<int> ComeIntoForceAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var due = (await connection.QueryAsync<(Guid Id, Guid Person, Guid Officer)>(
            """
            update pass.identity_check c set waits_until = null, stop_hash = null
            where c.purpose = 'identity' and c.waits_until <= @now and c.approved_at is not null
              and c.withdrawn_at is null and not exists (
                select from pass.known_document k
                where k.document_print = c.document_print and k.person <> c.person and k.is_live)
            returning c.id, c.person, c.second_officer
            """, new { now = Now }, transaction)).ToList();
        foreach (var (id, _, officer) in due)
            await connection.ExecuteAsync(EndOthers, new { id, officer, now = Now }, transaction);
        await transaction.CommitAsync(cancellation);
        foreach (var person in due.Select(one => new PersonId(one.Person)))
        {
            sessions.Refresh(person);
            await letters.TellAsync(person, Topic.Safety, "identityChecked", CancellationToken.None);
        }

        return due.Count;
    }

    async Task<IReadOnlyList<StoppableCheck>> ReadAsync(string where, object values, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return [.. await connection.QueryAsync<StoppableCheck>(new CommandDefinition(
            $"""
            select c.id, c.person, c.purpose = 'recovery' as is_recovery, c.document, c.approved_at, c.waits_until
            from pass.identity_check c where {where} order by c.approved_at desc
            """, values, cancellationToken: cancellation))];
    }

    object ValuesOf(PersonId person, Guid id, string? token = null) => new
    {
        person = person.Value, id, now = Now, waitAgo = Now - city.Recovery.Wait, comeSince = Now - ComeWithin,
        stopHash = HashOf(token ?? ""),
    };

    static byte[] HashOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
