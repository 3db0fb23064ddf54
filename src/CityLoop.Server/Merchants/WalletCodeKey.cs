using System.Security.Cryptography;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Merchants;

/// <summary>The city's secret behind the wallet codes: made at first use, the same on every server.</summary>
sealed class WalletCodeKey(NpgsqlDataSource database, TimeProvider time)
{
    volatile WalletCodes? _codes;

    public async ValueTask<WalletCodes> CodesAsync(CancellationToken cancellation) =>
        _codes ??= new WalletCodes(await ReadAsync(cancellation));

    async Task<byte[]> ReadAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        // Two servers that start at once both offer a key; the table keeps the first and both read that.
        await connection.ExecuteAsync(new CommandDefinition(
            "insert into merchants.code_key (key, made_at) values (@key, @now) on conflict do nothing",
            new { key = RandomNumberGenerator.GetBytes(WalletCodes.KeyBytes), now = time.GetUtcNow() },
            cancellationToken: cancellation));
        return await connection.QuerySingleAsync<byte[]>(new CommandDefinition(
            "select key from merchants.code_key", cancellationToken: cancellation));
    }
}
