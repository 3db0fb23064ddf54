using CityLoop.Ledger;
using CityLoop.Server.City;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Merchants.Settlement;

/// <summary>A half-month as it was closed.</summary>
/// <param name="Boundary">The last journal entry before its end.</param>
/// <param name="ClosedAt">Null while it is being made.</param>
/// <param name="PayoutUntil">The payout that it is paid with, by the last of its days; null until there is one.</param>
sealed record ClosedWindow(
    Guid Id, CurrencyId Currency, DateOnly FirstDay, DateOnly LastDay, long Boundary, DateTimeOffset? ClosedAt,
    DateOnly? PayoutUntil = null)
{
    public SettlementWindow Window => new(FirstDay, LastDay);
}

/// <summary>The settlements and their lines.</summary>
sealed class SettlementStore(NpgsqlDataSource database, TimeProvider time)
{
    // Any number that no other lock of the city uses: the ASCII of "settle".
    const long LockNumber = 0x736574746c65;

    const string LineColumns = """
        settlement, merchant, code, name, bank_code, bank_account, account_holder, account, payout, payments, paid,
        refunds, refunded, carried_in, counted_to, minimum, is_posted, is_left, seller_number, tax_percent
        """;

    const string BankColumns = "state, reason, debit_entry is not null as is_debited";

    /// <summary>Waits until nobody else settles; whoever comes second then finds the work done.</summary>
    public async Task<IAsyncDisposable> LockAsync(CancellationToken cancellation)
    {
        var connection = await database.OpenConnectionAsync(cancellation);
        try
        {
            // Held by the connection, so that it falls with a crash.
            await connection.ExecuteAsync(new CommandDefinition(
                "select pg_advisory_lock(@number)", new { number = LockNumber }, commandTimeout: 0,
                cancellationToken: cancellation));
            return new Held(connection);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public async Task<IReadOnlyList<ClosedWindow>> AllAsync(CurrencyId currency, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<WindowRow>(new CommandDefinition(
            """
            select id, currency, first_day, last_day, boundary, closed_at, payout_until
            from merchants.settlement where currency = @currency order by last_day
            """, new { currency = currency.Value }, cancellationToken: cancellation));
        return
        [
            .. rows.Select(r => new ClosedWindow(
                r.Id, r.Currency, r.FirstDay, r.LastDay, r.Boundary, r.ClosedAt, r.PayoutUntil)),
        ];
    }

    /// <summary>
    /// Joins the closed half-months until a day, which stand in no payout yet, to one. A half-month never stands in
    /// two: a bank that is told of it twice would pay it twice.
    /// </summary>
    public async Task FormPayoutAsync(CurrencyId currency, DateOnly until, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            with free as (
              select id, last_day from merchants.settlement
              where currency = @currency and last_day <= @until and closed_at is not null and payout_until is null)
            update merchants.settlement set payout_until = (select max(last_day) from free)
            where id in (select id from free)
            """, new { currency = currency.Value, until }, cancellationToken: cancellation));
    }

    public async Task<IReadOnlyList<SettlementLine>> LinesAsync(Guid settlement, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<LineRow>(new CommandDefinition(
            $"""
            select {LineColumns}, {BankColumns} from merchants.settlement_line
            where settlement = @settlement order by code collate "C"
            """, new { settlement }, cancellationToken: cancellation));
        return [.. rows.Select(row => row.ToLine())];
    }

    /// <summary>A shop's lines of closed half-months, the newest first.</summary>
    public async Task<IReadOnlyList<SettlementLine>> OfShopAsync(
        Guid merchant, CurrencyId currency, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<LineRow>(new CommandDefinition(
            $"""
            select {LineColumns}, {BankColumns}
            from merchants.settlement_line join merchants.settlement s on s.id = settlement
            where merchant = @merchant and s.currency = @currency and s.closed_at is not null order by s.last_day desc
            """, new { merchant, currency = currency.Value }, cancellationToken: cancellation));
        return [.. rows.Select(row => row.ToLine())];
    }

    /// <summary>Each shop's latest line before a window.</summary>
    public async Task<IReadOnlyDictionary<Guid, SettlementLine>> LatestLinesAsync(
        SettlementWindow before, CurrencyId currency, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<LineRow>(new CommandDefinition(
            $"""
            select distinct on (merchant) {LineColumns}
            from merchants.settlement_line join merchants.settlement s on s.id = settlement
            where s.currency = @currency and s.last_day < @From order by merchant, s.last_day desc
            """, new { currency = currency.Value, before.From }, cancellationToken: cancellation));
        return rows.Select(row => row.ToLine()).ToDictionary(line => line.Merchant);
    }

    /// <summary>
    /// What the bank did not pay, shop by shop, and no half-month has taken over yet, or this one has.
    /// </summary>
    public async Task<IReadOnlyDictionary<Guid, long>> UnpaidAsync(Guid settlement, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<(Guid Merchant, long Amount)>(new CommandDefinition(
            """
            select merchant, sum(amount)::bigint from merchants.settlement_line
            where state in ('rejected', 'returned') and (carried_to is null or carried_to = @settlement)
            group by merchant
            """, new { settlement }, cancellationToken: cancellation));
        return rows.ToDictionary(row => row.Merchant, row => row.Amount);
    }

    /// <summary>Enters a window and the lines worked out for it; lines that are posted stay as they are.</summary>
    public async Task SaveAsync(ClosedWindow window, IEnumerable<SettlementLine> lines, CancellationToken cancellation)
    {
        var rows = lines.Select(LineRow.Of).ToList();
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into merchants.settlement (id, currency, first_day, last_day, boundary)
            values (@Id, @Currency, @FirstDay, @LastDay, @Boundary) on conflict (id) do nothing
            """,
            new { window.Id, Currency = window.Currency.Value, window.FirstDay, window.LastDay, window.Boundary },
            transaction, cancellationToken: cancellation));
        await connection.ExecuteAsync(new CommandDefinition(
            $"""
            insert into merchants.settlement_line ({LineColumns})
            values (@Settlement, @Merchant, @Code, @Name, @BankCode, @BankAccount, @AccountHolder, @Account, @Payout,
              @Payments, @Paid, @Refunds, @Refunded, @CarriedIn, @CountedTo, @Minimum, false, false, @SellerNumber,
              @TaxPercent)
            on conflict (settlement, merchant) do update set
              (name, bank_code, bank_account, account_holder, payments, paid, refunds, refunded, carried_in, counted_to,
               minimum, seller_number, tax_percent) = (excluded.name, excluded.bank_code, excluded.bank_account,
               excluded.account_holder, excluded.payments, excluded.paid, excluded.refunds, excluded.refunded,
               excluded.carried_in, excluded.counted_to, excluded.minimum, excluded.seller_number, excluded.tax_percent)
            where not settlement_line.is_posted
            """, rows, transaction, cancellationToken: cancellation));
        await connection.ExecuteAsync(new CommandDefinition(
            """
            update merchants.settlement_line set carried_to = @Id
            where merchant = any(@merchants) and state in ('rejected', 'returned') and carried_to is null
            """,
            new { window.Id, merchants = rows.Select(row => row.Merchant).ToArray() }, transaction,
            cancellationToken: cancellation));
        await transaction.CommitAsync(cancellation);
    }

