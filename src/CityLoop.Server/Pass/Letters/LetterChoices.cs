using Dapper;
using Npgsql;

namespace CityLoop.Server.Pass.Letters;

/// <summary>
/// Which letters a person wants on which road. Letters about the safety of their pass are not asked about.
/// </summary>
sealed class LetterChoices(NpgsqlDataSource database)
{
    public static readonly IReadOnlyList<Topic> Topics = [Topic.Access, Topic.Points, Topic.Gifts];
    public static readonly IReadOnlyList<string> Channels = ["email", "phone"];

    /// <summary>How a form names a topic on a channel.</summary>
    public static string NameOf(Topic topic, string channel) => $"{LetterWriter.NameOf(topic)}:{channel}";

    /// <summary>The names of what is wanted.</summary>
    public async Task<IReadOnlySet<string>> OfAsync(PersonId person, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var quiet = await connection.QueryAsync<string>(new CommandDefinition(
            "select topic || ':' || channel from pass.quiet_topic where person = @Value", person,
            cancellationToken: cancellation));
        return All().Except(quiet).ToHashSet();
    }

    public async Task SaveAsync(PersonId person, IEnumerable<string> wanted, CancellationToken cancellation)
    {
        var quiet = All().Except(wanted).Select(name => name.Split(':')).ToList();
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await connection.ExecuteAsync("delete from pass.quiet_topic where person = @Value", person, transaction);
        foreach (var pair in quiet)
            await connection.ExecuteAsync(
                "insert into pass.quiet_topic (person, topic, channel) values (@person, @topic, @channel)",
                new { person = person.Value, topic = pair[0], channel = pair[1] }, transaction);
        await transaction.CommitAsync(cancellation);
    }

    static IEnumerable<string> All() =>
        Topics.SelectMany(topic => Channels.Select(channel => NameOf(topic, channel)));
}
