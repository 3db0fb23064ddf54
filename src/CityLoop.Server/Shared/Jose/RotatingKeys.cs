using Dapper;
using Microsoft.AspNetCore.DataProtection;
using Npgsql;

namespace CityLoop.Server.Shared.Jose;

/// <summary>Where a series of signing keys is kept: a table with sealed keys and the times of their turns.</summary>
/// <param name="PublishedAfter">So long after its turn a key can still be found.</param>
/// <param name="LockNumber">The lock under which the next key is made.</param>
sealed record KeySeries(string Table, TimeSpan PublishedAfter, int LockNumber)
{
    /// <summary>Whose keys they are, where a table holds those of several.</summary>
    public (string Column, Guid Id)? Owner { get; init; }

    public string Mine => Owner is { } owner ? $"{owner.Column} = @owner" : "true";
}

/// <summary>
/// Keys that take turns. Each signs for 90 days; the next is published a week before its turn, so that every reader has
/// it by then, and the old one stays until all that it signed has run out.
/// </summary>
class RotatingKeys(NpgsqlDataSource database, IDataProtector seal, TimeProvider time, KeySeries series)
{
    public static readonly TimeSpan SignsFor = TimeSpan.FromDays(90);

    /// <summary>Longer than any reader keeps our key list: we tell them an hour, some keep it a day.</summary>
    public static readonly TimeSpan PublishedBefore = TimeSpan.FromDays(7);

    static readonly TimeSpan TrustedFor = TimeSpan.FromMinutes(1);

    readonly SemaphoreSlim _reading = new(1);
    volatile Known? _known;

    /// <summary>The key whose turn it is.</summary>
    public async ValueTask<SigningKey> CurrentAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        return (await PublishedAsync(cancellation)).Last(key => key.SignsFrom <= now);
    }

    /// <summary>All that a reader needs: those that signed lately, the current and the next, oldest first.</summary>
    public async ValueTask<IReadOnlyList<SigningKey>> PublishedAsync(CancellationToken cancellation)
    {
        if (Fresh() is { } known)
            return known.Keys;
        await _reading.WaitAsync(cancellation);
        try
        {
            return (Fresh() ?? (_known = await ReadAsync(cancellation))).Keys;
        }
        finally
        {
            _reading.Release();
        }
    }

    /// <summary>Whether one of our keys, by its name, signed a text.</summary>
    public async Task<Func<string?, byte[], byte[], bool>> VerifierAsync(CancellationToken cancellation)
    {
        var keys = await PublishedAsync(cancellation);
        return (kid, text, signature) =>
            keys.FirstOrDefault(key => key.Kid == kid) is { } key && key.Verifies(text, signature);
    }

    Known? Fresh() => _known is { } known && time.GetUtcNow() - known.ReadAt is { Ticks: >= 0 } age
        && age < TrustedFor ? known : null;

    async Task<Known> ReadAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var keys = await ReadAsync(connection, now);
        if (keys.Count == 0 || keys[^1].SignsUntil - PublishedBefore <= now)
        {
            await MakeNextAsync(connection, now);
            keys = await ReadAsync(connection, now);
        }

        return new Known(keys, now);
    }

    async Task<List<SigningKey>> ReadAsync(NpgsqlConnection connection, DateTimeOffset now)
    {
        var rows = await connection.QueryAsync<(string Sealed, DateTimeOffset From, DateTimeOffset Until)>(
            $"""
            select sealed_key, signs_from, signs_until from {series.Table}
            where signs_until > @oldest and {series.Mine} order by signs_from
            """, new { oldest = now - series.PublishedAfter, owner = series.Owner?.Id });
        // What was read before stays as it is: its keys are open.
        return [.. rows.Select(row =>
            _known?.Keys.FirstOrDefault(key => key.SignsFrom == row.From && key.SignsUntil == row.Until)
            ?? new SigningKey(Convert.FromBase64String(seal.Unprotect(row.Sealed)), row.From, row.Until))];
    }

    async Task MakeNextAsync(NpgsqlConnection connection, DateTimeOffset now)
    {
        await using var transaction = await connection.BeginTransactionAsync();
        // Of several servers that see at once that it is time, the first makes the key.
        await connection.ExecuteAsync(
            "select pg_advisory_xact_lock(@LockNumber)", new { series.LockNumber }, transaction);
        var owner = series.Owner?.Id;
        var last = await connection.ExecuteScalarAsync<DateTimeOffset?>(
            $"select max(signs_until) from {series.Table} where {series.Mine}", new { owner }, transaction);
        if (last is null || last - PublishedBefore <= now)
        {
            var pkcs8 = SigningKey.NewPkcs8();
            // Whole seconds: the table rounds to microseconds, and a key must not begin a moment after it was made.
            var from = last > now ? last.Value : DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds());
            var (column, value) = series.Owner is { } mine ? ($"{mine.Column}, ", "@owner, ") : ("", "");
            await connection.ExecuteAsync(
                $"""
                insert into {series.Table} (kid, {column}sealed_key, signs_from, signs_until)
                values (@Kid, {value}@sealedKey, @SignsFrom, @SignsUntil)
                """,
                new
                {
                    new SigningKey(pkcs8, from, from + SignsFor).Kid,
                    owner,
                    sealedKey = seal.Protect(Convert.ToBase64String(pkcs8)),
                    SignsFrom = from,
                    SignsUntil = from + SignsFor,
                }, transaction);
        }

        await transaction.CommitAsync();
    }

    sealed record Known(IReadOnlyList<SigningKey> Keys, DateTimeOffset ReadAt);
}
