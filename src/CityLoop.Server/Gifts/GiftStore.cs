using CityLoop.Server.Pass;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Gifts;

/// <summary>The gifts as rows: what was wanted first, what the books say of it behind.</summary>
sealed class GiftStore(NpgsqlDataSource database)
{
    /// <summary>How many of a person's gifts may wait at once: as many escrow accounts are theirs.</summary>
    public const int WaitingMax = 5;

    const string Columns =
        """
        id, given_by as giver, received_by as receiver, to_whom, contact_print, slot, amount, message, made_at,
        posted_at, until, read_by as tell, ending, ended_at, moved, closed_at
        """;

    const string Insert =
        """
        insert into gifts.gift (id, given_by, received_by, to_whom, contact_print, slot, amount, message, made_at,
          posted_at, until, read_by, ending, ended_at, moved, closed_at)
        values (@Id, @Giver, @Receiver, @ToWhom, @ContactPrint, @Slot, @Amount, @Message, @MadeAt, @PostedAt, @Until,
          @Tell, @Ending, @EndedAt, @Moved, @ClosedAt)
        """;

    public async Task<Gift?> FindAsync(Guid id, CancellationToken cancellation) =>
        (await ReadAsync("id = @id", new { id }, cancellation)).SingleOrDefault();

    /// <summary>Writes down what somebody wants to give; null when all of their places are taken.</summary>
    /// <returns>The row of this id, which may be another's.</returns>
    public async Task<Gift?> WantAsync(Gift gift, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        for (var slot = gift.Slot; slot is null or <= WaitingMax; slot++)
        {
            var isKept = await connection.ExecuteAsync(new CommandDefinition(
                Insert + " on conflict do nothing", gift with { Slot = slot }, cancellationToken: cancellation)) == 1;
            if (isKept || await FindAsync(gift.Id, cancellation) is not null || slot is null)
                break;
        }

        return await FindAsync(gift.Id, cancellation);
    }

    /// <summary>
    /// The books have it. A second telling may have taken the row away meanwhile, so it is written again where it is
    /// missing. True for the first who says so.
    /// </summary>
    public async Task<bool> PostedAsync(Gift gift, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteAsync(new CommandDefinition(
            Insert + """
             on conflict (id) do update set posted_at = excluded.posted_at, closed_at = excluded.closed_at
            where gift.posted_at is null
            """, gift with { PostedAt = now, ClosedAt = gift.Slot is null ? now : null },
            cancellationToken: cancellation)) == 1;
    }

    /// <summary>The books refused it: nothing has happened.</summary>
    public Task ForgetAsync(Guid id, CancellationToken cancellation) => ChangeAsync(
        "delete from gifts.gift where id = @id and posted_at is null", new { id }, cancellation);

    /// <summary>Whose contact it is takes a gift, in time and once.</summary>
    public Task<bool> TakeAsync(
        Guid id, PersonId receiver, IReadOnlyList<byte[]> prints, DateTimeOffset now,
        CancellationToken cancellation) => ChangeAsync(
        """
        update gifts.gift set ending = 'taken', ended_at = @now, received_by = @receiver
        where id = @id and ending is null and posted_at is not null and until > @now and contact_print = any(@prints)
        """, new { id, receiver = receiver.Value, prints, now }, cancellation);

    /// <summary>Whose contact it is does not want it.</summary>
    public Task<bool> DeclineAsync(
        Guid id, IReadOnlyList<byte[]> prints, DateTimeOffset now, CancellationToken cancellation) => ChangeAsync(
        """
        update gifts.gift set ending = 'declined', ended_at = @now
        where id = @id and ending is null and posted_at is not null and contact_print = any(@prints)
        """, new { id, prints, now }, cancellation);

    /// <summary>The giver takes back what nobody has taken.</summary>
    public Task<bool> CancelAsync(Guid id, PersonId giver, DateTimeOffset now, CancellationToken cancellation) =>
        ChangeAsync(
            """
            update gifts.gift set ending = 'cancelled', ended_at = @now
            where id = @id and ending is null and posted_at is not null and slot is not null and given_by = @giver
            """, new { id, giver = giver.Value, now }, cancellation);

