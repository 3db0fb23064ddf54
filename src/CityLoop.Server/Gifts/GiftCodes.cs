using System.Security.Cryptography;
using CityLoop.Server.Pass;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Gifts;

/// <summary>
/// What a person shows to somebody who wants to give them points: it leads to them for a day, and to nobody else.
/// </summary>
sealed class GiftCodes(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>Long enough to send it to somebody.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromDays(1);

    /// <summary>Less than this is not worth showing: another one is made.</summary>
    static readonly TimeSpan LeftAtLeast = TimeSpan.FromHours(1);

    const string Signs = "23456789abcdefghjkmnpqrstuvwxyz";

    /// <summary>80 bits: nobody finds one by trying.</summary>
    const int Length = 16;

    /// <summary>A person's code, which may have been shown before.</summary>
    public async Task<(string Code, DateTimeOffset Until)> ShowAsync(PersonId person, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.QuerySingleAsync<(string, DateTimeOffset)>(new CommandDefinition(
            """
            insert into gifts.code (person, code, until) values (@person, @code, @until)
            on conflict (person) do update set
              code = case when code.until < @least then excluded.code else code.code end,
              until = case when code.until < @least then excluded.until else code.until end
            returning code, until
            """,
            new
            {
                person = person.Value, code = RandomNumberGenerator.GetString(Signs, Length), until = now + Life,
                least = now + LeftAtLeast,
            }, cancellationToken: cancellation));
    }

    /// <summary>From now on the code leads nowhere; the next one is another.</summary>
    public async Task EndAsync(PersonId person, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            "delete from gifts.code where person = @Value", person, cancellationToken: cancellation));
    }

    public async Task<PersonId?> OwnerOfAsync(string? code, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteScalarAsync<Guid?>(new CommandDefinition(
            "select person from gifts.code where code = @code and until > @now",
            new { code = code ?? "", now = time.GetUtcNow() }, cancellationToken: cancellation)) is { } person
                ? new PersonId(person)
                : null;
    }
}
