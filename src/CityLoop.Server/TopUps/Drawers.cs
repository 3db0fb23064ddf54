using CityLoop.Server.Pass;
using Dapper;
using Npgsql;

namespace CityLoop.Server.TopUps;

/// <summary>
/// The cash of officers: each opens a drawer with what is in it, counts it at the end, and another officer says that
/// they have seen it. A difference is noted, never mended.
/// </summary>
sealed class Drawers(NpgsqlDataSource database, TimeProvider time)
{
    public const int NoteMax = 300;

    const string Columns =
        "id, officer, opened_at, opening, closed_at, expected, counted, note, confirmed_by, confirmed_at";

    public async Task<Drawer?> OpenOfAsync(PersonId officer, CancellationToken cancellation) =>
        (await ReadAsync("officer = @officer and closed_at is null", new { officer = officer.Value }, cancellation))
            .SingleOrDefault();

    /// <summary>Closed ones that nobody else has seen yet, then the latest of the others.</summary>
    public Task<IReadOnlyList<Drawer>> LatestAsync(int count, CancellationToken cancellation) => ReadAsync(
        "closed_at is not null order by confirmed_at is not null, closed_at desc limit @count", new { count },
        cancellation);

    public async Task<TopUpOutcome> OpenAsync(PersonId officer, long opening, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        return await ChangeAsync(
            """
            insert into topups.drawer (id, officer, opened_at, opening) values (@id, @officer, @now, @opening)
            on conflict do nothing
            """, new { id = Guid.CreateVersion7(now), officer = officer.Value, now, opening }, cancellation)
            ? TopUpOutcome.Done
            : TopUpOutcome.DrawerIsOpen;
    }

    /// <summary>What should be in it now.</summary>
    public async Task<long> ExpectedAsync(Guid drawer, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            $"select {TopUpStore.InDrawer} from topups.drawer d where id = @drawer", new { drawer },
            cancellationToken: cancellation));
    }

    /// <summary>An officer has counted; nothing comes or goes any more.</summary>
    public async Task<TopUpOutcome> CloseAsync(
        PersonId officer, long counted, string note, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // A statement of its own: the sums are those of who had it before.
        var found = await connection.QuerySingleOrDefaultAsync<Guid?>(new CommandDefinition(
            "select id from topups.drawer where officer = @Value and closed_at is null for update", officer,
            transaction, cancellationToken: cancellation));
        if (found is not { } drawer)
            return TopUpOutcome.NoDrawer;
        var isOpen = await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            """
            select exists (select from topups.top_up where drawer = @drawer and posted_at is null)
              or exists (select from topups.correction where drawer = @drawer
                         and (decided_at is null or is_approved and posted_at is null))
            """, new { drawer }, transaction, cancellationToken: cancellation));
        if (isOpen)
            return TopUpOutcome.MovementIsOpen;
        await connection.ExecuteAsync(new CommandDefinition(
            $"""
            update topups.drawer d set closed_at = @now, counted = @counted, note = @note,
              expected = {TopUpStore.InDrawer}
            where id = @drawer
            """, new { drawer, counted, note, now = time.GetUtcNow() }, transaction, cancellationToken: cancellation));
        await transaction.CommitAsync(cancellation);
        return TopUpOutcome.Done;
    }

    /// <summary>Another officer has seen what was counted.</summary>
    public async Task<TopUpOutcome> ConfirmAsync(PersonId officer, Guid drawer, CancellationToken cancellation)
    {
        if ((await ReadAsync("id = @drawer", new { drawer }, cancellation)).SingleOrDefault()
            is not { ClosedAt: not null } found)
            return TopUpOutcome.NothingThere;
        if (found.Officer == officer.Value)
            return TopUpOutcome.NeedsAnotherOfficer;
        return await ChangeAsync(
            """
            update topups.drawer set confirmed_by = @officer, confirmed_at = @now
            where id = @drawer and confirmed_by is null
            """, new { drawer, officer = officer.Value, now = time.GetUtcNow() }, cancellation)
            ? TopUpOutcome.Done
            : TopUpOutcome.DecidedBefore;
    }

    async Task<IReadOnlyList<Drawer>> ReadAsync(string where, object values, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return [.. await connection.QueryAsync<Drawer>(new CommandDefinition(
            $"select {Columns} from topups.drawer where {where}", values, cancellationToken: cancellation))];
    }

    async Task<bool> ChangeAsync(string sql, object values, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteAsync(new CommandDefinition(
            sql, values, cancellationToken: cancellation)) > 0;
    }
}
