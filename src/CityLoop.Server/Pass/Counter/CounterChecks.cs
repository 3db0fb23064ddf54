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

    /// <summary>
    /// Says whose child somebody is, and shows no face: for a child who came with a guardian and has nothing else.
    /// </summary>
    public const string HouseholdRegister = "household_register";
}

/// <summary>A check of who somebody is, by two officers.</summary>
/// <param name="IsRecovery">It also hands over a code to sign in with.</param>
/// <param name="HasNumber">The first officer noted the document's number, so the second one types it, too.</param>
/// <param name="WaitsUntil">Until then its owner can stop it.</param>
sealed record CounterCheck(
    Guid Id, PersonId Person, bool IsRecovery, string Document, bool HasNumber, string NameSeen,
    PersonId FirstOfficer, string FirstOfficerName, DateTimeOffset RecordedAt, DateTimeOffset? ApprovedAt,
    DateTimeOffset? WaitsUntil, DateTimeOffset? WithdrawnAt)
{
    /// <summary>Who withdrew it: an officer, or its owner who stopped it; null where it ended with childhood.</summary>
    public PersonId? WithdrawnBy { get; init; }

    /// <summary>The name that was seen when the pass was checked; null before.</summary>
    public string? NameKnown { get; init; }

    /// <summary>Right after it was approved: what a link needs that stops it.</summary>
    public string? Stop { get; init; }

    /// <summary>Whether it says who somebody is.</summary>
    public bool Counts => !IsRecovery && ApprovedAt is not null && WaitsUntil is null && WithdrawnAt is null;

    /// <summary>Whether it says whose pass it is, if not any more how they look.</summary>
    public bool LeadsBack => !IsRecovery && ApprovedAt is not null && WaitsUntil is null && WithdrawnBy is null;

    /// <summary>Whether its own owner said that it is not theirs.</summary>
    public bool IsStopped => WithdrawnBy == Person;
}

/// <summary>
/// The rule of four eyes: one officer records what they saw, another approves it within half an hour, either withdraws.
/// The table refuses what slips past this.
/// </summary>
sealed partial class CounterChecks(
    NpgsqlDataSource database, TimeProvider time, CounterSteps steps, DocumentPrints prints, AccessLog log,
    FamilyStore family, CheckWaits waits)
{
    public static readonly TimeSpan ApproveWithin = TimeSpan.FromMinutes(30);

    /// <summary>So many numbers one officer may type in vain within <see cref="WrongNumbersWithin"/>.</summary>
    public const int WrongNumbersMax = 5;

    public static readonly TimeSpan WrongNumbersWithin = TimeSpan.FromMinutes(10);

    const string Select =
        """
        select c.id, c.person, c.purpose = 'recovery' as is_recovery, c.document,
          c.document_print is not null as has_number, c.name_seen, c.first_officer,
          o.name as first_officer_name, c.recorded_at, c.approved_at, c.waits_until, c.withdrawn_at, c.withdrawn_by,
          (select k.name_seen from pass.identity_check k
           where k.person = c.person and k.purpose = 'identity' and k.approved_at is not null
             and k.waits_until is null and (k.withdrawn_at is null or k.withdrawn_by is null) and k.id <> c.id
           order by k.approved_at desc limit 1) as name_known
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
        if (isRecovery && !await LeadsBackAsync(visit.Person, cancellation))
            return CheckOutcome.NeverChecked;
        if (isRecovery && number is null)
            return CheckOutcome.NumberMissing;
        if (number is not null)
            await prints.RenewAsync(connection, document, number, cancellation);
        var documentPrint = number is null ? null : await prints.OfAsync(document, number, cancellation);
        var isNational = number is not null && DocumentNumbers.KindOf(document, number) == DocumentNumbers.National;
        if (await RefusalOfRecordAsync(
                connection, officer, visit.Person, isRecovery, isNational, documentPrint, cancellation)
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

    /// <summary>The second officer has seen it, too: it takes effect, or waits for its owner to stop it.</summary>
    /// <param name="number">As they read it on the document, where the first one noted it.</param>
    public Task<(CheckOutcome Outcome, CounterCheck? Check)> ApproveAsync(
        PersonId officer, Guid id, string? number, CancellationToken cancellation) => DecideAsync(
            officer, id,
            async (connection, check) =>
                RefusalOfApproval(officer, check) is var refusal && refusal != CheckOutcome.Done ? refusal
                // What it rests on may have been withdrawn since it was recorded.
                : check.IsRecovery && !await LeadsBackAsync(check.Person, cancellation) ? CheckOutcome.NeverChecked
                : check.HasNumber
                    ? await RefusalOfSecondNumberAsync(connection, officer, check, number, cancellation)
                    : refusal,
            async (connection, check) =>
            {
                var (until, stop) = await waits.ApproveAsync(connection, officer, check);
                return check with { WaitsUntil = until, Stop = stop };
            },
            check => check.IsRecovery ? CounterStep.RecoveryApproved : CounterStep.IdentityApproved, cancellation);

    /// <summary>It was a mistake: before the approval or after it.</summary>
    public Task<(CheckOutcome Outcome, CounterCheck? Check)> WithdrawAsync(
        PersonId officer, Guid id, CancellationToken cancellation) => DecideAsync(
            officer, id,
            (_, check) => Task.FromResult(
                check.Person == officer ? CheckOutcome.NotOfYourself
                : check.WithdrawnAt is not null ? CheckOutcome.DecidedBefore
                : CheckOutcome.Done),
            async (connection, check) =>
            {
                await connection.ExecuteAsync(
                    "update pass.identity_check set withdrawn_by = @officer, withdrawn_at = @now where id = @id",
                    new { id, officer = officer.Value, now = time.GetUtcNow() });
                return check;
            },
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

    async Task<(CheckOutcome Outcome, CounterCheck? Check)> DecideAsync(
        PersonId officer, Guid id, Func<NpgsqlConnection, CounterCheck, Task<CheckOutcome>> rule,
        Func<NpgsqlConnection, CounterCheck, Task<CounterCheck>> update, Func<CounterCheck, CounterStep> step,
        CancellationToken cancellation)
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

        var decided = await update(connection, check);
        await steps.LogAsync(connection, check.Person, officer, step(check), cancellation);
        await log.WriteAsync(
            connection,
            OfficerView.Of(officer, check.Person, OfficerPurposes.SecondOfficer, ["name_seen", "document"]),
            cancellation);
        await transaction.CommitAsync(cancellation);
        return (CheckOutcome.Done, decided);
    }

    // Without an earlier check no document shows whose pass it is.
    async Task<bool> LeadsBackAsync(PersonId person, CancellationToken cancellation) =>
        (await OfAsync(person, cancellation)).Any(check => check.LeadsBack);

    /// <summary>Checks that a condition finds.</summary>
    public async Task<IReadOnlyList<CounterCheck>> ReadAsync(
        string where, object values, CancellationToken cancellation)
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
        public DateTimeOffset? WaitsUntil { get; init; }
        public DateTimeOffset? WithdrawnAt { get; init; }
        public Guid? WithdrawnBy { get; init; }
        public string? NameKnown { get; init; }

        public CounterCheck ToCheck() => new(
            Id, new PersonId(Person), IsRecovery, Document, HasNumber, NameSeen, new PersonId(FirstOfficer),
            FirstOfficerName, RecordedAt, ApprovedAt, WaitsUntil, WithdrawnAt)
        {
            WithdrawnBy = WithdrawnBy is { } by ? new PersonId(by) : null, NameKnown = NameKnown,
        };
    }
}
