using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CityLoop.Server.Pass.Letters;

/// <summary>A letter in the demo's outbox.</summary>
sealed record OutboxLetter(string Contact, string Subject, string Body, DateTimeOffset SentAt);

/// <summary>
/// The demo's post: letters go into a table, and everybody may read them on a page. Registered in the demo only.
/// </summary>
sealed class Outbox(NpgsqlDataSource database, TimeProvider time) : ILetterSender
{
    public const string Address = "/outbox";
    const int Shown = 30;

    public bool Reaches(Contact contact) => true;

    public async Task SendAsync(Letter letter, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            delete from pass.outbox where sent_at < @yesterday;
            insert into pass.outbox (contact, subject, body, sent_at) values (@Value, @Subject, @Body, @now)
            """,
            new { letter.Contact.Value, letter.Subject, letter.Body, now, yesterday = now.AddDays(-1) },
            cancellationToken: cancellation));
    }

    public async Task<IReadOnlyList<OutboxLetter>> LatestAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return [.. await connection.QueryAsync<OutboxLetter>(new CommandDefinition(
            "select contact, subject, body, sent_at from pass.outbox order by number desc limit @Shown", new { Shown },
            cancellationToken: cancellation))];
    }

    public static void Map(IEndpointRouteBuilder pages) =>
        pages.MapGet(Address, static RazorComponentResult () => new RazorComponentResult<OutboxPage>())
            .AllowAnonymous().ExcludeFromDescription();
}
