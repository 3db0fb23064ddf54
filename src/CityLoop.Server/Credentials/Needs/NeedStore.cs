using System.Text.Json;
using CityLoop.Server.City;
using CityLoop.Server.Pass;
using CityLoop.Server.SignOn;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Credentials.Needs;

/// <summary>What became of a second officer's decision, in order of precedence.</summary>
enum DecideOutcome
{
    /// <summary>There is nothing that waits.</summary>
    NothingWaits,

    /// <summary>Who asked for it cannot approve it; refusing it takes it back.</summary>
    NeedsSecondOfficer,
    Done,
}

/// <summary>The registered needs: each wording, who wrote it and who decided on it.</summary>
sealed class NeedStore(NpgsqlDataSource database, TimeProvider time)
{
    const string Columns = """
        v.need as id, n.service, n.code, n.suspended_at, v.version, v.terms, v.name, v.name_en, v.name_ja, v.purpose,
        v.purpose_en, v.purpose_ja, v.basis, v.asked, v.level_min, v.consent_days, v.kept_days, v.return_addresses,
        v.encryption_key, v.sealed_key, v.rule, v.written_by, v.written_at, v.decided_by, v.decided_at, v.is_approved
        """;

    const string From = "from credentials.need_version v join credentials.need n on n.id = v.need";

    /// <summary>The wording that holds now; null while none has been approved.</summary>
    public async Task<Need?> FindAsync(string code, CancellationToken cancellation) =>
        (await ReadAsync(
            "n.code = @code and v.is_approved order by v.version desc limit 1", new { code }, cancellation))
        .SingleOrDefault();

    /// <inheritdoc cref="FindAsync(string, CancellationToken)"/>
    public async Task<Need?> CurrentAsync(Guid need, CancellationToken cancellation) =>
        (await ReadAsync(
            "n.id = @need and v.is_approved order by v.version desc limit 1", new { need }, cancellation))
        .SingleOrDefault();

    /// <summary>All wordings of a need, the newest first.</summary>
    public Task<IReadOnlyList<Need>> VersionsAsync(Guid need, CancellationToken cancellation) =>
        ReadAsync("n.id = @need order by v.version desc", new { need }, cancellation);

    /// <summary>The newest wording of each need, those that wait for the second officer first.</summary>
    public Task<IReadOnlyList<Need>> AllAsync(CancellationToken cancellation) => ReadAsync(
        """
        v.version = (select max(version) from credentials.need_version where need = n.id)
        order by v.decided_at is not null, n.code
        """, new { }, cancellation);

