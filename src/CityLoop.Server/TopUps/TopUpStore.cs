using CityLoop.Server.Pass;
using Dapper;
using Npgsql;

namespace CityLoop.Server.TopUps;

/// <summary>Top-ups and their corrections as rows: what was wanted first, what the books say of it behind.</summary>
sealed class TopUpStore(NpgsqlDataSource database)
{
    const string Columns = "id, person, officer, drawer, amount, made_at, posted_at";

    const string CorrectionColumns =
        """
        c.top_up, c.drawer, c.reason, c.asked_by, c.asked_at, c.decided_by, c.decided_at, c.is_approved, c.posted_at,
        t.amount, t.made_at, t.person
        """;

    /// <summary>What is in a drawer now.</summary>
    public const string InDrawer =
        """
        opening
          + coalesce((select sum(amount) from topups.top_up t where t.drawer = d.id and t.posted_at is not null), 0)
          - coalesce((select sum(t.amount) from topups.correction c join topups.top_up t on t.id = c.top_up
                      where c.drawer = d.id and c.is_approved), 0)
        """;

    public async Task<TopUp?> FindAsync(Guid id, CancellationToken cancellation) =>
        (await ReadAsync("id = @id", new { id }, cancellation)).SingleOrDefault();

    public Task<IReadOnlyList<TopUp>> OfDrawerAsync(Guid drawer, CancellationToken cancellation) =>
        ReadAsync("drawer = @drawer order by made_at desc, id", new { drawer }, cancellation);

    /// <summary>What a crash left between the intent and the books.</summary>
    public Task<IReadOnlyList<TopUp>> UnpostedAsync(DateTimeOffset before, CancellationToken cancellation) =>
        ReadAsync("posted_at is null and made_at <= @before order by made_at", new { before }, cancellation);

    /// <summary>Writes down what an officer wants, in a drawer that is open and stays so meanwhile.</summary>
    public Task<bool> WantAsync(TopUp topUp, CancellationToken cancellation) => ChangeAsync(
        """
        with open as (select id from topups.drawer where id = @Drawer and closed_at is null for share)
        insert into topups.top_up (id, person, officer, drawer, amount, made_at)
        select @Id, @Person, @Officer, open.id, @Amount, @MadeAt from open on conflict do nothing
        """, topUp, cancellation);

    /// <summary>The books have it. True for the first who says so.</summary>
    public Task<bool> PostedAsync(TopUp topUp, DateTimeOffset now, CancellationToken cancellation) => ChangeAsync(
        """
        insert into topups.top_up (id, person, officer, drawer, amount, made_at, posted_at)
        values (@Id, @Person, @Officer, @Drawer, @Amount, @MadeAt, @PostedAt)
        on conflict (id) do update set posted_at = excluded.posted_at where top_up.posted_at is null
        """, topUp with { PostedAt = now }, cancellation);

    public Task ForgetAsync(Guid id, CancellationToken cancellation) => ChangeAsync(
        "delete from topups.top_up where id = @id and posted_at is null", new { id }, cancellation);

    /// <summary>A correction is asked for once; one that was refused may be asked for anew.</summary>
    public Task<bool> AskAsync(
        Guid topUp, Guid drawer, string reason, PersonId officer, DateTimeOffset now, CancellationToken cancellation) =>
        ChangeAsync(
            """
            insert into topups.correction (top_up, drawer, reason, asked_by, asked_at)
            values (@topUp, @drawer, @reason, @officer, @now)
            on conflict (top_up) do update set (drawer, reason, asked_by, asked_at, decided_by, decided_at, is_approved)
              = (excluded.drawer, excluded.reason, excluded.asked_by, excluded.asked_at, null, null, null)
            where correction.is_approved = false
            """, new { topUp, drawer, reason, officer = officer.Value, now }, cancellation);

    /// <summary>True for the first decision, of another officer than who asked where it is a yes.</summary>
    public Task<bool> DecideAsync(
        Guid topUp, PersonId officer, bool isApproved, DateTimeOffset now, CancellationToken cancellation) =>
        ChangeAsync(
            """
            with open as (
              select d.id from topups.drawer d join topups.correction c on c.drawer = d.id
              where c.top_up = @topUp and (d.closed_at is null or not @isApproved) for share of d)
            update topups.correction set decided_by = @officer, decided_at = @now, is_approved = @isApproved
            from open where top_up = @topUp and decided_at is null
            """, new { topUp, officer = officer.Value, isApproved, now }, cancellation);

    /// <summary>The books refused what was approved: it is open again.</summary>
    public Task<bool> ReopenAsync(Guid topUp, CancellationToken cancellation) => ChangeAsync(
        """
        update topups.correction set decided_by = null, decided_at = null, is_approved = null
        where top_up = @topUp and is_approved and posted_at is null
        """, new { topUp }, cancellation);

    public Task<bool> CorrectedAsync(Guid topUp, DateTimeOffset now, CancellationToken cancellation) => ChangeAsync(
        "update topups.correction set posted_at = @now where top_up = @topUp and is_approved and posted_at is null",
        new { topUp, now }, cancellation);

    public async Task<IReadOnlyList<Correction>> CorrectionsAsync(
        string where, object values, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return [.. await connection.QueryAsync<Correction>(new CommandDefinition(
            $"""
            select {CorrectionColumns} from topups.correction c join topups.top_up t on t.id = c.top_up where {where}
            """, values, cancellationToken: cancellation))];
    }

    async Task<IReadOnlyList<TopUp>> ReadAsync(string where, object values, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return [.. await connection.QueryAsync<TopUp>(new CommandDefinition(
            $"select {Columns} from topups.top_up where {where}", values, cancellationToken: cancellation))];
    }

    async Task<bool> ChangeAsync(string sql, object values, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteAsync(new CommandDefinition(
            sql, values, cancellationToken: cancellation)) > 0;
    }
}
