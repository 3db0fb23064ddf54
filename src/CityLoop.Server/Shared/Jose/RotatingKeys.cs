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

    /// <summary>How long a server goes on with what it read, with a key that was thrown away, too.</summary>
    public static readonly TimeSpan TrustedFor = TimeSpan.FromSeconds(3);

    readonly SemaphoreSlim _reading = new(1);
    volatile Known? _known;

    /// <summary>The key whose turn it is.</summary>
    public async ValueTask<SigningKey> CurrentAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var published = await PublishedAsync(cancellation);
        // A first key that another machine made, whose clock is a little ahead, begins when it is there.
        return published.LastOrDefault(key => key.SignsFrom <= now) ?? published[0];
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

    /// <summary>
    /// Throws all keys away at once, because somebody may have copied one, and begins with a new one: what the old ones
    /// signed is believed nowhere from the moment that a reader fetches our list anew. Answers the names of both.
    /// </summary>
    public async Task<(IReadOnlyList<string> Gone, string Begun)> ReplaceAllAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await connection.ExecuteAsync(
            "select pg_advisory_xact_lock(@LockNumber)", new { series.LockNumber }, transaction);
        var gone = await connection.QueryAsync<string>(
            $"delete from {series.Table} where {series.Mine} returning kid", new { owner = series.Owner?.Id },
            transaction);
        var begun = await MakeAsync(connection, transaction, WholeSeconds(time.GetUtcNow()));
        await transaction.CommitAsync(cancellation);
        _known = null;
        return ([.. gone], begun);
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
        var rows = await connection.QueryAsync<(string Kid, string Sealed, DateTimeOffset From, DateTimeOffset Until)>(
            $"""
            select kid, sealed_key, signs_from, signs_until from {series.Table}
            where signs_until > @oldest and {series.Mine} order by signs_from
            """, new { oldest = now - series.PublishedAfter, owner = series.Owner?.Id });
        // What was read before stays as it is: its keys are open.
        return [.. rows.Select(row =>
            _known?.Keys.FirstOrDefault(key => key.Kid == row.Kid)
            ?? new SigningKey(Convert.FromBase64String(seal.Unprotect(row.Sealed)), row.From, row.Until))];
    }

    async Task MakeNextAsync(NpgsqlConnection connection, DateTimeOffset now)
    {
        await using var transaction = await connection.BeginTransactionAsync();
        // Of several servers that see at once that it is time, the first makes the key.
        await connection.ExecuteAsync(
            "select pg_advisory_xact_lock(@LockNumber)", new { series.LockNumber }, transaction);
        var last = await connection.ExecuteScalarAsync<DateTimeOffset?>(
            $"select max(signs_until) from {series.Table} where {series.Mine}", new { owner = series.Owner?.Id },
            transaction);
        if (last is null || last - PublishedBefore <= now)
            await MakeAsync(connection, transaction, last > now ? last.Value : WholeSeconds(now));
        await transaction.CommitAsync();
    }

    async Task<string> MakeAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, DateTimeOffset from)
    {
        var pkcs8 = SigningKey.NewPkcs8();
        var made = new SigningKey(pkcs8, from, from + SignsFor);
        var (column, value) = series.Owner is { } mine ? ($"{mine.Column}, ", "@owner, ") : ("", "");
        await connection.ExecuteAsync(
            $"""
            insert into {series.Table} (kid, {column}sealed_key, signs_from, signs_until)
            values (@Kid, {value}@sealedKey, @SignsFrom, @SignsUntil)
            """,
            new
            {
                made.Kid, owner = series.Owner?.Id, sealedKey = seal.Protect(Convert.ToBase64String(pkcs8)),
                made.SignsFrom, made.SignsUntil,
            }, transaction);
        return made.Kid;
    }

    // The table rounds to microseconds, and a key must not begin a moment after it was made.
    static DateTimeOffset WholeSeconds(DateTimeOffset at) => DateTimeOffset.FromUnixTimeSeconds(at.ToUnixTimeSeconds());

    sealed record Known(IReadOnlyList<SigningKey> Keys, DateTimeOffset ReadAt);
}
