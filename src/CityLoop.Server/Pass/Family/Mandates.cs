using CityLoop.Server.City;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Pass.Family;

/// <summary>What can become of a mandate that somebody gives, in order of precedence.</summary>
enum MandateOutcome
{
    Done, NotOfAge, LastDayNotValid, ContactNotUnderstood, ThatIsYourself, TooMany, TooManyAsks,
}

/// <summary>Mandates that ended at once: whose they were, and who had been asked for one.</summary>
sealed record EndedMandates(IReadOnlyList<PersonId> Representatives, IReadOnlyList<Contact> Asked)
{
    public static readonly EndedMandates None = new([], []);
}

/// <summary>
/// People of age who let somebody act for them: the elder whose helper pays. They ask by a contact, as guardians do,
/// and end it there and then. Who acts by a court's order stands here as well, for both sides to see.
/// </summary>
sealed class Mandates(NpgsqlDataSource database, CityPack city, CityClock clock, Sessions sessions)
{
    /// <summary>Asks somebody to act for the person; it counts once they say yes.</summary>
    public async Task<MandateOutcome> AskAsync(
        PersonId person, Contact? contact, DateOnly? lastDay, CancellationToken cancellation)
    {
        var now = clock.Now.ToUniversalTime();
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await FamilyStore.LockAsync(connection, transaction, person, cancellation);
        var values = new
        {
            person = person.Value, contact = contact?.Value, lastDay, now, dayAgo = now.AddDays(-1), clock.Today,
            adultSince = clock.Today.AddYears(-city.Family.Majority), id = Guid.CreateVersion7(now),
        };
        var (isOfAge, isOwn, representatives, asks) = await connection.QuerySingleAsync<(bool, bool, int, int)>(
            """
            select not exists (select from pass.person where id = @person and born > @adultSince)
                -- Whom a court has placed under guardianship gives no mandate.
                and not exists (select from pass.guardianship g where child = @person and ground = 'guardianship'
                                  and pass.represents(g, @adultSince, @Today)),
              exists (select from pass.contact where value = @contact and person = @person),
              (select count(*)::int from pass.guardianship g
               where child = @person and pass.represents(g, @adultSince, @Today)),
              (select count(*)::int from pass.guardian_ask where asked_by = @person and asked_at > @dayAgo)
            """, values, transaction);
        var outcome = !isOfAge ? MandateOutcome.NotOfAge
            : lastDay is not { } day || !Grounds.IsLastDay(Grounds.Mandate, day, clock.Today)
                ? MandateOutcome.LastDayNotValid
            : contact is null ? MandateOutcome.ContactNotUnderstood
            : isOwn ? MandateOutcome.ThatIsYourself
            : representatives >= FamilyStore.GuardiansMax ? MandateOutcome.TooMany
            : asks >= GuardianAsks.AsksPerDay ? MandateOutcome.TooManyAsks
            : MandateOutcome.Done;
        if (outcome != MandateOutcome.Done)
            return outcome;
        await connection.ExecuteAsync(
            """
            update pass.guardian_ask set ended_at = @now where child = @person and ended_at is null;
            insert into pass.guardian_ask (id, child, contact, asked_by, asked_at, ground, last_day)
            values (@id, @person, @contact, @person, @now, 'mandate', @lastDay)
            """, values, transaction);
        await transaction.CommitAsync(cancellation);
        return outcome;
    }

