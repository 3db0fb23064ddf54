using CityLoop.Missions;
using CityLoop.Server.Pass;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Missions;

/// <summary>A person's state in a mission, with the revision that the next change must name.</summary>
sealed record KeptState(PersonState State, long Revision);

/// <summary>An act as it was kept.</summary>
sealed record KeptAct(string Mission, string Activity, int? Answer, Verdict Verdict, Explanation Explanation);

/// <summary>The tables of the schema <c>missions</c>: versions, progress and acts.</summary>
sealed class MissionStore(NpgsqlDataSource database)
{
    /// <summary>Keeps a version unless it is kept already; answers the document that stands.</summary>
    public async Task<byte[]> PublishAsync(
        Mission mission, byte[] document, DateTimeOffset at, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition("""
            insert into missions.version (id, mission, version, document, published_at)
            values (@VersionId, @Id, @Version, @document, @at) on conflict do nothing
            """,
            new { mission.VersionId, mission.Id, mission.Version, document, at }, cancellationToken: cancellation));
        return await connection.QuerySingleAsync<byte[]>(new CommandDefinition(
            "select document from missions.version where id = @VersionId",
            new { mission.VersionId }, cancellationToken: cancellation));
    }

    /// <summary>Every version that was ever published.</summary>
    public async Task<IReadOnlyList<(byte[] Document, DateTimeOffset PublishedAt)>> PublishedAsync(
        CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<(byte[], DateTime)>(new CommandDefinition(
            "select document, published_at from missions.version", cancellationToken: cancellation));
        return [.. rows.Select(row => (row.Item1, new DateTimeOffset(row.Item2, TimeSpan.Zero)))];
    }

    /// <summary>The secret that stands; the given one when there was none.</summary>
    public async Task<byte[]> SpotSecretAsync(byte[] otherwise, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            "insert into missions.spot_secret (secret) values (@otherwise) on conflict do nothing",
            new { otherwise }, cancellationToken: cancellation));
        return await connection.QuerySingleAsync<byte[]>("select secret from missions.spot_secret");
    }

    /// <summary>What a new act needs to know: was it told before, and where does the person stand.</summary>
    public async Task<(KeptAct? Before, KeptState State)> LookAsync(
        PersonId person, Guid id, string mission, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        // One round trip of two statements, each with a view of its own. The state first: were the act first, the same
        // act told twice could be kept between the two, and its second telling would hear "already stamped".
        await using var both = await connection.QueryMultipleAsync(new CommandDefinition(
            $"""
            select revision, state::text from missions.progress where person = @person and mission = @mission;
            {ActRow.Sql}
            """,
            new { person = person.Value, id, mission }, cancellationToken: cancellation));
        var (revision, state) = await both.ReadSingleOrDefaultAsync<(long, string?)>();
        var act = await both.ReadSingleOrDefaultAsync<ActRow>();
        return (act?.Act, new KeptState(state is null ? PersonState.Empty : PersonState.FromJson(state), revision));
    }

    /// <summary>What a person has done, by mission.</summary>
    public async Task<IReadOnlyDictionary<string, KeptState>> StatesAsync(
        PersonId person, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<(string Mission, long Revision, string State)>(new CommandDefinition(
            "select mission, revision, state::text from missions.progress where person = @person",
            new { person = person.Value }, cancellationToken: cancellation));
        return rows.ToDictionary(
            row => row.Mission, row => new KeptState(PersonState.FromJson(row.State), row.Revision));
    }

    /// <summary>An act that this person told before under this id.</summary>
    public async Task<KeptAct?> ActAsync(PersonId person, Guid id, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var row = await connection.QuerySingleOrDefaultAsync<ActRow>(new CommandDefinition(
            ActRow.Sql, new { person = person.Value, id }, cancellationToken: cancellation));
        return row?.Act;
    }

    /// <summary>
    /// Keeps an act with all that follows from it, in one statement and so in one commit. False when the person's
    /// state is no longer the one that was evaluated: nothing was kept, look again.
    /// </summary>
    public async Task<bool> KeepAsync(ActToKeep act, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.QuerySingleAsync<bool>(new CommandDefinition(
            ActToKeep.Sql, act, cancellationToken: cancellation));
    }

    // Properties and not a constructor: Dapper would look for one that takes any array.
    sealed class ActRow
    {
        public string Mission { get; init; } = "";
        public string Activity { get; init; } = "";
        public int? Answer { get; init; }
        public short Verdict { get; init; }
        public string Sentence { get; init; } = "";
        public long[] Numbers { get; init; } = [];

        public const string Sql = """
            select v.mission, a.activity, a.answer, a.verdict, a.sentence, a.numbers
            from missions.act a join missions.version v on v.id = a.version
            where a.person = @person and a.id = @id
            """;

        public KeptAct Act => new(
            Mission, Activity, Answer, (Verdict)Verdict, new Explanation(Sentence, [.. Numbers.Cast<object>()]));
    }
}
