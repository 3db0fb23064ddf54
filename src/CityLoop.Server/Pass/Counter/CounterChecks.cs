using System.Security.Cryptography;
using CityLoop.Server.Pass.Access;
using CityLoop.Server.Pass.Family;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Pass.Counter;

/// <summary>What an officer may have been shown; of its number a fingerprint is kept at most.</summary>
static class Documents
{
    public static readonly IReadOnlyList<string> All =
        ["national_id", "health_card", "residence_permit", "passport", "driving_licence"];
}

/// <summary>A check of who somebody is, by two officers.</summary>
/// <param name="IsRecovery">It also hands over a code to sign in with.</param>
/// <param name="HasNumber">The first officer noted the document's number, so the second one types it, too.</param>
sealed record CounterCheck(
    Guid Id, PersonId Person, bool IsRecovery, string Document, bool HasNumber, string NameSeen,
    PersonId FirstOfficer, string FirstOfficerName, DateTimeOffset RecordedAt, DateTimeOffset? ApprovedAt,
    DateTimeOffset? WithdrawnAt);

/// <summary>
/// The rule of four eyes: one officer records what they saw, another approves it within half an hour, either withdraws.
/// The table refuses what slips past this.
/// </summary>
sealed class CounterChecks(
    NpgsqlDataSource database, TimeProvider time, CounterSteps steps, DocumentPrints prints, AccessLog log,
    FamilyStore family)
{
    public static readonly TimeSpan ApproveWithin = TimeSpan.FromMinutes(30);

    /// <summary>So many numbers one officer may type in vain within <see cref="WrongNumbersWithin"/>.</summary>
    public const int WrongNumbersMax = 5;

    public static readonly TimeSpan WrongNumbersWithin = TimeSpan.FromMinutes(10);

    const string Select =
        """
        select c.id, c.person, c.purpose = 'recovery' as is_recovery, c.document,
          c.document_print is not null as has_number, c.name_seen, c.first_officer,
          o.name as first_officer_name, c.recorded_at, c.approved_at, c.withdrawn_at
        from pass.identity_check c join pass.person o on o.id = c.first_officer
        """;

    /// <summary>The first officer has seen a document.</summary>
    /// <param name="number">As <see cref="DocumentNumbers.Normalised"/> made it; null where none was noted.</param>
    public async Task<CheckOutcome> RecordAsync(
        PersonId officer, Visit visit, bool isRecovery, string document, string nameSeen, string? number,
        CancellationToken cancellation)
    {
        if (officer == visit.Person || await family.LooksAfterAsync(officer, visit.Person, cancellation))
            return CheckOutcome.NotOfYourself;
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (isRecovery && !(await OfAsync(visit.Person, cancellation)).Any(check =>
                !check.IsRecovery && check.ApprovedAt is not null && check.WithdrawnAt is null))
            return CheckOutcome.NeverChecked;
        var documentPrint = number is null ? null : await prints.OfAsync(document, number, cancellation);
        if (await RefusalOfRecordAsync(
                connection, officer, visit.Person, isRecovery ? document : null, documentPrint, cancellation)
            is var refusal && refusal != CheckOutcome.Done)
        {
            await transaction.CommitAsync(cancellation);
            return refusal;
        }

        var now = time.GetUtcNow();
        await connection.ExecuteAsync(
            """
            insert into pass.identity_check (id, person, document, first_officer, recorded_at, purpose, name_seen,
              document_print)
            values (@id, @person, @document, @officer, @now, @purpose, @nameSeen, @documentPrint)
            """,
            new
            {
                id = Guid.CreateVersion7(now), person = visit.Person.Value, document, officer = officer.Value, now,
                purpose = isRecovery ? "recovery" : "identity", nameSeen, documentPrint,
            }, transaction);
        await steps.LogAsync(
            connection, visit.Person, officer,
            isRecovery ? CounterStep.RecoveryRecorded : CounterStep.IdentityRecorded, cancellation);
        await transaction.CommitAsync(cancellation);
        return CheckOutcome.Done;
    }

    /// <summary>
    /// The second officer has seen it, too. What another document proved without them, perhaps by somebody else's hand,
    /// proves it no more.
    /// </summary>
    /// <param name="number">As they read it on the document, where the first one noted it.</param>
    public Task<(CheckOutcome Outcome, CounterCheck? Check)> ApproveAsync(
        PersonId officer, Guid id, string? number, CancellationToken cancellation) => DecideAsync(
            officer, id,
            async (connection, check) => RefusalOfApproval(officer, check) is var refusal
                && refusal == CheckOutcome.Done && check.HasNumber
                    ? await RefusalOfSecondNumberAsync(connection, officer, check, number, cancellation)
                    : refusal,
            """
            with approved as (
              update pass.identity_check set second_officer = @officer, approved_at = @now where id = @id
              returning person, purpose, document_print)
            update pass.identity_proof p set ended_at = @now, end_reason = 'recovered' from approved a
            where p.person = a.person and p.ended_at is null and a.purpose = 'identity'
              and p.document_print is distinct from a.document_print
            """,
            check => check.IsRecovery ? CounterStep.RecoveryApproved : CounterStep.IdentityApproved, cancellation);

    /// <summary>It was a mistake: before the approval or after it.</summary>
    public Task<(CheckOutcome Outcome, CounterCheck? Check)> WithdrawAsync(
        PersonId officer, Guid id, CancellationToken cancellation) => DecideAsync(
            officer, id,
            (_, check) => Task.FromResult(
                check.Person == officer ? CheckOutcome.NotOfYourself
                : check.WithdrawnAt is not null ? CheckOutcome.DecidedBefore
                : CheckOutcome.Done),
            "update pass.identity_check set withdrawn_by = @officer, withdrawn_at = @now where id = @id",
            check => check.IsRecovery ? CounterStep.RecoveryWithdrawn : CounterStep.IdentityWithdrawn, cancellation);

    /// <summary>What waits for a second officer now.</summary>
    public async Task<IReadOnlyList<CounterCheck>> WaitingAsync(CancellationToken cancellation) =>
        await ReadAsync(
            "where c.approved_at is null and c.withdrawn_at is null and c.recorded_at > @since order by c.recorded_at",
            new { since = time.GetUtcNow() - ApproveWithin }, cancellation);

    /// <summary>All checks of a person, newest first.</summary>
    public async Task<IReadOnlyList<CounterCheck>> OfAsync(PersonId person, CancellationToken cancellation) =>
        await ReadAsync(
            "where c.person = @person order by c.recorded_at desc", new { person = person.Value }, cancellation);

    /// <summary>The fingerprints of the documents by which a person's identity is checked now, newest first.</summary>
    public async Task<IReadOnlyList<byte[]>> DocumentPrintsAsync(PersonId person, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return [.. await connection.QueryAsync<byte[]>(new CommandDefinition(
            DocumentPrints.Proving, new { person = person.Value }, cancellationToken: cancellation))];
    }

    /// <summary>Whose identity was checked or proved by something that has ended since.</summary>
    public async Task<IReadOnlyList<PersonId>> EndedSinceAsync(DateTimeOffset since, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return [.. (await connection.QueryAsync<Guid>(new CommandDefinition(
            """
            select person from pass.identity_check where withdrawn_at >= @since
            union select person from pass.identity_proof where ended_at >= @since
            """, new { since }, cancellationToken: cancellation))).Select(id => new PersonId(id))];
    }

    CheckOutcome RefusalOfApproval(PersonId officer, CounterCheck check) =>
        check.Person == officer ? CheckOutcome.NotOfYourself
        : check.ApprovedAt is not null || check.WithdrawnAt is not null ? CheckOutcome.DecidedBefore
        : check.FirstOfficer == officer ? CheckOutcome.NeedsAnotherOfficer
        : time.GetUtcNow() - check.RecordedAt > ApproveWithin ? CheckOutcome.RanOut
        : CheckOutcome.Done;

    async Task<CheckOutcome> RefusalOfSecondNumberAsync(
        NpgsqlConnection connection, PersonId officer, CounterCheck check, string? number,
        CancellationToken cancellation)
    {
        var noted = await connection.QuerySingleAsync<byte[]>(new CommandDefinition(
            "select document_print from pass.identity_check where id = @Id", new { check.Id },
            cancellationToken: cancellation));
        var typed = await prints.OfAsync(check.Document, number ?? "", cancellation);
        return await RefusalOfNumberAsync(connection, officer, check.Person, noted, typed, cancellation);
    }

    // Who comes to recover a pass shows the document by which it is known, where the city can tell.
    async Task<CheckOutcome> RefusalOfRecordAsync(
        NpgsqlConnection connection, PersonId officer, PersonId person, string? toRecoverBy, byte[]? noted,
        CancellationToken cancellation)
    {
        var known = (await connection.QueryAsync<byte[]>(new CommandDefinition(
            """
            select document_print from pass.known_document
            where person = @person and document = @toRecoverBy and is_live
            """, new { person = person.Value, toRecoverBy }, cancellationToken: cancellation))).ToList();
        if (known.Count == 0
            || (noted is not null && known.Any(print => CryptographicOperations.FixedTimeEquals(noted, print))))
            return await RefusalOfNumberAsync(connection, officer, person, noted, noted, cancellation);
        if (await HasTypedTooManyAsync(connection, officer, person, cancellation))
            return CheckOutcome.TooManyNumbers;
        await steps.LogAsync(connection, person, officer, CounterStep.NumberNotTheirs, cancellation);
        return CheckOutcome.NumberNotTheirs;
    }

    // In the caller's transaction, which is to be committed: a number in vain is written down and counted.
    async Task<CheckOutcome> RefusalOfNumberAsync(
        NpgsqlConnection connection, PersonId officer, PersonId person, byte[]? noted, byte[]? typed,
        CancellationToken cancellation)
    {
        if (noted is null)
            return CheckOutcome.Done;
        if (await HasTypedTooManyAsync(connection, officer, person, cancellation))
            return CheckOutcome.TooManyNumbers;
        var (refusal, step) = !CryptographicOperations.FixedTimeEquals(noted, typed)
            ? (CheckOutcome.NumbersDiffer, CounterStep.NumberDiffered)
            : await DocumentPrints.ProvesAnotherAsync(connection, person, noted, cancellation)
            ? (CheckOutcome.DocumentOfAnother, CounterStep.DocumentOfAnother)
            : (CheckOutcome.Done, default);
        if (refusal != CheckOutcome.Done)
            await steps.LogAsync(connection, person, officer, step, cancellation);
        return refusal;
    }

    // Numbers in vain, and those of this person that no second officer has confirmed: whether one was taken tells
    // whether it is known. Until the caller's transaction ends the officer's next number waits.
    async Task<bool> HasTypedTooManyAsync(
        NpgsqlConnection connection, PersonId officer, PersonId person, CancellationToken cancellation)
    {
        var values = new
        {
            officer = officer.Value, person = person.Value, since = time.GetUtcNow() - WrongNumbersWithin,
        };
        await connection.ExecuteAsync(new CommandDefinition(
            "select pg_advisory_xact_lock(hashtextextended(@officer::text, 68))", values,
            cancellationToken: cancellation));
        return await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            """
            select (select count(*) from pass.counter_step
                    where officer = @officer and at > @since
                      and step in ('NumberDiffered', 'NumberNotTheirs', 'DocumentOfAnother'))
              + (select count(*) from pass.identity_check
                 where person = @person and first_officer = @officer and recorded_at > @since
                   and document_print is not null and approved_at is null)
            """, values, cancellationToken: cancellation)) >= WrongNumbersMax;
    }

    async Task<(CheckOutcome Outcome, CounterCheck? Check)> DecideAsync(
        PersonId officer, Guid id, Func<NpgsqlConnection, CounterCheck, Task<CheckOutcome>> rule, string update,
        Func<CounterCheck, CounterStep> step, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // Two officers may press at once; the second sees what the first did.
        var row = await connection.QuerySingleOrDefaultAsync<Row>(
            $"{Select} where c.id = @id for update of c", new { id }, transaction);
        if (row?.ToCheck() is not { } check)
            return (CheckOutcome.NotFound, null);
        if (await family.LooksAfterAsync(officer, check.Person, cancellation))
            return (CheckOutcome.NotOfYourself, null);
        if (await rule(connection, check) is var outcome && outcome != CheckOutcome.Done)
        {
            // A number in vain was written down.
            await transaction.CommitAsync(cancellation);
            return (outcome, null);
        }

        await connection.ExecuteAsync(update, new { id, officer = officer.Value, now = time.GetUtcNow() }, transaction);
        await steps.LogAsync(connection, check.Person, officer, step(check), cancellation);
        await log.WriteAsync(
            connection,
            OfficerView.Of(officer, check.Person, OfficerPurposes.SecondOfficer, ["name_seen", "document"]),
            cancellation);
        await transaction.CommitAsync(cancellation);
        return (CheckOutcome.Done, check);
    }

    async Task<IReadOnlyList<CounterCheck>> ReadAsync(string where, object values, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            $"{Select} {where}", values, cancellationToken: cancellation));
        return [.. rows.Select(row => row.ToCheck())];
    }

    sealed class Row
    {
        public Guid Id { get; init; }
        public Guid Person { get; init; }
        public bool IsRecovery { get; init; }
        public string Document { get; init; } = "";
        public bool HasNumber { get; init; }
        public string NameSeen { get; init; } = "";
        public Guid FirstOfficer { get; init; }
        public string FirstOfficerName { get; init; } = "";
        public DateTimeOffset RecordedAt { get; init; }
        public DateTimeOffset? ApprovedAt { get; init; }
        public DateTimeOffset? WithdrawnAt { get; init; }

        public CounterCheck ToCheck() => new(
            Id, new PersonId(Person), IsRecovery, Document, HasNumber, NameSeen, new PersonId(FirstOfficer),
            FirstOfficerName, RecordedAt, ApprovedAt, WithdrawnAt);
    }
}