    /// <summary>Whom a person has asked to act for them, who has not answered; null when nobody.</summary>
    public async Task<Contact?> AskedAsync(PersonId person, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return Contact.Read(await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
            """
            select contact from pass.guardian_ask
            where child = @person and ground = 'mandate' and ended_at is null and asked_at > @since
            """,
            new { person = person.Value, since = clock.Now.ToUniversalTime() - GuardianAsks.AskLasts },
            cancellationToken: cancellation)));
    }

    /// <summary>
    /// A mandate ends, at once: its giver takes it back, or whoever has it steps back. A court's order does not end so.
    /// </summary>
    public async Task<bool> EndAsync(PersonId person, PersonId representative, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var ended = await EndAsync(connection, person, representative, cancellation);
        sessions.Refresh(representative);
        return ended;
    }

    /// <summary>The same in the caller's transaction, who refreshes the representative's sessions behind it.</summary>
    public async Task<bool> EndAsync(
        NpgsqlConnection connection, PersonId person, PersonId representative, CancellationToken cancellation) =>
        await connection.ExecuteAsync(new CommandDefinition(
            """
            update pass.guardianship set ended_at = @now
            where child = @person and guardian = @representative and ground = 'mandate' and ended_at is null
            """,
            new
            {
                person = person.Value, representative = representative.Value, now = clock.Now.ToUniversalTime(),
            }, cancellationToken: cancellation)) == 1;

    /// <summary>
    /// Ends what a person gave and asked from a session, for somebody else may have sat at it. What two officers
    /// confirmed goes on.
    /// </summary>
    public async Task<EndedMandates> EndGivenOnlineAsync(PersonId person, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await FamilyStore.LockAsync(connection, transaction, person, cancellation);
        var ended = await EndAllAsync(connection, person, null, onlyOnline: true, cancellation);
        await transaction.CommitAsync(cancellation);
        Refresh(ended);
        return ended;
    }

    /// <summary>
    /// Ends a person's mandates and asks, in the caller's transaction, under the person's lock. After a recovery the
    /// asks for another guardian of their children end as well: they may be a thief's.
    /// </summary>
    public async Task<EndedMandates> EndAllAsync(
        NpgsqlConnection connection, PersonId person, PersonId? except, bool onlyOnline,
        CancellationToken cancellation)
    {
        var now = clock.Now.ToUniversalTime();
        var values = new
        {
            person = person.Value, except = except?.Value, onlyOnline, now, clock.Today,
            askedSince = now - GuardianAsks.AskLasts,
        };
        var representatives = await connection.QueryAsync<(Guid Id, bool IsLive)>(new CommandDefinition(
            """
            update pass.guardianship g set ended_at = @now
            where child = @person and guardian is distinct from @except and ground = 'mandate' and ended_at is null
              and not (@onlyOnline and exists (
                select from pass.representation_check c
                where c.person = g.child and c.representative = g.guardian and c.ground = g.ground
                  and c.approved_at = g.accepted_at))
            returning guardian, last_day >= @Today
            """, values, cancellationToken: cancellation));
        var asked = await connection.QueryAsync<(string Contact, bool IsLive)>(new CommandDefinition(
            """
            update pass.guardian_ask set ended_at = @now
            where ended_at is null and (child = @person and ground = 'mandate' or @onlyOnline and asked_by = @person)
            returning contact, ground = 'mandate' and asked_at > @askedSince and coalesce(last_day >= @Today, false)
            """, values, cancellationToken: cancellation));
        // Whose time was over before is told nothing: nothing changes for them.
        return new EndedMandates(
            [.. representatives.Where(one => one.IsLive).Select(one => new PersonId(one.Id))],
            [.. asked.Where(one => one.IsLive).Select(one => Contact.Read(one.Contact)).OfType<Contact>()]);
    }

    /// <summary>Who had them sees it on the next page; to be called once the transaction is committed.</summary>
    public void Refresh(EndedMandates ended)
    {
        foreach (var representative in ended.Representatives)
            sessions.Refresh(representative);
    }

    /// <summary>Who acts for a person now, children's guardians aside.</summary>
    public async Task<IReadOnlyList<Representation>> ForAsync(PersonId person, CancellationToken cancellation) =>
        await ReadAsync(
            """
            select p.id, p.name, g.ground, g.accepted_at as since, g.last_day, true as is_accepted
            from pass.guardianship g join pass.person p on p.id = g.guardian
            where g.child = @person and g.ground <> 'child' and pass.represents(g, @Today, @Today)
            order by g.accepted_at
            """, person, cancellation);

    /// <summary>For whom a person acts now, children aside, and who asks them to.</summary>
    public async Task<IReadOnlyList<Representation>> ByAsync(PersonId person, CancellationToken cancellation) =>
        await ReadAsync(
            """
            select p.id, p.name, g.ground, g.accepted_at as since, g.last_day, true as is_accepted
            from pass.guardianship g join pass.person p on p.id = g.child
            where g.guardian = @person and g.ground <> 'child' and pass.represents(g, @Today, @Today)
            union all
            select p.id, p.name, a.ground, a.asked_at, a.last_day, false
            from pass.guardian_ask a join pass.contact c on c.value = a.contact and c.verified_at is not null
              join pass.person p on p.id = a.child
            where c.person = @person and a.ground = 'mandate' and a.ended_at is null and a.asked_at > @askedSince
              and a.last_day >= @Today
            order by since, id
            """, person, cancellation);

    async Task<IReadOnlyList<Representation>> ReadAsync(
        string select, PersonId person, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<(Guid, string, string, DateTime, DateOnly, bool)>(new CommandDefinition(
            select,
            new
            {
                person = person.Value, clock.Today, askedSince = clock.Now.ToUniversalTime() - GuardianAsks.AskLasts,
            }, cancellationToken: cancellation));
        return [.. rows.Select(row => new Representation(
            row.Item1, row.Item2, row.Item3, clock.DayOf(new DateTimeOffset(row.Item4, TimeSpan.Zero)), row.Item5,
            row.Item6))];
    }
}
