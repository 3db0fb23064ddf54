using CityLoop.Server.City;
using CityLoop.Server.Pass.Access;
using CityLoop.Server.Pass.Counter;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Pass.Family;

/// <summary>
/// What a court ordered, or somebody declares at a counter: one officer records who acts for whom, another approves it
/// within half an hour, either ends it. Whoever is to act stands there with their own phone and was checked before.
/// </summary>
sealed class CounterRepresentations(
    NpgsqlDataSource database, CityPack city, CityClock clock, CounterSteps steps, AccessLog log, FamilyStore family,
    Mandates mandates, Sessions sessions)
{
    const string Select =
        """
        select c.id, c.person, p.name as person_name, c.representative, r.name as representative_name, c.ground,
          c.last_day, c.first_officer, o.name as first_officer_name, c.recorded_at, c.approved_at, c.withdrawn_at
        from pass.representation_check c join pass.person p on p.id = c.person
          join pass.person r on r.id = c.representative join pass.person o on o.id = c.first_officer
        """;

    public async Task<RepresentationOutcome> RecordAsync(
        PersonId officer, Visit visit, PersonId representative, string ground, DateOnly lastDay,
        CancellationToken cancellation)
    {
        var person = visit.Person;
        if (await IsTheirOwnAsync(officer, person, representative, cancellation))
            return RepresentationOutcome.NotOfYourself;
        if (person == representative)
            return RepresentationOutcome.SamePerson;
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var now = clock.Now.ToUniversalTime();
        var values = new
        {
            id = Guid.CreateVersion7(now), person = person.Value, representative = representative.Value, ground,
            lastDay, officer = officer.Value, now,
        };
        var refusal = await RefusalAsync(connection, person, representative, ground, cancellation);
        if (refusal != RepresentationOutcome.Done)
            return refusal;
        await connection.ExecuteAsync(
            """
            insert into pass.representation_check (id, person, representative, ground, last_day, first_officer,
              recorded_at)
            values (@id, @person, @representative, @ground, @lastDay, @officer, @now)
            """, values, transaction);
        await WriteAsync(
            connection, officer, person, representative, CounterStep.RepresentativeRecorded, visit.PurposeOf(officer),
            cancellation);
        await transaction.CommitAsync(cancellation);
        return RepresentationOutcome.Done;
    }

    /// <summary>
    /// The second officer has seen it, too: from now on it holds. A court's guardianship ends the ward's mandates.
    /// </summary>
    public async Task<(RepresentationOutcome Outcome, RepresentationCheck? Check, EndedMandates Ended)> ApproveAsync(
        PersonId officer, Guid id, CancellationToken cancellation)
    {
        var ended = EndedMandates.None;
        var (outcome, done) = await DecideAsync(
            officer, id, CounterStep.RepresentativeApproved,
            async (connection, check) =>
            {
                var (person, representative) = (new PersonId(check.Person), new PersonId(check.Representative));
                var refusal = check.ApprovedAt is not null || check.WithdrawnAt is not null
                    ? RepresentationOutcome.DecidedBefore
                    : check.FirstOfficer == officer.Value ? RepresentationOutcome.NeedsAnotherOfficer
                    : clock.Now - check.RecordedAt > CounterChecks.ApproveWithin ? RepresentationOutcome.RanOut
                    : await RefusalAsync(connection, person, representative, check.Ground, cancellation);
                if (refusal == RepresentationOutcome.Done && check.Ground == Grounds.Guardianship)
                    ended = await mandates.EndAllAsync(
                        connection, person, representative, onlyOnline: false, cancellation);
                return refusal;
            },
            """
            update pass.representation_check set second_officer = @officer, approved_at = @now where id = @id;
            insert into pass.guardianship (child, guardian, asked_at, accepted_at, ground, last_day)
            select person, representative, recorded_at, @now, ground, last_day
            from pass.representation_check where id = @id
            on conflict (child, guardian) do update set asked_by = null, asked_at = excluded.asked_at,
              accepted_at = excluded.accepted_at, ended_at = null, ground = excluded.ground,
              last_day = excluded.last_day
            """, cancellation);
        mandates.Refresh(ended);
        return (outcome, done, ended);
    }

    /// <summary>It was a mistake, or the court has ended it.</summary>
    public Task<(RepresentationOutcome Outcome, RepresentationCheck? Check)> WithdrawAsync(
        PersonId officer, Guid id, CancellationToken cancellation) => DecideAsync(
            officer, id, CounterStep.RepresentativeEnded,
            (_, check) => Task.FromResult(
                check.WithdrawnAt is null ? RepresentationOutcome.Done : RepresentationOutcome.DecidedBefore),
            """
            update pass.representation_check set withdrawn_by = @officer, withdrawn_at = @now where id = @id;
            update pass.guardianship g set ended_at = @now from pass.representation_check c
            where c.id = @id and c.approved_at is not null and g.child = c.person and g.guardian = c.representative
              and g.ground = c.ground and g.last_day = c.last_day and g.ended_at is null
            """, cancellation);

    /// <summary>What waits for a second officer now.</summary>
    public Task<IReadOnlyList<RepresentationCheck>> WaitingAsync(CancellationToken cancellation) => ReadAsync(
        "where c.approved_at is null and c.withdrawn_at is null and c.recorded_at > @since order by c.recorded_at",
        new { since = clock.Now.ToUniversalTime() - CounterChecks.ApproveWithin }, cancellation);

    /// <summary>What was confirmed at a counter about a person and holds now.</summary>
    public Task<IReadOnlyList<RepresentationCheck>> OfAsync(PersonId person, CancellationToken cancellation) =>
        ReadAsync(
            """
            where c.person = @person and c.approved_at is not null and c.withdrawn_at is null
              and c.last_day >= @Today and exists (
                select from pass.guardianship g where g.child = c.person and g.guardian = c.representative
                  and g.ended_at is null and g.ground = c.ground and g.last_day = c.last_day)
            order by c.approved_at
            """, new { person = person.Value, clock.Today }, cancellation);

    async Task<(RepresentationOutcome Outcome, RepresentationCheck? Check)> DecideAsync(
        PersonId officer, Guid id, CounterStep step,
        Func<NpgsqlConnection, RepresentationCheck, Task<RepresentationOutcome>> rule, string update,
        CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // Two officers may press at once; the second sees what the first did.
        if (await connection.QuerySingleOrDefaultAsync<RepresentationCheck>(
            $"{Select} where c.id = @id for update of c", new { id }, transaction) is not { } check)
            return (RepresentationOutcome.NotFound, null);
        var (person, representative) = (new PersonId(check.Person), new PersonId(check.Representative));
        if (await IsTheirOwnAsync(officer, person, representative, cancellation))
            return (RepresentationOutcome.NotOfYourself, null);
        // What stands about the person stays as the rule sees it until the end.
        await FamilyStore.LockAsync(connection, transaction, person, cancellation);
        if (await rule(connection, check) is var outcome && outcome != RepresentationOutcome.Done)
            return (outcome, null);
        await connection.ExecuteAsync(
            update, new { id, officer = officer.Value, now = clock.Now.ToUniversalTime() }, transaction);
        await WriteAsync(
            connection, officer, person, representative, step, OfficerPurposes.SecondOfficer, cancellation);
        await transaction.CommitAsync(cancellation);
        sessions.Refresh(representative);
        return (RepresentationOutcome.Done, check);
    }

    // Looked at when it is recorded, and again when it is approved: half an hour may lie between.
    async Task<RepresentationOutcome> RefusalAsync(
        NpgsqlConnection connection, PersonId person, PersonId representative, string ground,
        CancellationToken cancellation)
    {
        var (isChecked, givesNone, isFull) = await connection.QuerySingleAsync<(bool, bool, bool)>(
            new CommandDefinition(
            """
            select pass.level_of(@representative) = 2,
              @ground = 'mandate' and (
                exists (select from pass.person where id = @person and born > @adultSince)
                or exists (select from pass.guardianship g where child = @person and ground = 'guardianship'
                             and pass.represents(g, @adultSince, @Today))),
              -- What a person gives keeps out nothing that a court orders.
              (select count(*) from pass.guardianship g where child = @person and guardian <> @representative
                 and (@ground = 'mandate' or g.ground <> 'mandate')
                 and pass.represents(g, @adultSince, @Today)) >= @GuardiansMax
            """,
            new
            {
                person = person.Value, representative = representative.Value, ground, clock.Today,
                adultSince = clock.Today.AddYears(-city.Family.Majority), FamilyStore.GuardiansMax,
            }, cancellationToken: cancellation));
        return !isChecked ? RepresentationOutcome.NotChecked
            : givesNone ? RepresentationOutcome.NotOfAge
            : isFull ? RepresentationOutcome.TooMany
            : RepresentationOutcome.Done;
    }

    async Task<bool> IsTheirOwnAsync(
        PersonId officer, PersonId person, PersonId representative, CancellationToken cancellation) =>
        officer == person || officer == representative
        || await family.LooksAfterAsync(officer, person, cancellation);

    // Both sides read on their own pages what an officer did.
    async Task WriteAsync(
        NpgsqlConnection connection, PersonId officer, PersonId person, PersonId representative, CounterStep step,
        string purpose, CancellationToken cancellation)
    {
        // Of an end the other side hears by its letter, which does not say where the person was.
        foreach (var side in step == CounterStep.RepresentativeEnded ? [person] : new[] { person, representative })
        {
            await steps.LogAsync(connection, side, officer, step, cancellation);
            await log.WriteAsync(
                connection, OfficerView.Of(officer, side, purpose, ["name", "representatives"]), cancellation);
        }
    }

    async Task<IReadOnlyList<RepresentationCheck>> ReadAsync(
        string where, object values, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return [.. await connection.QueryAsync<RepresentationCheck>(new CommandDefinition(
            $"{Select} {where}", values, cancellationToken: cancellation))];
    }
}
