using CityLoop.Server.City;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Letters;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Vouchers;

/// <summary>
/// Shares a series out when its window is closed, once: the result stands in one transaction with the seed that is told
/// from then on. Whoever was not written to yet is written to when it is asked for again.
/// </summary>
sealed class ShareOut(
    NpgsqlDataSource database, SeriesStore store, LetterWriter letters, Postman postman, CityClock clock)
{
    /// <summary>Letters in one transaction: a crash writes so many again at most, which is none.</summary>
    const int LettersAtOnce = 200;

    public async Task<VoucherOutcome> RunAsync(Guid id, CancellationToken cancellation)
    {
        if (await store.FindAsync(id, cancellation) is not { IsByList: false, OpenedAt: not null } series)
            return VoucherOutcome.Unknown;
        if (clock.Today <= series.ClosesOn)
            return VoucherOutcome.NotNow;
        await using (var connection = await database.OpenConnectionAsync(cancellation))
            await DecideAsync(connection, series, cancellation);
        store.Forget();
        await TellAsync(series, cancellation);
        return VoucherOutcome.Done;
    }

    /// <summary>How many wait for their letter.</summary>
    public async Task<int> UntoldAsync(Guid series, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteScalarAsync<int>(new CommandDefinition(
            """
            select count(*) from vouchers.application
            where series = @series and allotted is not null and told_at is null
            """, new { series }, cancellationToken: cancellation));
    }

    async Task DecideAsync(NpgsqlConnection connection, VoucherSeries series, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // Two officers at once: the second waits here, and finds it done.
        if (await connection.ExecuteScalarAsync<DateTime?>(new CommandDefinition(
            "select drawn_at from vouchers.series where id = @Id for update", new { series.Id }, transaction,
            cancellationToken: cancellation)) is not null)
            return;
        var rows = await connection.QueryAsync<(Guid Id, int Books)>(new CommandDefinition(
            "select id, books from vouchers.application where series = @Id and withdrawn_at is null",
            new { series.Id }, transaction, cancellationToken: cancellation));
        var allotted = Allotment.Of(
            [.. rows.Select(row => new Wish(row.Id, row.Books))], series.Books, series.Allotment, series.Seed);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            update vouchers.application a set allotted = r.books
            from unnest(@ids, @books) as r (id, books) where a.id = r.id;
            update vouchers.series set drawn_at = @now where id = @Id
            """,
            new
            {
                series.Id, ids = allotted.Keys.ToArray(), books = allotted.Values.ToArray(),
                now = clock.Now.ToUniversalTime(),
            }, transaction, cancellationToken: cancellation));
        await transaction.CommitAsync(cancellation);
    }

    async Task TellAsync(VoucherSeries series, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        while (true)
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            var told = (await connection.QueryAsync<(Guid Person, int Allotted)>(new CommandDefinition(
                """
                update vouchers.application set told_at = @now where id in (
                  select id from vouchers.application
                  where series = @Id and allotted is not null and told_at is null
                  order by id limit @LettersAtOnce for update skip locked)
                returning person, allotted
                """, new { series.Id, LettersAtOnce, now = clock.Now.ToUniversalTime() }, transaction,
                cancellationToken: cancellation))).ToList();
            foreach (var (person, allotted) in told)
                await letters.TellInAsync(
                    connection, new PersonId(person), Topic.Points, allotted > 0 ? "vouchersAllotted" : "vouchersNone",
                    cancellation, series.Names, allotted, series.BuyUntil);
            await transaction.CommitAsync(cancellation);
            postman.Call();
            if (told.Count == 0)
                return;
        }
    }
}
