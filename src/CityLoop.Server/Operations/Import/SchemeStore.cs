using CityLoop.Ledger;
using Dapper;
using Npgsql;
using NpgsqlTypes;

namespace CityLoop.Server.Operations.Import;

/// <summary>Keeps what imports of a scheme decided.</summary>
sealed class SchemeStore(NpgsqlDataSource database)
{
    static readonly object Scheme = new { scheme = SchemeIds.Scheme };

    /// <summary>Held while an import runs: two at once would decide on each other's half-made balances.</summary>
    /// <returns>Null when another import is running; else dispose it at the end.</returns>
    public async Task<IAsyncDisposable?> TryLockAsync(CancellationToken cancellation)
    {
        var connection = await database.OpenConnectionAsync(cancellation);
        if (await connection.ExecuteScalarAsync<bool>(
            "select pg_try_advisory_lock(hashtextextended('imports.' || @scheme, 0))", Scheme))
            return new Lock(connection);
        await connection.DisposeAsync();
        return null;
    }

    public async Task<SchemeMemory> RememberAsync(CancellationToken cancellation)
    {
        var memory = new SchemeMemory();
        await using var connection = await database.OpenConnectionAsync(cancellation);
        foreach (var row in await connection.QueryAsync<(Guid Id, Guid Content, short Outcome)>(
            "select id, content, outcome from imports.row where scheme = @scheme", Scheme))
            memory.Rows.Add(row.Id, new DecidedRow(row.Id, row.Content, (RowOutcome)row.Outcome));
        memory.Registered.UnionWith(await connection.QueryAsync<string>(
            "select member from imports.member where scheme = @scheme and is_registered", Scheme));
        memory.Held.AddRange((await connection.QueryAsync<(Guid Id, string Member, long Units, DateTime At)>(
            """
            select id, member, units, given_at from imports.held_gift
            where scheme = @scheme and not is_released order by given_at, id
            """, Scheme)).Select(g => new HeldGift(g.Id, g.Member, g.Units, g.At)));
        memory.Unanswered.AddRange((await connection.QueryAsync<TransferRow>(
            """
            select id, debit, credit, amount, code, reference, effective_at as EffectiveAt
            from imports.unanswered_transfer where scheme = @scheme order by ordinal
            """, Scheme)).Select(row => row.ToTransfer()));
        return memory;
    }

    /// <summary>
    /// Writes down what will be posted, and what never will be, before anything is: from here on every run ends in
    /// the same books, whatever stops this one.
    /// </summary>
    public async Task DecideAsync(Guid run, string folder, DateTimeOffset now, string summary, SchemePlan plan,
        IReadOnlyList<Transfer> transfers, IEnumerable<MemberAccounts> members, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await connection.ExecuteAsync(
            """
            insert into imports.run (id, scheme, folder, decided_at, summary)
            values (@run, @scheme, @folder, @now, @summary::jsonb)
            """, new { run, scheme = SchemeIds.Scheme, folder, now, summary });
        await connection.ExecuteAsync(
            """
            insert into imports.member (scheme, member, is_registered, account, escrow)
            select @scheme, * from unnest(@names, @registered, @accounts, @escrows)
            on conflict (scheme, member) do update set
              is_registered = imports.member.is_registered or excluded.is_registered,
              account = coalesce(excluded.account, imports.member.account),
              escrow = coalesce(excluded.escrow, imports.member.escrow)
            """,
            new
            {
                scheme = SchemeIds.Scheme,
                names = members.Select(m => m.Member).ToArray(),
                registered = members.Select(m => m.IsRegistered).ToArray(),
                accounts = members.Select(m => m.Account?.Value).ToArray(),
                escrows = members.Select(m => m.Escrow?.Value).ToArray(),
            });
        await CopyRowsAsync(connection, plan.NewRows, cancellation);
        await CopyHeldAsync(connection, plan.NewlyHeld, cancellation);
        await connection.ExecuteAsync(
            "update imports.held_gift set is_released = true where scheme = @scheme and id = any(@released)",
            new { scheme = SchemeIds.Scheme, released = plan.NewlyReleased });
        await connection.ExecuteAsync("delete from imports.unanswered_transfer where scheme = @scheme", Scheme);
        await CopyTransfersAsync(connection, transfers, cancellation);
        await transaction.CommitAsync(cancellation);
    }