    /// <summary>Keeps a wording that waits for a second officer; false when the code is taken or one waits.</summary>
    public async Task<bool> WriteAsync(Need need, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var written = await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into credentials.need (id, service, code) values (@Id, @Service, @Code) on conflict do nothing;
            insert into credentials.need_version (need, version, terms, name, name_en, name_ja, purpose, purpose_en,
              purpose_ja, basis, asked, level_min, consent_days, kept_days, return_addresses, encryption_key,
              sealed_key, rule, written_by, written_at)
            select @Id, @Version, @Terms, @name, @nameEn, @nameJa, @purpose, @purposeEn, @purposeJa, @basis,
              @asked::jsonb, @LevelMin, @ConsentDays, @KeptDays, @returnAddresses, @EncryptionKey, @SealedKey,
              @rule::jsonb, @WrittenBy, @WrittenAt
            from credentials.need where id = @Id and code = @Code and service = @Service
            on conflict do nothing
            """,
            new
            {
                need.Id, need.Service, need.Code, need.Version, need.Terms, need.ConsentDays, need.KeptDays,
                need.EncryptionKey, need.SealedKey, need.WrittenBy, need.WrittenAt, LevelMin = (short)need.LevelMin,
                name = need.Names["zh-TW"], nameEn = need.Names["en"], nameJa = need.Names["ja"],
                purpose = need.Purposes["zh-TW"], purposeEn = need.Purposes["en"], purposeJa = need.Purposes["ja"],
                basis = Written(need.Basis), asked = JsonSerializer.Serialize(need.Asked),
                returnAddresses = need.ReturnAddresses.ToArray(),
                rule = need.Rule is null ? null : JsonSerializer.Serialize(need.Rule),
            }, transaction, cancellationToken: cancellation));
        // A new need is two lines, a new wording one: whatever else is no whole wording and leaves nothing.
        if (written != (need.Version == 1 ? 2 : 1))
            return false;
        await transaction.CommitAsync(cancellation);
        return true;
    }

    /// <summary>
    /// A second officer approves the wording that waits, or anybody takes it back. Where people are asked for something
    /// else from now on, what they agreed to before ends at this moment.
    /// </summary>
    public Task<DecideOutcome> DecideAsync(
        Guid need, int version, PersonId officer, bool isApproved, CancellationToken cancellation) => DecideAsync(
            """
            select written_by from credentials.need_version
            where need = @need and version = @which and decided_at is null for update
            """,
            """
            update credentials.need_version set decided_by = @officer, decided_at = @now, is_approved = @isApproved
            where need = @need and version = @which;
            with ended as (
              update credentials.consent c set ended_at = @now, end_reason = 'replaced'
              from credentials.need_version before, credentials.need_version v
              where @isApproved and c.need = @need and c.ended_at is null and c.until > @now
                and before.need = c.need and before.version = c.version
                and v.need = @need and v.version = @which and v.terms <> before.terms
              returning c.id)
            insert into credentials.consent_event (consent, at, event) select id, @now, 'replaced' from ended
            """, need, version, officer, isApproved, cancellation);

    /// <summary>
    /// Whether this wording holds; until the caller's transaction ends no other one takes its place, and nobody stops
    /// it.
    /// </summary>
    public static async Task<bool> HoldsAsync(NpgsqlConnection connection, Need need) =>
        await connection.ExecuteScalarAsync<bool>(
            "select suspended_at is null from credentials.need where id = @Id for share", need)
        && await connection.ExecuteScalarAsync<int>(
            "select max(version) from credentials.need_version where need = @Id and is_approved", need) == need.Version;

    /// <summary>Stops a need at once; nothing agreed to changes.</summary>
    public async Task StopAsync(Guid need, PersonId officer, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            with changed as (
              update credentials.need set suspended_at = @now where id = @need and suspended_at is null returning id)
            insert into credentials.need_stop (need, at, officer, is_suspended, decided_by, decided_at, is_approved)
            select id, @now, @officer, true, @officer, @now, true from changed
            """, new { need, officer = officer.Value, now = time.GetUtcNow() }, cancellationToken: cancellation));
    }

    /// <summary>An officer asks that a stopped need goes on as it was approved; one such wish waits.</summary>
    public async Task AskToResumeAsync(Guid need, PersonId officer, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into credentials.need_stop (need, at, officer, is_suspended)
            select id, @now, @officer, false from credentials.need where id = @need and suspended_at is not null
            on conflict do nothing
            """, new { need, officer = officer.Value, now = time.GetUtcNow() }, cancellationToken: cancellation));
    }

    /// <summary>A second officer lets the need go on, or anybody takes the wish back.</summary>
    /// <param name="stop">The <see cref="NeedStop.Number"/> that waits.</param>
    public Task<DecideOutcome> DecideToResumeAsync(
        Guid need, long stop, PersonId officer, bool isApproved, CancellationToken cancellation) => DecideAsync(
            """
            select officer from credentials.need_stop
            where need = @need and number = @which and decided_at is null for update
            """,
            """
            update credentials.need_stop set decided_by = @officer, decided_at = @now, is_approved = @isApproved
            where number = @which;
            update credentials.need set suspended_at = null where id = @need and @isApproved
            """, need, stop, officer, isApproved, cancellation);

    /// <summary>Who stopped a need and who let it go on, the newest first.</summary>
    public async Task<IReadOnlyList<NeedStop>> StopsAsync(Guid need, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return [.. await connection.QueryAsync<NeedStop>(new CommandDefinition(
            """
            select number, at, officer, is_suspended, decided_by, decided_at, is_approved from credentials.need_stop
            where need = @need order by number desc
            """, new { need }, cancellationToken: cancellation))];
    }

    /// <summary>How a ground stands in the table, in texts and in receipts.</summary>
    public static string Written(LawfulBasis basis) => JsonNamingPolicy.SnakeCaseLower.ConvertName(basis.ToString());

    /// <inheritdoc cref="Written"/>
    public static LawfulBasis? ReadBasis(string? written) =>
        Enum.GetValues<LawfulBasis>().Where(basis => Written(basis) == written).Select(basis => (LawfulBasis?)basis)
            .SingleOrDefault();

    // What waits is read with who asked for it, and nobody else decides on it meanwhile.
    async Task<DecideOutcome> DecideAsync(
        string whoAsked, string decide, Guid need, long which, PersonId officer, bool isApproved,
        CancellationToken cancellation)
    {
        var values = new { need, which, officer = officer.Value, isApproved, now = time.GetUtcNow() };
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // Who is agreeing to a need at this moment is waited for: their consent is looked at as any other.
        await connection.ExecuteAsync(new CommandDefinition(
            "select from credentials.need where id = @need for no key update", values, transaction,
            cancellationToken: cancellation));
        var asker = await connection.QuerySingleOrDefaultAsync<Guid?>(new CommandDefinition(
            whoAsked, values, transaction, cancellationToken: cancellation));
        if (asker is null)
            return DecideOutcome.NothingWaits;
        if (isApproved && asker == officer.Value)
            return DecideOutcome.NeedsSecondOfficer;
        await connection.ExecuteAsync(new CommandDefinition(
            decide, values, transaction, cancellationToken: cancellation));
        await transaction.CommitAsync(cancellation);
        return DecideOutcome.Done;
    }

    async Task<IReadOnlyList<Need>> ReadAsync(string which, object values, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<NeedRow>(new CommandDefinition(
            $"select {Columns} {From} where {which}", values, cancellationToken: cancellation));
        return [.. rows.Select(row => row.ToNeed())];
    }
}

/// <summary>An officer stopped a need, or asked that it goes on; that waits for another one.</summary>
sealed record NeedStop(
    long Number, DateTimeOffset At, Guid Officer, bool IsSuspended, Guid? DecidedBy, DateTimeOffset? DecidedAt,
    bool? IsApproved);