    /// <summary>What has waited long enough goes back.</summary>
    public Task<bool> ReturnDueAsync(DateTimeOffset now, CancellationToken cancellation) => ChangeAsync(
        """
        update gifts.gift set ending = 'returned', ended_at = @now
        where ending is null and posted_at is not null and until <= @now
        """, new { now }, cancellation);

    /// <summary>
    /// Moves what an ended gift has left, and notes it. One at a time: its escrow account is another gift's then.
    /// </summary>
    /// <param name="move">Answers how much has moved; null where it cannot now.</param>
    /// <returns>The gift with what moved; null for whoever comes second.</returns>
    public async Task<Gift?> CloseAsync(
        Guid id, Func<Gift, Task<long?>> move, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var gift = await connection.QuerySingleOrDefaultAsync<Gift>(new CommandDefinition(
            $"select {Columns} from gifts.gift where id = @id and ending is not null and closed_at is null for update",
            new { id }, transaction, cancellationToken: cancellation));
        if (gift is null || await move(gift) is not { } moved)
            return null;
        await connection.ExecuteAsync(new CommandDefinition(
            """
            update gifts.gift set moved = @moved, closed_at = @now, contact_print = null, read_by = null where id = @id
            """, new { id, moved, now }, transaction, cancellationToken: cancellation));
        await transaction.CommitAsync(cancellation);
        return gift with { Moved = moved };
    }

    /// <summary>Whoever was to be written to has been.</summary>
    public Task<bool> ToldAsync(Guid id, CancellationToken cancellation) => ChangeAsync(
        "update gifts.gift set read_by = null where id = @id and read_by is not null", new { id }, cancellation);

    /// <summary>What was closed long ago is told by the statement alone.</summary>
    public Task<bool> TidyAsync(DateTimeOffset old, CancellationToken cancellation) => ChangeAsync(
        "delete from gifts.gift where closed_at < @old", new { old }, cancellation);

    /// <summary>What a crash, a silent ledger or a frozen account left open.</summary>
    public Task<IReadOnlyList<Gift>> OpenAsync(DateTimeOffset before, CancellationToken cancellation) => ReadAsync(
        """
        closed_at is null and (posted_at is null and made_at <= @before or ended_at <= @before) order by made_at
        """, new { before }, cancellation);

    public Task<IReadOnlyList<Gift>> ToTellAsync(CancellationToken cancellation) => ReadAsync(
        "read_by is not null and posted_at is not null and ending is null order by made_at", new { }, cancellation);

    /// <summary>What waits for whoever has proved one of these contacts.</summary>
    public Task<IReadOnlyList<Gift>> WaitingAsync(
        IReadOnlyList<byte[]> prints, DateTimeOffset now, CancellationToken cancellation) => ReadAsync(
        """
        contact_print = any(@prints) and ending is null and posted_at is not null and until > @now order by made_at
        """, new { prints, now }, cancellation);

    /// <summary>A person's gifts to others and those that reached them, newest first.</summary>
    public Task<IReadOnlyList<Gift>> LatestAsync(PersonId person, int count, CancellationToken cancellation) =>
        ReadAsync(
            "given_by = @person or received_by = @person order by made_at desc, id desc limit @count",
            new { person = person.Value, count }, cancellation);

    public async Task<int> CountSinceAsync(PersonId giver, DateTimeOffset since, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteScalarAsync<int>(new CommandDefinition(
            "select count(*) from gifts.gift where given_by = @giver and made_at >= @since",
            new { giver = giver.Value, since }, cancellationToken: cancellation));
    }

    async Task<IReadOnlyList<Gift>> ReadAsync(string where, object values, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return [.. await connection.QueryAsync<Gift>(new CommandDefinition(
            $"select {Columns} from gifts.gift where {where}", values, cancellationToken: cancellation))];
    }

    async Task<bool> ChangeAsync(string sql, object values, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteAsync(new CommandDefinition(
            sql, values, cancellationToken: cancellation)) > 0;
    }
}
