using CityLoop.Server.City;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Merchants.Offline;

/// <summary>What a till is lent while it has network, to charge without it.</summary>
/// <param name="Allowance">What it may charge until it has network again.</param>
/// <param name="Number">The number of its last charge that the city knows; 0 for none.</param>
/// <param name="Hash">That charge's hash.</param>
sealed record OfflinePermit(
    DateTimeOffset Since, DateTimeOffset Until, long Allowance, long Number, string Hash);

/// <summary>A charge that was taken without network and never paid.</summary>
/// <param name="Refusal">Why, by the code of a problem.</param>
sealed record RefusedCharge(DateTimeOffset ChargedAt, long Amount, string Refusal);

/// <summary>
/// The tills that may charge without network, and how much. What all of a shop's tills hold at once is never more than
/// the shop's limit: that is what it may lose.
/// </summary>
sealed class OfflineTills(NpgsqlDataSource database, CityPack city, TimeProvider time)
{
    public CityOffline Rules => city.Offline;

    /// <summary>
    /// Lends a till its sum anew; null where that id is another shop's or has another key. The till has posted before
    /// what it had taken: what it was lent for that is given back here.
    /// </summary>
    public async Task<OfflinePermit?> LendAsync(
        Guid shop, Guid till, byte[] publicKey, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // The shop's row is locked: two tills that ask at once share the limit one after the other.
        var limit = await connection.QuerySingleAsync<long?>(new CommandDefinition(
            "select offline_limit from merchants.merchant where id = @shop for update", new { shop }, transaction,
            cancellationToken: cancellation));
        var now = time.GetUtcNow();
        var lent = await connection.QuerySingleAsync<long>(new CommandDefinition(
            """
            delete from merchants.offline_till t where merchant = @shop and until < @now and id <> @till
              and not exists (select from merchants.offline_charge c where c.till = t.id);
            select coalesce(sum(allowance), 0)::bigint from merchants.offline_till
            where merchant = @shop and id <> @till and until > @now
            """, new { shop, till, now }, transaction, cancellationToken: cancellation));
        var most = Math.Min(limit ?? Rules.Shop, Rules.Shop);
        var allowance = Math.Clamp(most - lent, 0, Math.Min(Rules.Till, most));
        var permit = await connection.QuerySingleOrDefaultAsync<OfflinePermit>(new CommandDefinition(
            """
            insert into merchants.offline_till as t
              (id, merchant, public_key, since, until, allowance, used, last_number, last_hash, last_at)
            -- A new till that would get nothing is not kept: a shop that clears its browsers all day fills no table.
            select @till, @shop, @publicKey, @now, @until, @allowance, 0, 0, @nothing, @now
            where @allowance > 0 or exists (select from merchants.offline_till where id = @till)
            on conflict (id) do update set since = @now, until = @until, allowance = @allowance, used = 0
              where t.merchant = @shop and t.public_key = @publicKey
            returning since, until, allowance, last_number as number, last_hash as hash
            """,
            new
            {
                till, shop, publicKey, now, until = now + Rules.Age, nothing = SignedCharge.Nothing, allowance,
            }, transaction, cancellationToken: cancellation));
        await transaction.CommitAsync(cancellation);
        return permit ?? (allowance > 0 ? null : new(now, now, 0, 0, SignedCharge.Nothing));
    }

    /// <summary>What a shop may lose at most: its own limit where it has chosen one, else the city's.</summary>
    public async Task<long> LimitOfAsync(Guid shop, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return Math.Min(Rules.Shop, await connection.QuerySingleAsync<long?>(new CommandDefinition(
            "select offline_limit from merchants.merchant where id = @shop", new { shop },
            cancellationToken: cancellation)) ?? Rules.Shop);
    }

    /// <summary>What was refused in the last 31 days, the newest first.</summary>
    public async Task<IReadOnlyList<RefusedCharge>> RefusedAsync(Guid shop, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return
        [
            .. await connection.QueryAsync<RefusedCharge>(new CommandDefinition(
                """
                select c.charged_at, c.amount, c.refusal
                from merchants.offline_charge c join merchants.offline_till t on t.id = c.till
                where t.merchant = @shop and c.refusal is not null and c.answered_at > @since
                order by c.answered_at desc, c.number desc limit 200
                """, new { shop, since = time.GetUtcNow().AddDays(-31) }, cancellationToken: cancellation)),
        ];
    }

    /// <summary>A shop chooses its limit; it holds when each till has had network again.</summary>
    public async Task ChooseAsync(Guid shop, long limit, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            "update merchants.merchant set offline_limit = @limit where id = @shop",
            new { shop, limit = Math.Clamp(limit, 0, Rules.Shop) }, cancellationToken: cancellation));
    }
}
