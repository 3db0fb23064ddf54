using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;
using CityLoop.Server.Web;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Pass.Letters;

/// <summary>
/// Writes to people whose points end within two weeks. Points that are earned day by day end day by day: one letter
/// tells of all of them, and the next comes a week later at the earliest, so that everybody has a week at least.
/// </summary>
sealed class EndingPoints(
    NpgsqlDataSource database, CityLedger ledger, CityPack city, CityClock clock, LetterWriter letters, Postman postman)
{
    /// <summary>So many days ahead people hear of the end.</summary>
    public const int DaysAhead = 14;

    /// <summary>So many days lie between two letters to the same person.</summary>
    public const int DaysBetween = 7;

    /// <summary>How many accounts are looked at between two decisions of the ledger's writer: a millisecond.</summary>
    const int AccountsMax = 100_000;

    /// <summary>How many accounts with points that end are taken at once; their letters are one transaction.</summary>
    const int PageMax = 500;

    /// <summary>Writes what is to be written today; answers how many people were written to.</summary>
    public async Task<int> TellAsync(CancellationToken cancellation)
    {
        var (today, told) = (clock.Today, 0);
        for (AccountId? from = new AccountId(1); from is { } account;)
        {
            (var page, from) = await ledger.ReadAsync(
                books => books.EndingLots(account, AccountsMax, PageMax, today.AddDays(DaysAhead)), cancellation);
            if (page.Count > 0)
                told += await TellPageAsync(page, today, cancellation);
        }

        return told;
    }

    // The letters and that they were written are one transaction: a crash repeats both or neither.
    async Task<int> TellPageAsync(
        IReadOnlyList<(AccountId Account, IReadOnlyList<Lot> Lots)> page, DateOnly today,
        CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var readers = (await connection.QueryAsync<Reader>(new CommandDefinition(
            $"""
            select a.account, a.person, a.currency, t.until from pass.account a
            left join pass.ending_told t on t.person = a.person and t.currency = a.currency
            where a.account = any(@accounts) and (t.told_on is null or t.told_on <= @latest)
              and exists (select from pass.contact c where c.person = a.person and {LetterWriter.IsWanted})
            """,
            new
            {
                accounts = page.Select(one => one.Account.Value).ToArray(), latest = today.AddDays(-DaysBetween),
                topic = LetterWriter.NameOf(Topic.Points),
            }, transaction, cancellationToken: cancellation))).ToDictionary(reader => reader.Account);
        var told = 0;
        foreach (var (account, lots) in page)
        {
            if (!readers.TryGetValue(account.Value, out var reader))
                continue;
            var untold = lots.Where(lot => reader.Until is not { } until || lot.LastDay > until).ToList();
            if (untold.Count == 0)
                continue;
            await TellAsync(connection, reader, untold, today, cancellation);
            told++;
        }

        await transaction.CommitAsync(cancellation);
        if (told > 0)
            postman.Call();
        return told;
    }

    async Task TellAsync(
        NpgsqlConnection connection, Reader reader, List<Lot> untold, DateOnly today, CancellationToken cancellation)
    {
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into pass.ending_told (person, currency, until, told_on)
            values (@Person, @Currency, @until, @today)
            on conflict (person, currency) do update set until = excluded.until, told_on = excluded.told_on
            """,
            new { reader.Person, reader.Currency, until = today.AddDays(DaysAhead), today },
            cancellationToken: cancellation));
        var currency = city.Currency(new CurrencyId(reader.Currency));
        await letters.TellInAsync(
            connection, new PersonId(reader.Person), Topic.Points, "pointsEnd", cancellation,
            Amounts.Format(untold.Sum(lot => lot.Amount), currency.Scale), currency.Names, untold[0].LastDay);
    }

    sealed record Reader
    {
        public int Account { get; init; }
        public Guid Person { get; init; }
        public short Currency { get; init; }
        public DateOnly? Until { get; init; }
    }
}

/// <summary>Looks every hour whether a new day has begun, and tells whose points end soon.</summary>
sealed partial class EndingPointsClock(
    EndingPoints ending, CityLedger ledger, CityClock city, ILogger<EndingPointsClock> log) : BackgroundService
{
    static readonly TimeSpan LooksEvery = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var clock = new PeriodicTimer(LooksEvery);
        DateOnly? told = null;
        do
            try
            {
                var today = city.Today;
                // One server tells, the one that writes the journal.
                if (!ledger.IsWriter || told == today)
                    continue;
                await ending.TellAsync(stoppingToken);
                told = today;
            }
            catch (Exception failed) when (!stoppingToken.IsCancellationRequested)
            {
                NotTold(log, failed);
            }
        while (await clock.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Whose points end could not be told; it is tried again.")]
    static partial void NotTold(ILogger log, Exception failed);
}
