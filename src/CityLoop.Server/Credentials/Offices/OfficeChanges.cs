using System.Text.Json;
using CityLoop.Server.Pass;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Credentials.Offices;

/// <summary>What became of an officer's part in a change, in order of precedence.</summary>
enum OfficeChangeOutcome
{
    /// <summary>There is no such change.</summary>
    Unknown,

    /// <summary>Approved or refused before.</summary>
    DecidedBefore,

    /// <summary>Who asked is not the second pair of eyes.</summary>
    NeedsAnotherOfficer,

    /// <summary>Another change of the same thing waits for a decision.</summary>
    AnotherWaits,

    /// <summary>With this there would be more fingerprints in a month than the city makes.</summary>
    TooMany,

    /// <summary>It waits for a second officer.</summary>
    Waits,
    Done,
}

/// <summary>What officers did to an office, or ask for.</summary>
sealed record OfficeChange
{
    public required Guid Id { get; init; }
    public required Guid Office { get; init; }
    public required string Kind { get; init; }
    public required string Detail { get; init; }

    /// <summary>What was asked for, as JSON.</summary>
    public required string Content { get; init; }
    public required Guid AskedBy { get; init; }
    public required DateTimeOffset AskedAt { get; init; }
    public Guid? DecidedBy { get; init; }
    public DateTimeOffset? DecidedAt { get; init; }
    public bool? IsApproved { get; init; }

    /// <summary>What was asked for; null where the kind says it all, and for registers of the first days.</summary>
    public object? Read() => Kind switch
    {
        "office" => JsonSerializer.Deserialize<OfficeDraft>(Content),
        "type" => JsonSerializer.Deserialize<TypeDraft>(Content),
        "fingerprints" => JsonSerializer.Deserialize<FingerprintFile>(Content),
        "register" when Content[0] == '{' => JsonSerializer.Deserialize<RegisterUpload>(Content),
        _ => null,
    };
}

/// <summary>
/// What officers change of offices: one asks, another approves, and then it holds. An office that is suspended is so at
/// once. The table refuses what slips past this.
/// </summary>
sealed class OfficeChanges(NpgsqlDataSource database, OfficeStore offices, Registers registers, TimeProvider time)
{
    const string Columns =
        "id, office, kind, detail, content::text as content, asked_by, asked_at, decided_by, decided_at, "
        + "is_approved";

    /// <summary>An office is to be registered or changed.</summary>
    public Task<OfficeChangeOutcome> AskForOfficeAsync(
        PersonId officer, Guid office, OfficeDraft draft, CancellationToken cancellation) => AskAsync(
            officer, office, "office", $"office:{draft.Code}", Joined(draft.Code, draft.Name.Chinese),
            (_, _) => Task.FromResult<object>(draft), cancellation);

    /// <summary>A kind of credential is to be registered or changed.</summary>
    public Task<OfficeChangeOutcome> AskForTypeAsync(
        PersonId officer, Office office, TypeDraft draft, CancellationToken cancellation) => AskAsync(
            officer, office.Id, "type", $"type:{draft.Code}", Joined(draft.Code, draft.Name.Chinese),
            (_, _) => Task.FromResult<object>(draft), cancellation);

    /// <summary>A register is to be replaced by what was read from a file.</summary>
    /// <param name="sha256">Of the file, by which the second officer sees that it is the one they were told of.</param>
    public Task<OfficeChangeOutcome> AskForRegisterAsync(
        PersonId officer, Office office, CredentialType type, IReadOnlyList<RegisterLine> lines, string sha256,
        CancellationToken cancellation) => AskAsync(
            officer, office.Id, "register", $"register:{type.Code}", Joined(type.Code, $"{lines.Count}"),
            async (connection, id) =>
            {
                await registers.StageAsync(connection, id, lines, cancellation);
                var (added, removed, changed) = await Registers.CompareAsync(connection, type.Code, id, cancellation);
                return new RegisterUpload(type.Code, sha256, added, removed, changed);
            }, cancellation);