    /// <summary>Every transfer has been answered.</summary>
    public async Task CompleteAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await connection.ExecuteAsync("delete from imports.unanswered_transfer where scheme = @scheme", Scheme);
        await connection.ExecuteAsync(
            "update imports.run set posted_at = @now where scheme = @scheme and posted_at is null",
            new { scheme = SchemeIds.Scheme, now });
        await transaction.CommitAsync(cancellation);
    }

    static async Task CopyRowsAsync(NpgsqlConnection connection, List<DecidedRow> rows, CancellationToken cancellation)
    {
        await using var copy = await connection.BeginBinaryImportAsync(
            "copy imports.row (scheme, id, content, outcome) from stdin (format binary)", cancellation);
        foreach (var row in rows)
        {
            await copy.StartRowAsync(cancellation);
            await copy.WriteAsync(SchemeIds.Scheme, NpgsqlDbType.Text, cancellation);
            await copy.WriteAsync(row.Id, NpgsqlDbType.Uuid, cancellation);
            await copy.WriteAsync(row.Content, NpgsqlDbType.Uuid, cancellation);
            await copy.WriteAsync((short)row.Outcome, NpgsqlDbType.Smallint, cancellation);
        }

        await copy.CompleteAsync(cancellation);
    }

    static async Task CopyHeldAsync(NpgsqlConnection connection, List<HeldGift> gifts, CancellationToken cancellation)
    {
        await using var copy = await connection.BeginBinaryImportAsync(
            "copy imports.held_gift (scheme, id, member, units, given_at, is_released) from stdin (format binary)",
            cancellation);
        foreach (var gift in gifts)
        {
            await copy.StartRowAsync(cancellation);
            await copy.WriteAsync(SchemeIds.Scheme, NpgsqlDbType.Text, cancellation);
            await copy.WriteAsync(gift.Id, NpgsqlDbType.Uuid, cancellation);
            await copy.WriteAsync(gift.Member, NpgsqlDbType.Text, cancellation);
            await copy.WriteAsync(gift.Units, NpgsqlDbType.Bigint, cancellation);
            await copy.WriteAsync(gift.At.UtcDateTime, NpgsqlDbType.TimestampTz, cancellation);
            await copy.WriteAsync(false, NpgsqlDbType.Boolean, cancellation);
        }

        await copy.CompleteAsync(cancellation);
    }

    static async Task CopyTransfersAsync(
        NpgsqlConnection connection, IReadOnlyList<Transfer> transfers, CancellationToken cancellation)
    {
        await using var copy = await connection.BeginBinaryImportAsync(
            """
            copy imports.unanswered_transfer
              (scheme, ordinal, id, debit, credit, amount, code, reference, effective_at)
            from stdin (format binary)
            """, cancellation);
        for (var i = 0; i < transfers.Count; i++)
        {
            var transfer = transfers[i];
            await copy.StartRowAsync(cancellation);
            await copy.WriteAsync(SchemeIds.Scheme, NpgsqlDbType.Text, cancellation);
            await copy.WriteAsync(i, NpgsqlDbType.Integer, cancellation);
            await copy.WriteAsync(transfer.Id, NpgsqlDbType.Uuid, cancellation);
            await copy.WriteAsync(transfer.Debit.Value, NpgsqlDbType.Integer, cancellation);
            await copy.WriteAsync(transfer.Credit.Value, NpgsqlDbType.Integer, cancellation);
            await copy.WriteAsync(transfer.Amount, NpgsqlDbType.Bigint, cancellation);
            await copy.WriteAsync((short)transfer.Code, NpgsqlDbType.Smallint, cancellation);
            await copy.WriteAsync(transfer.Reference!.Value, NpgsqlDbType.Uuid, cancellation);
            await copy.WriteAsync(transfer.EffectiveAt!.Value.UtcDateTime, NpgsqlDbType.TimestampTz, cancellation);
        }

        await copy.CompleteAsync(cancellation);
    }

    /// <summary>The session's lock goes with the session, also when this process is killed.</summary>
    sealed class Lock(NpgsqlConnection connection) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await connection.ExecuteAsync(
                "select pg_advisory_unlock(hashtextextended('imports.' || @scheme, 0))", Scheme);
            await connection.DisposeAsync();
        }
    }

    sealed record TransferRow(
        Guid Id, int Debit, int Credit, long Amount, short Code, Guid Reference, DateTime EffectiveAt)
    {
        public Transfer ToTransfer() =>
            new(Id, new AccountId(Debit), new AccountId(Credit), Amount, (TransferCode)Code)
            {
                Reference = Reference,
                EffectiveAt = EffectiveAt,
            };
    }
}

/// <summary>The accounts of a member as far as they are open.</summary>
sealed record MemberAccounts(string Member, bool IsRegistered, AccountId? Account, AccountId? Escrow);
