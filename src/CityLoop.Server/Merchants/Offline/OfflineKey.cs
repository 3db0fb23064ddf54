using System.Security.Cryptography;
using System.Text;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Merchants.Offline;

/// <summary>
/// The city's key under which a till keeps the codes that it scans without network: a till that is stolen then holds
/// nobody's card. Made at first use, the same on every server.
/// </summary>
sealed class OfflineKey(NpgsqlDataSource database, TimeProvider time) : IDisposable
{
    const int Bits = 2048;

    volatile RSA? _key;

    /// <summary>For the tills: SubjectPublicKeyInfo.</summary>
    public async ValueTask<byte[]> PublicAsync(CancellationToken cancellation) =>
        (await KeyAsync(cancellation)).ExportSubjectPublicKeyInfo();

    /// <summary>The code that a till had scanned; null for what was not put under this key.</summary>
    public async ValueTask<string?> OpenAsync(string closed, CancellationToken cancellation)
    {
        var bytes = new byte[Bits / 8];
        if (!Convert.TryFromBase64String(closed, bytes, out var length) || length != bytes.Length)
            return null;
        try
        {
            return Encoding.UTF8.GetString(
                (await KeyAsync(cancellation)).Decrypt(bytes, RSAEncryptionPadding.OaepSHA256));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    public void Dispose() => _key?.Dispose();

    async ValueTask<RSA> KeyAsync(CancellationToken cancellation) => _key ??= await ReadAsync(cancellation);

    async Task<RSA> ReadAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var kept = await connection.QuerySingleOrDefaultAsync<byte[]>(Command(
            "select private_key from merchants.offline_key"));
        if (kept is null)
        {
            using var made = RSA.Create(Bits);
            // Two servers that start at once both offer a key; the table keeps the first and both read that.
            await connection.ExecuteAsync(Command(
                """
                insert into merchants.offline_key (private_key, made_at) values (@made, @now) on conflict do nothing
                """, new { made = made.ExportPkcs8PrivateKey(), now = time.GetUtcNow() }));
            kept = await connection.QuerySingleAsync<byte[]>(Command("select private_key from merchants.offline_key"));
        }

        var key = RSA.Create();
        key.ImportPkcs8PrivateKey(kept, out _);
        return key;

        CommandDefinition Command(string sql, object? values = null) =>
            new(sql, values, cancellationToken: cancellation);
    }
}
