using System.Security.Cryptography;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Carbon;

/// <summary>The keys that partners sign with. Made at first use, told only to the officer who renews one.</summary>
sealed class PartnerKeys(NpgsqlDataSource database, TimeProvider time)
{
    const int KeyBytes = 32;

    /// <summary>The key as Standard Webhooks writes it.</summary>
    public static string Written(byte[] key) => "whsec_" + Convert.ToBase64String(key);

    /// <summary>The key of a partner of this city.</summary>
    public async Task<byte[]> OfAsync(Partner partner, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var known = await connection.QuerySingleOrDefaultAsync<byte[]?>(new CommandDefinition(
            "select key from carbon.partner where id = @id", new { id = partner.Id },
            cancellationToken: cancellation));
        // Where two make the first key at once, the second waits for the first and takes its key: the update that
        // changes nothing is there because an insert that did nothing would return nothing.
        return known ?? await connection.QuerySingleAsync<byte[]>(new CommandDefinition(
            """
            insert into carbon.partner (id, key, made_at) values (@id, @key, @now)
            on conflict (id) do update set id = excluded.id
            returning key
            """, Values(partner), cancellationToken: cancellation));
    }

    /// <summary>Makes a new key; the old one is worth nothing from now on.</summary>
    public async Task<byte[]> RenewAsync(Partner partner, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.QuerySingleAsync<byte[]>(new CommandDefinition(
            """
            insert into carbon.partner (id, key, made_at) values (@id, @key, @now)
            on conflict (id) do update set key = excluded.key, made_at = excluded.made_at
            returning key
            """, Values(partner), cancellationToken: cancellation));
    }

    object Values(Partner partner) => new
    {
        id = partner.Id,
        key = RandomNumberGenerator.GetBytes(KeyBytes),
        now = time.GetUtcNow(),
    };
}
