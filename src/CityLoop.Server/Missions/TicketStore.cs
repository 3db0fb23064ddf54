using CityLoop.Server.Pass;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Missions;

/// <summary>Entries of a person in a draw.</summary>
sealed record Ticket(Guid Id, string Mission, string Draw, string Reward, int Count, DateTimeOffset GivenAt)
{
    public static IReadOnlyList<Ticket> Of(ActToKeep act) =>
        [.. act.Tickets.Select(t => new Ticket(t.Id, act.Mission, t.Tickets.Draw, t.Reward, t.Tickets.Count, act.At))];
}

/// <summary>The table of draw entries.</summary>
sealed class TicketStore(NpgsqlDataSource database)
{
    const string Columns = "id, mission, draw, reward, count, given_at";

    /// <summary>All entries of a person, oldest first.</summary>
    public Task<IReadOnlyList<Ticket>> OfPersonAsync(PersonId person, CancellationToken cancellation) =>
        ReadAsync("where person = @person", new { person = person.Value }, cancellation);

    public Task<IReadOnlyList<Ticket>> OfActAsync(PersonId person, Guid act, CancellationToken cancellation) =>
        ReadAsync("where person = @person and act = @act", new { person = person.Value, act }, cancellation);

    async Task<IReadOnlyList<Ticket>> ReadAsync(string where, object values, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            $"select {Columns} from missions.ticket {where} order by given_at", values,
            cancellationToken: cancellation));
        return
        [
            .. rows.Select(r => new Ticket(
                r.Id, r.Mission, r.Draw, r.Reward, r.Count, new DateTimeOffset(r.GivenAt, TimeSpan.Zero))),
        ];
    }

    sealed record Row(Guid Id, string Mission, string Draw, string Reward, int Count, DateTime GivenAt);
}
