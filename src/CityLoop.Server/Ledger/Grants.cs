using CityLoop.Ledger;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Ledger;

/// <summary>The same amount from one budget for everybody who has an account in its currency now.</summary>
/// <param name="Id">Made by whoever orders; asked again, the order goes on where it was.</param>
sealed record GrantOrder(Guid Id, AccountId Budget, long Amount, DateOnly? LastDay);

/// <summary>What becomes of an order, in order of precedence.</summary>
enum GrantOutcome
{
    Finished, AmountNotPositive, BudgetUnknown, OrderUsedForAnother, BudgetTooSmall, BudgetRanDry,
    BudgetIsFrozen,
}

/// <param name="Given">How many have got it.</param>
/// <param name="Refused">How many people's accounts could not take it: frozen, closed, full or at a limit.</param>
readonly record struct GrantResult(GrantOutcome Outcome, long Given = 0, long Refused = 0);

/// <summary>
/// Orders that pay a whole city. The order is written down first; every payment's id follows from order and account,
/// so that it is taken up again after a crash and nobody is paid twice.
/// </summary>
sealed class Grants(CityLedger ledger, NpgsqlDataSource database, TimeProvider clock)
{
    /// <summary>Accounts looked at and paid at once: a few batches of the writer.</summary>
    public int PieceAccounts { get; init; } = 20_000;

    /// <summary>Places an order and carries it out; answers when everybody has been paid.</summary>
    public async Task<GrantResult> GiveAsync(GrantOrder order, CancellationToken cancellation)
    {
        if (order.Amount <= 0)
            return new GrantResult(GrantOutcome.AmountNotPositive);
        var (budget, people, accounts) = await ledger.ReadAsync(books => Count(books, order.Budget), cancellation);
        if (budget is null)
            return new GrantResult(GrantOutcome.BudgetUnknown);

        await using var connection = await database.OpenConnectionAsync(cancellation);
        if (await FindAsync(connection, order.Id) is { } known)
            return known.Budget == order.Budget && known.Amount == order.Amount && known.LastDay == order.LastDay
                ? await FinishAsync(connection, known, cancellation)
                : new GrantResult(GrantOutcome.OrderUsedForAnother);
        if ((Int128)people * order.Amount > budget)
            return new GrantResult(GrantOutcome.BudgetTooSmall);
        await connection.ExecuteAsync(
            """
            insert into ledger.grant_order (id, budget, amount, last_day, accounts, placed)
            values (@Id, @Budget, @Amount, @LastDay, @accounts, @at) on conflict do nothing
            """,
            new { order.Id, order.Budget, order.Amount, order.LastDay, accounts, at = clock.GetUtcNow() });
        return await FinishAsync(connection, (await FindAsync(connection, order.Id))!, cancellation);
    }

    /// <summary>Goes on with the orders that a crash or a dry budget has interrupted.</summary>
    public async Task GoOnAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        foreach (var order in (await connection.QueryAsync<Row>(Select + "finished is null order by placed")).ToList())
            await FinishAsync(connection, order, cancellation);
    }

    async Task<GrantResult> FinishAsync(NpgsqlConnection connection, Row order, CancellationToken cancellation)
    {
        var (done, given, refused) = (order.Done, order.Given, order.Refused);
        while (done < order.Accounts)
        {
            var end = Math.Min(order.Accounts, done + PieceAccounts);
            var people = await ledger.ReadAsync(books => PeopleIn(books, order.Budget, done + 1, end), cancellation);
            var results = await ledger.PostManyAsync(
                [.. people.Select(account => GiftOf(order, account))], cancellation);
            if (results.Any(r => r.Outcome == PostOutcome.DebitAccountHasTooFewPoints))
                return new GrantResult(GrantOutcome.BudgetRanDry, given, refused);
            // Not the people's fault: the order waits until the budget is open again.
            if (results.Any(r => r.Outcome is PostOutcome.DebitAccountIsFrozen or PostOutcome.DebitAccountIsClosed))
                return new GrantResult(GrantOutcome.BudgetIsFrozen, given, refused);
            var paid = results.Count(r => r.IsPosted);
            (done, given, refused) = (end, given + paid, refused + results.Length - paid);
            // Lost in a crash, this is worked out again: the ledger answers "already posted".
            await connection.ExecuteAsync(
                "update ledger.grant_order set done = @done, given = @given, refused = @refused where id = @Id",
                new { order.Id, done, given, refused });
        }

        await connection.ExecuteAsync(
            "update ledger.grant_order set finished = coalesce(finished, @at) where id = @Id",
            new { order.Id, at = clock.GetUtcNow() });
        return new GrantResult(GrantOutcome.Finished, given, refused);
    }

    static (long? Budget, long People, int Accounts) Count(LedgerState books, AccountId budget)
    {
        if (budget.Value < 1 || budget.Value > books.AccountCount || books.Account(budget).Kind != AccountKind.Budget)
            return (null, 0, 0);
        return (books.Account(budget).Spendable, PeopleIn(books, budget, 1, books.AccountCount).Count,
            books.AccountCount);
    }

    static List<AccountId> PeopleIn(LedgerState books, AccountId budget, int first, int last)
    {
        var currency = books.Account(budget).Currency;
        var people = new List<AccountId>();
        for (var i = first; i <= last; i++)
            if (books.IsPersons(new AccountId(i), currency))
                people.Add(new AccountId(i));
        return people;
    }

    static Transfer GiftOf(Row order, AccountId account) =>
        new(DerivedId.From("grant", order.Id.ToString(), account.ToString()), order.Budget, account, order.Amount,
            TransferCode.Earn)
        {
            LastDay = order.LastDay, Reference = order.Id,
        };

    const string Select =
        "select id, budget, amount, last_day, accounts, done, given, refused from ledger.grant_order where ";

    static async Task<Row?> FindAsync(NpgsqlConnection connection, Guid id) =>
        await connection.QuerySingleOrDefaultAsync<Row>(Select + "id = @id", new { id });

    sealed record Row(
        Guid Id, AccountId Budget, long Amount, DateOnly? LastDay, int Accounts, int Done, long Given, long Refused);
}

/// <summary>Takes up interrupted orders when this server begins to write.</summary>
sealed partial class GrantsAtStart(Grants grants, CityLedger ledger, ILogger<GrantsAtStart> log) : BackgroundService
{
    static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(RetryInterval);
        do
        {
            if (!ledger.IsWriter)
                continue;
            try
            {
                await grants.GoOnAsync(stoppingToken);
                return;
            }
            catch (Exception e) when (e is LedgerUnavailableException or LedgerIsBusyException or NpgsqlException)
            {
                LogNotNow(e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Interrupted orders could not go on now; it is tried again.")]
    partial void LogNotNow(Exception trouble);
}
