using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CityLoop.Server.Shared;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Pass.Counter;

/// <summary>
/// The eight digits that a person shows at a counter, so that an officer finds them without typing their name. A new
/// code replaces the one before; it works once, for two minutes, and for officers only.
/// </summary>
sealed class CounterCodes(NpgsqlDataSource database, TimeProvider time)
{
    public const int Digits = 8;
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(2);

    /// <summary>How long it is known who showed one: as long as an officer's wrong ones are counted.</summary>
    public static readonly TimeSpan KnownFor = TimeSpan.FromMinutes(10);

    /// <summary>A new code, in two groups of four.</summary>
    public async Task<string> ShowAsync(PersonId person, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            "delete from pass.counter_code where expires_at <= @until",
            new { until = time.GetUtcNow() - KnownFor },
            cancellationToken: cancellation));
        while (true)
        {
            var code = RandomNumberGenerator.GetInt32(100_000_000).ToString("D8", CultureInfo.InvariantCulture);
            // Two people with the same code at once: the second gets another.
            var kept = await connection.ExecuteAsync(new CommandDefinition(
                """
                insert into pass.counter_code (person, code_hash, expires_at)
                select @person, @hash, @until
                where not exists (select from pass.counter_code where code_hash = @hash and person <> @person)
                on conflict (person) do update set code_hash = excluded.code_hash, expires_at = excluded.expires_at
                """, new { person = person.Value, hash = HashOf(code), until = time.GetUtcNow() + Life },
                cancellationToken: cancellation));
            if (kept == 1)
                return $"{code[..4]} {code[4..]}";
        }
    }

    /// <summary>Whose code it is; it is used up by that.</summary>
    public async Task<PersonId?> TakeAsync(string? typed, CancellationToken cancellation)
    {
        var hash = HashOf(DigitsOf(typed));
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteScalarAsync<Guid?>(new CommandDefinition(
            "delete from pass.counter_code where code_hash = @hash and expires_at > @now returning person",
            new { hash, now = time.GetUtcNow() }, cancellationToken: cancellation)) is { } person
                ? new PersonId(person)
                : null;
    }

    /// <summary>Whose codes nobody has taken that somebody could have guessed within <see cref="KnownFor"/>.</summary>
    public async Task<IReadOnlyList<PersonId>> ShownLatelyAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var people = await connection.QueryAsync<Guid>(new CommandDefinition(
            "select person from pass.counter_code where expires_at > @since",
            new { since = time.GetUtcNow() - KnownFor }, cancellationToken: cancellation));
        return [.. people.Select(person => new PersonId(person))];
    }

    /// <summary>Whether that looks like a code, right or wrong.</summary>
    public static bool IsLike(string? typed) => DigitsOf(typed).Length == Digits;

    static string DigitsOf(string? typed) => new([.. HalfWidth.Of(typed).Where(char.IsAsciiDigit)]);

    static byte[] HashOf(string digits) => SHA256.HashData(Encoding.ASCII.GetBytes(digits));
}
