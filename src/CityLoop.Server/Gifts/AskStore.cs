using CityLoop.Server.Pass;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Gifts;

/// <summary>What people ask each other for, and whose asks they do not want to see.</summary>
sealed class AskStore(NpgsqlDataSource database)
{
    const string Columns =
        """
        id, asked_by as asker, to_whom, contact_print, amount, reason, made_at, until, read_by as tell, ending, paid_by
        """;

    public async Task<Ask?> FindAsync(Guid id, CancellationToken cancellation) =>
        (await ReadAsync("id = @id", new { id }, cancellation)).SingleOrDefault();

    /// <summary>Keeps an ask; one that is there under this id stays as it is.</summary>
    public Task<bool> AddAsync(Ask ask, CancellationToken cancellation) => ChangeAsync(
        """
        insert into gifts.ask (id, asked_by, to_whom, contact_print, amount, reason, made_at, until, read_by)
        values (@Id, @Asker, @ToWhom, @ContactPrint, @Amount, @Reason, @MadeAt, @Until, @Tell) on conflict do nothing
        """, ask, cancellation);

    public Task<bool> PaidAsync(Guid id, PersonId payer, CancellationToken cancellation) => ChangeAsync(
        """
        update gifts.ask set ending = 'paid', paid_by = @payer, contact_print = null, read_by = null
        where id = @id and ending is distinct from 'paid'
        """, new { id, payer = payer.Value }, cancellation);

    public Task<bool> DeclineAsync(Guid id, IReadOnlyList<byte[]> prints, CancellationToken cancellation) =>
        ChangeAsync(
            """
            update gifts.ask set ending = 'declined'
            where id = @id and ending is null and contact_print = any(@prints)
            """, new { id, prints }, cancellation);

    public Task<bool> WithdrawAsync(Guid id, PersonId asker, CancellationToken cancellation) => ChangeAsync(
        """
        update gifts.ask set ending = 'withdrawn', contact_print = null, read_by = null
        where id = @id and asked_by = @asker and (ending is null or ending = 'declined')
        """, new { id, asker = asker.Value }, cancellation);

    public Task<bool> BlockAsync(PersonId person, Guid asker, CancellationToken cancellation) => ChangeAsync(
        "insert into gifts.block (person, asked_by) values (@person, @asker) on conflict do nothing",
        new { person = person.Value, asker }, cancellation);

    public Task<bool> UnblockAsync(PersonId person, Guid asker, CancellationToken cancellation) => ChangeAsync(
        "delete from gifts.block where person = @person and asked_by = @asker",
        new { person = person.Value, asker }, cancellation);

    public async Task<IReadOnlyList<Guid>> BlockedAsync(PersonId person, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return [.. await connection.QueryAsync<Guid>(new CommandDefinition(
            "select asked_by from gifts.block where person = @Value", person, cancellationToken: cancellation))];
    }

    /// <summary>What is open for whoever has proved one of these contacts, from nobody they have blocked.</summary>
    public Task<IReadOnlyList<Ask>> WaitingAsync(
        PersonId person, IReadOnlyList<byte[]> prints, DateTimeOffset now, CancellationToken cancellation) => ReadAsync(
        """
        contact_print = any(@prints) and ending is null and until > @now and not exists (
          select from gifts.block b where b.person = @person and b.asked_by = ask.asked_by)
        order by made_at
        """, new { prints, now, person = person.Value }, cancellation);

    public Task<IReadOnlyList<Ask>> OfAskerAsync(
        PersonId asker, DateTimeOffset since, CancellationToken cancellation) => ReadAsync(
        "asked_by = @asker and (made_at >= @since or until > @since) order by made_at desc, id desc",
        new { asker = asker.Value, since }, cancellation);

    /// <summary>Those who are yet to be written to, unless they have blocked the asker.</summary>
    public Task<IReadOnlyList<Ask>> ToTellAsync(CancellationToken cancellation) => ReadAsync(
        """
        read_by is not null and ending is null and not exists (
          select from gifts.block b where b.person = ask.read_by and b.asked_by = ask.asked_by)
        """, new { }, cancellation);

    public Task<bool> ToldAsync(Guid id, CancellationToken cancellation) => ChangeAsync(
        "update gifts.ask set read_by = null where id = @id and read_by is not null", new { id }, cancellation);

    public Task<bool> TidyAsync(DateTimeOffset old, CancellationToken cancellation) => ChangeAsync(
        "delete from gifts.ask where until < @old", new { old }, cancellation);

    async Task<IReadOnlyList<Ask>> ReadAsync(string where, object values, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return [.. await connection.QueryAsync<Ask>(new CommandDefinition(
            $"select {Columns} from gifts.ask where {where}", values, cancellationToken: cancellation))];
    }

    async Task<bool> ChangeAsync(string sql, object values, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteAsync(new CommandDefinition(
            sql, values, cancellationToken: cancellation)) > 0;
    }
}
