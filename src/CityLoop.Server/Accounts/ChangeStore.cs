using CityLoop.Ledger;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Accounts;

/// <summary>What officers asked of accounts, and what others decided: the table behind the two signatures.</summary>
sealed class ChangeStore(NpgsqlDataSource database)
{
    const string Columns =
        "id, account, status, minimum, maximum, reason, asked_by, asked_at, decided_by, decided_at, is_approved, "
        + "posted_at";

    /// <summary>Keeps a request; false when its id is known or another one waits for the same account.</summary>
    /// <param name="isDecided">
    /// True for what waits for nobody. What waits for its account then ends: it was asked of another state of things,
    /// and its approval would undo the freeze unseen.
    /// </param>
    public async Task<bool> AddAsync(
        AccountChange change, Guid officer, bool isDecided, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteAsync(new CommandDefinition(
            $"""
            with ended as (
              update accounts.change set decided_by = @officer, decided_at = @now, is_approved = false
              where @isDecided and account = @account and decided_at is null)
            insert into accounts.change ({Columns})
            values (@Id, @account, @status, @Minimum, @Maximum, @Reason, @officer, @now, @decider, @decided, @approved,
              null)
            on conflict do nothing
            """,
            new
            {
                change.Id,
                account = change.Account.Value,
                status = NameOf(change.Status),
                change.Minimum,
                change.Maximum,
                change.Reason,
                officer,
                now,
                isDecided,
                decider = isDecided ? officer : (Guid?)null,
                decided = isDecided ? now : (DateTimeOffset?)null,
                approved = isDecided ? true : (bool?)null,
            }, cancellationToken: cancellation)) == 1;
    }

    public async Task<ChangeLine?> FindAsync(Guid id, CancellationToken cancellation) =>
        (await ReadAsync("where id = @id", new { id }, cancellation)).SingleOrDefault();

    /// <summary>What waits for a second officer, the oldest first.</summary>
    public Task<IReadOnlyList<ChangeLine>> WaitingAsync(CancellationToken cancellation) =>
        ReadAsync("where decided_at is null order by asked_at", new { }, cancellation);

    /// <summary>An account's changes, the newest first.</summary>
    public Task<IReadOnlyList<ChangeLine>> OfAsync(AccountId account, CancellationToken cancellation) =>
        ReadAsync(
            "where account = @account order by asked_at desc limit 50", new { account = account.Value }, cancellation);

    /// <summary>What was approved and, as far as this table knows, does not stand in the books yet.</summary>
    public Task<IReadOnlyList<ChangeLine>> UnpostedAsync(DateTimeOffset before, CancellationToken cancellation) =>
        ReadAsync(
            "where is_approved and posted_at is null and decided_at < @before order by decided_at limit 100",
            new { before }, cancellation);

    /// <summary>Notes a decision; false when there was one already.</summary>
    public async Task<bool> DecideAsync(
        Guid id, Guid officer, bool isApproved, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteAsync(new CommandDefinition(
            """
            update accounts.change set decided_by = @officer, decided_at = @now, is_approved = @isApproved
            where id = @id and decided_at is null
            """, new { id, officer, isApproved, now }, cancellationToken: cancellation)) == 1;
    }

    /// <summary>Notes that the books have it, or (null) that they refused it.</summary>
    public async Task CloseAsync(Guid id, DateTimeOffset? postedAt, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            "update accounts.change set posted_at = @postedAt, is_approved = @postedAt is not null where id = @id",
            new { id, postedAt }, cancellationToken: cancellation));
    }

    async Task<IReadOnlyList<ChangeLine>> ReadAsync(string which, object values, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            $"select {Columns} from accounts.change {which}", values, cancellationToken: cancellation));
        return [.. rows.Select(row => row.ToLine())];
    }

    static string NameOf(AccountStatus status) => status switch
    {
        AccountStatus.Frozen => "frozen", AccountStatus.Closed => "closed", _ => "open",
    };

    sealed class Row
    {
        public Guid Id { get; init; }
        public int Account { get; init; }
        public string Status { get; init; } = "";
        public long? Minimum { get; init; }
        public long? Maximum { get; init; }
        public string Reason { get; init; } = "";
        public Guid AskedBy { get; init; }
        public DateTimeOffset AskedAt { get; init; }
        public Guid? DecidedBy { get; init; }
        public DateTimeOffset? DecidedAt { get; init; }
        public bool? IsApproved { get; init; }
        public DateTimeOffset? PostedAt { get; init; }

        public ChangeLine ToLine() => new(
            new AccountChange(
                Id, new AccountId(Account), Enum.Parse<AccountStatus>(Status, ignoreCase: true), Minimum, Maximum,
                Reason),
            AskedBy, AskedAt, DecidedBy, DecidedAt, IsApproved, PostedAt);
    }
}
