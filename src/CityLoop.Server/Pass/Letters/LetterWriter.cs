using CityLoop.Server.City;
using CityLoop.Server.Web;
using CityLoop.Server.Web.Languages;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Pass.Letters;

/// <summary>What letters are about; a person chooses which of them they want, and on which road.</summary>
enum Topic
{
    /// <summary>Somebody came in, a way in changed, staff did something: always sent, to every contact.</summary>
    Safety,

    /// <summary>Points that end soon.</summary>
    Points,

    /// <summary>An officer looked at something about them.</summary>
    Access,

    /// <summary>Points that people give each other or ask each other for.</summary>
    Gifts,
}

/// <summary>
/// Writes to people. A letter is a row first, in the transaction of what it tells of where there is one, and goes out
/// behind it (<see cref="Postman"/>): no page waits for a mail server, and no crash loses a warning.
/// </summary>
sealed class LetterWriter(
    NpgsqlDataSource database, ILetterSender sender, TextCatalogue texts, TimeProvider time, Postman postman)
{
    /// <summary>True for a contact c to which its person wants letters about @topic.</summary>
    public const string IsWanted =
        """
        c.set_aside_at is null and not exists (
          select from pass.quiet_topic q where q.person = c.person and q.topic = @topic and q.channel = c.kind)
        """;

    /// <summary>Writes to all of a person's contacts, in the language of their letters.</summary>
    /// <param name="key">The texts <c>letter.{key}.subject</c> and <c>letter.{key}.body</c>.</param>
    /// <param name="values">What the texts leave open; a day and names are written in the reader's language.</param>
    public Task TellAsync(
        PersonId person, Topic topic, string key, CancellationToken cancellation, params object?[] values) =>
        TellAsync(person, topic, key, null, cancellation, values);

    /// <summary>The same, and also to a contact that was theirs until just now.</summary>
    public async Task TellAsync(
        PersonId person, Topic topic, string key, Contact? formerly, CancellationToken cancellation,
        params object?[] values)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await WriteAsync(connection, person, topic, key, formerly, cancellation, values);
        postman.Call();
    }

    /// <summary>Writes in the transaction that a connection has open; call the postman behind it.</summary>
    public Task TellInAsync(
        NpgsqlConnection connection, PersonId person, Topic topic, string key, CancellationToken cancellation,
        params object?[] values) => WriteAsync(connection, person, topic, key, null, cancellation, values);

    async Task WriteAsync(
        NpgsqlConnection connection, PersonId person, Topic topic, string key, Contact? formerly,
        CancellationToken cancellation, params object?[] values)
    {
        var reader = await connection.QuerySingleOrDefaultAsync<(string Language, bool IsPlain)?>(
            new CommandDefinition(
                "select language, 'plain_language' = any(wishes) from pass.person where id = @Value", person,
                cancellationToken: cancellation));
        if (reader is not var (language, isPlain))
            return;
        var said = values.Select(value => value switch
        {
            DateOnly day => Dates.DayAndYear(day, language),
            LocalNames names => names[language],
            _ => value,
        }).ToArray();
        string Say(string part) =>
            texts.Say(language, isPlain ? texts.PlainOf($"letter.{key}.{part}") : $"letter.{key}.{part}", said);
        var contacts = await connection.QueryAsync<(string Kind, string Value)>(new CommandDefinition(
            $"select c.kind, c.value from pass.contact c where c.person = @person and {IsWanted}",
            new { person = person.Value, topic = NameOf(topic) }, cancellationToken: cancellation));
        var to = contacts.Select(c => Contact.Of(c.Kind, c.Value)).Append(formerly).OfType<Contact>().Distinct();
        var now = time.GetUtcNow();
        foreach (var contact in to.Where(sender.Reaches))
            await connection.ExecuteAsync(new CommandDefinition(
                """
                insert into pass.letter (id, person, contact, subject, body, made_at, next_try_at)
                values (@id, @person, @contact, @subject, @body, @now, @now)
                """,
                new
                {
                    id = Guid.CreateVersion7(now), person = person.Value, contact = contact.Value,
                    subject = Say("subject"), body = Say("body"), now,
                }, cancellationToken: cancellation));
    }

    /// <summary>How tables name a topic.</summary>
    public static string NameOf(Topic topic) => topic.ToString().ToLowerInvariant();
}
