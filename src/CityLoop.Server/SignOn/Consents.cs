using System.Text.Json;
using CityLoop.Server.Pass;
using Dapper;
using Npgsql;

namespace CityLoop.Server.SignOn;

/// <summary>One service in a person's list: what they agreed to, and what became of it.</summary>
sealed class ConsentLine
{
    public Guid Service { get; init; }
    public string[] Scopes { get; init; } = [];

    /// <summary>The number of the terms that were agreed to.</summary>
    public int Terms { get; init; }
    public DateTimeOffset GivenAt { get; init; }
    public DateTimeOffset Until { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
    public DateTimeOffset? UsedAt { get; init; }

    /// <summary>When a copied token was seen, after which the service was signed out.</summary>
    public DateTimeOffset? StolenAt { get; init; }
}

/// <summary>What people have agreed to give which service, and until when.</summary>
sealed class Consents(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>Until when the person has agreed to all of this; null when they have not.</summary>
    public async Task<DateTimeOffset?> UntilAsync(
        PersonId person, Service service, string[] scopes, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.QuerySingleOrDefaultAsync<DateTimeOffset?>(new CommandDefinition(
            """
            select until from sign_on.consent
            where person = @person and service = @Id and terms = @Terms and scopes @> @scopes
              and until > @now and ended_at is null
            """, new { person = person.Value, service.Id, service.Terms, scopes, now = time.GetUtcNow() },
            cancellationToken: cancellation));
    }

    /// <summary>
    /// The person agrees to this. What they agreed to before under the same terms holds on, but no longer than they
    /// were told then.
    /// </summary>
    public async Task GiveAsync(
        PersonId person, Service service, string[] scopes, NewAgreement made, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellation);
        // One batch: all of it holds, or nothing.
        await connection.ExecuteAsync(new CommandDefinition(
            $"""
            insert into sign_on.consent as c (person, service, scopes, terms, given_at, until)
            values (@person, @Id, @scopes, @Terms, @now, @until)
            on conflict (person, service) do update set
              scopes = case when c.terms = excluded.terms and c.ended_at is null and c.until > @now
                then array(select distinct unnest(c.scopes || excluded.scopes)) else excluded.scopes end,
              until = case when c.terms = excluded.terms and c.ended_at is null and c.until > @now
                and not c.scopes <@ excluded.scopes then least(c.until, excluded.until) else excluded.until end,
              terms = excluded.terms, given_at = excluded.given_at, ended_at = null;
            {EndAgreement("replaced")};
            insert into sign_on.agreement (id, person, service, scopes, notice, method, signed_in_at, given_at, until)
            select @agreement, person, service, scopes, @notice::jsonb, @method, @SignedInAt, @now, until
            from sign_on.consent where person = @person and service = @Id
            """,
            new
            {
                person = person.Value, service.Id, scopes, service.Terms, now, agreement = Guid.CreateVersion7(now),
                until = now.AddDays(service.ConsentDays), notice = JsonSerializer.Serialize(made.Notice),
                method = SignInProofs.Written(made.Method), made.SignedInAt,
            }, cancellationToken: cancellation));
    }

    /// <summary>The person takes it back; what the service holds for it must be ended besides.</summary>
    public async Task EndAsync(PersonId person, Guid service, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            $"""
            update sign_on.consent set ended_at = @now where person = @person and service = @Id and ended_at is null;
            {EndAgreement("withdrawn")}
            """, new { person = person.Value, Id = service, now = time.GetUtcNow() }, cancellationToken: cancellation));
    }

    /// <summary>Everybody's agreements with a service end, as its terms are others now.</summary>
    public async Task EndAgreementsAsync(NpgsqlConnection connection, Guid service, CancellationToken cancellation) =>
        await connection.ExecuteAsync(new CommandDefinition(
            """
            update sign_on.agreement set ended_at = least(until, @now),
              end_reason = case when until > @now then 'terminated' else 'expired' end
            where service = @service and ended_at is null
            """, new { service, now = time.GetUtcNow() }, cancellationToken: cancellation));

    /// <summary>What the person has agreed to, the newest first.</summary>
    public async Task<IReadOnlyList<Agreement>> AgreementsAsync(PersonId person, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return [.. await connection.QueryAsync<Agreement>(new CommandDefinition(
            """
            select id, person, service, scopes, notice::text as notice, method, signed_in_at, given_at, until, ended_at,
              end_reason
            from sign_on.agreement where person = @person order by given_at desc, id desc
            """, new { person = person.Value }, cancellationToken: cancellation))];
    }

    /// <summary>One agreement, if it is this person's.</summary>
    public async Task<Agreement?> FindAsync(PersonId person, Guid agreement, CancellationToken cancellation) =>
        (await AgreementsAsync(person, cancellation)).FirstOrDefault(one => one.Id == agreement);

    // What has run out unseen ended when it did.
    static string EndAgreement(string reason) =>
        $"""
        update sign_on.agreement set ended_at = least(until, @now),
          end_reason = case when until > @now then '{reason}' else 'expired' end
        where person = @person and service = @Id and ended_at is null
        """;

    /// <summary>The person's services, those that they use first.</summary>
    public async Task<IReadOnlyList<ConsentLine>> OfAsync(PersonId person, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return [.. await connection.QueryAsync<ConsentLine>(new CommandDefinition(
            """
            select c.service, c.scopes, c.terms, c.given_at, c.until, c.ended_at, max(g.used_at) as used_at,
              max(g.ended_at) filter (
                where g.end_reason in ('refresh_reused', 'code_replayed', 'code_misused')) as stolen_at
            from sign_on.consent c
              left join sign_on.service_grant g on g.person = c.person and g.service = c.service
            where c.person = @person
            group by c.service, c.scopes, c.terms, c.given_at, c.until, c.ended_at
            order by c.ended_at is not null, c.given_at desc
            """, new { person = person.Value }, cancellationToken: cancellation))];
    }

    /// <summary>How many people have agreed to a service's terms now.</summary>
    public async Task<IReadOnlyDictionary<Guid, long>> CountsAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<(Guid Service, long Count)>(new CommandDefinition(
            """
            select service, count(*) from sign_on.consent where ended_at is null and until > @now group by service
            """, new { now = time.GetUtcNow() }, cancellationToken: cancellation));
        return rows.ToDictionary(row => row.Service, row => row.Count);
    }
}