    /// <summary>The numbers in a file are to be turned into fingerprints, once.</summary>
    public async Task<OfficeChangeOutcome> AskForFingerprintsAsync(
        PersonId officer, Office office, FingerprintFile file, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var made = await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            """
            select coalesce(sum((content->>'Lines')::bigint), 0) from credentials.office_change
            where kind = 'fingerprints' and asked_at > @since and is_approved is not false
            """, new { since = time.GetUtcNow() - MakeFingerprints.Within }, cancellationToken: cancellation));
        return made + file.Lines > MakeFingerprints.Max ? OfficeChangeOutcome.TooMany : await AskAsync(
            officer, office.Id, "fingerprints", $"fingerprints:{office.Code}:{file.Sha256}",
            Joined(office.Code, $"{file.Lines}"), (_, _) => Task.FromResult<object>(file), cancellation);
    }

    /// <summary>Whether this officer may make the fingerprints of this file now; they may not a second time.</summary>
    public async Task<bool> UseFingerprintsAsync(
        PersonId officer, Office office, string sha256, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var now = time.GetUtcNow();
        return await connection.ExecuteAsync(new CommandDefinition(
            """
            update credentials.office_change set used_at = @now
            where kind = 'fingerprints' and office = @Id and asked_by = @officer and content->>'Sha256' = @sha256
              and is_approved and used_at is null and decided_at > @since
            """,
            new { office.Id, officer = officer.Value, sha256, now, since = now - MakeFingerprints.UseWithin },
            cancellationToken: cancellation)) > 0;
    }

    /// <summary>Nothing is issued from now on, at once; or again, when a second officer agrees.</summary>
    public async Task<OfficeChangeOutcome> SuspendAsync(
        PersonId officer, Office office, bool isSuspended, CancellationToken cancellation)
    {
        if (!isSuspended)
            return await AskAsync(
                officer, office.Id, "resume", $"open:{office.Code}", office.Code,
                (_, _) => Task.FromResult<object>(office.Code), cancellation);
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var now = time.GetUtcNow();
        await connection.ExecuteAsync(new CommandDefinition(
            """
            update credentials.office set suspended_at = @now where id = @Id and suspended_at is null;
            insert into credentials.office_change (id, office, kind, target, content, detail, asked_by, asked_at,
              decided_by, decided_at, is_approved)
            values (@change, @Id, 'suspend', @target, '{}', @Code, @officer, @now, @officer, @now, true)
            """,
            new
            {
                change = Guid.CreateVersion7(now), office.Id, office.Code, target = $"open:{office.Code}",
                officer = officer.Value, now,
            }, transaction, cancellationToken: cancellation));
        await transaction.CommitAsync(cancellation);
        offices.Forget();
        return OfficeChangeOutcome.Done;
    }

    /// <summary>A second officer approves or refuses; who asked may take it back.</summary>
    public async Task<OfficeChangeOutcome> DecideAsync(
        PersonId officer, Guid id, bool isApproved, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // Two officers may press at once; the second sees what the first did.
        var waiting = await connection.QuerySingleOrDefaultAsync<OfficeChange>(
            $"select {Columns} from credentials.office_change where id = @id for update", new { id }, transaction);
        if (waiting is null)
            return OfficeChangeOutcome.Unknown;
        if (waiting.DecidedAt is not null)
            return OfficeChangeOutcome.DecidedBefore;
        if (isApproved && waiting.AskedBy == officer.Value)
            return OfficeChangeOutcome.NeedsAnotherOfficer;
        await ApplyAsync(connection, waiting, isApproved, cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            update credentials.office_change set decided_by = @officer, decided_at = @now, is_approved = @isApproved
            where id = @id
            """, new { id, officer = officer.Value, now = time.GetUtcNow(), isApproved }, transaction,
            cancellationToken: cancellation));
        await transaction.CommitAsync(cancellation);
        offices.Forget();
        return OfficeChangeOutcome.Done;
    }

    /// <summary>What waits for a second officer now, oldest first.</summary>
    public Task<IReadOnlyList<OfficeChange>> WaitingAsync(CancellationToken cancellation) =>
        ReadAsync("where decided_at is null order by asked_at", new { }, cancellation);

    /// <summary>What was done to an office and what is asked for, newest first.</summary>
    public Task<IReadOnlyList<OfficeChange>> OfAsync(Guid office, CancellationToken cancellation) =>
        ReadAsync("where office = @office order by asked_at desc limit 50", new { office }, cancellation);

    async Task ApplyAsync(
        NpgsqlConnection connection, OfficeChange change, bool isApproved, CancellationToken cancellation)
    {
        switch (change.Read())
        {
            case RegisterUpload when !isApproved:
                await Registers.DropAsync(connection, change.Id, cancellation);
                break;
            case RegisterUpload register:
                await registers.ActivateAsync(connection, register.Type, change.Id, cancellation);
                break;
            case OfficeDraft office when isApproved:
                await offices.SaveAsync(connection, change.Office, office, cancellation);
                break;
            case TypeDraft type when isApproved:
                await offices.SaveAsync(connection, change.Office, type, cancellation);
                break;
            case null when isApproved && change.Kind == "resume":
                await connection.ExecuteAsync(new CommandDefinition(
                    "update credentials.office set suspended_at = null where id = @Office", new { change.Office },
                    cancellationToken: cancellation));
                break;
        }
    }

    async Task<OfficeChangeOutcome> AskAsync(
        PersonId officer, Guid office, string kind, string target, string detail,
        Func<NpgsqlConnection, Guid, Task<object>> content, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var now = time.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        var asked = await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into credentials.office_change (id, office, kind, target, content, detail, asked_by, asked_at)
            values (@id, @office, @kind, @target, @content::jsonb, @detail, @officer, @now) on conflict do nothing
            """,
            new
            {
                id, office, kind, target, content = JsonSerializer.Serialize(await content(connection, id)), detail,
                officer = officer.Value, now,
            }, transaction, cancellationToken: cancellation));
        if (asked == 0)
            return OfficeChangeOutcome.AnotherWaits;
        await transaction.CommitAsync(cancellation);
        return OfficeChangeOutcome.Waits;
    }

    async Task<IReadOnlyList<OfficeChange>> ReadAsync(string where, object values, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return [.. await connection.QueryAsync<OfficeChange>(new CommandDefinition(
            $"select {Columns} from credentials.office_change {where}", values, cancellationToken: cancellation))];
    }

    static string Joined(params string[] parts) => string.Join(" · ", parts.Where(part => part.Length > 0));
}