    public async Task MarkPostedAsync(
        Guid settlement, IReadOnlyCollection<Guid> merchants, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            update merchants.settlement_line set is_posted = true
            where settlement = @settlement and merchant = any(@merchants)
            """, new { settlement, merchants = merchants.ToArray() }, cancellationToken: cancellation));
    }

    /// <summary>Leaves what these shops are owed to their next line.</summary>
    public async Task LeaveAsync(
        Guid settlement, IReadOnlyCollection<Guid> merchants, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            update merchants.settlement_line set is_left = true, is_posted = true
            where settlement = @settlement and merchant = any(@merchants) and not is_posted
            """, new { settlement, merchants = merchants.ToArray() }, cancellationToken: cancellation));
    }

    public async Task CloseAsync(Guid settlement, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            "update merchants.settlement set closed_at = @now where id = @settlement and closed_at is null",
            new { settlement, now = time.GetUtcNow() }, cancellationToken: cancellation));
    }

    sealed class Held(NpgsqlConnection connection) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            // A pooled connection keeps its session: the lock is given back by hand.
            await connection.ExecuteAsync("select pg_advisory_unlock(@number)", new { number = LockNumber });
            await connection.DisposeAsync();
        }
    }

    sealed class WindowRow
    {
        public Guid Id { get; init; }
        public CurrencyId Currency { get; init; }
        public DateOnly FirstDay { get; init; }
        public DateOnly LastDay { get; init; }
        public long Boundary { get; init; }
        public DateTimeOffset? ClosedAt { get; init; }
        public DateOnly? PayoutUntil { get; init; }
    }

    sealed class LineRow
    {
        public Guid Settlement { get; init; }
        public Guid Merchant { get; init; }
        public string Code { get; init; } = "";
        public string Name { get; init; } = "";
        public string BankCode { get; init; } = "";
        public string BankAccount { get; init; } = "";
        public string AccountHolder { get; init; } = "";
        public int Account { get; init; }
        public int Payout { get; init; }
        public int Payments { get; init; }
        public long Paid { get; init; }
        public int Refunds { get; init; }
        public long Refunded { get; init; }
        public long CarriedIn { get; init; }
        public long CountedTo { get; init; }
        public long Minimum { get; init; }
        public bool IsPosted { get; init; }
        public bool IsLeft { get; init; }
        public PayoutState State { get; init; }
        public string Reason { get; init; } = "";
        public bool IsDebited { get; init; }
        public string SellerNumber { get; init; } = "";
        public int? TaxPercent { get; init; }

        public SettlementLine ToLine() => new(
            Settlement, Merchant, Code, Name, new BankAccount(BankCode, BankAccount, AccountHolder),
            new AccountId(Account), new AccountId(Payout), new ShopSum(Payments, Paid, Refunds, Refunded), CarriedIn,
            CountedTo, IsPosted, Minimum, IsLeft, State, Reason, IsDebited)
        {
            Tax = new(SellerNumber, TaxPercent),
        };

        public static LineRow Of(SettlementLine line) => new()
        {
            Settlement = line.Settlement, Merchant = line.Merchant, Code = line.Code, Name = line.Name,
            BankCode = line.Bank.Code, BankAccount = line.Bank.Number, AccountHolder = line.Bank.Holder,
            Minimum = line.Minimum, Account = line.Account.Value,
            Payout = line.Payout.Value, Payments = line.Sum.Payments, Paid = line.Sum.Paid,
            Refunds = line.Sum.Refunds, Refunded = line.Sum.Refunded, CarriedIn = line.CarriedIn,
            CountedTo = line.CountedTo, IsPosted = line.IsPosted,
            SellerNumber = line.Tax.Number, TaxPercent = line.Tax.Percent,
        };
    }
}
