using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;
using CityLoop.Server.Pass;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Merchants.ShopDays;

/// <summary>Reads a shop's days from its account's own chain in the journal; keeps who confirmed them.</summary>
sealed class DaySheets(NpgsqlDataSource database, CityLedger ledger, Refunds refunds, CityClock clock)
{
    /// <summary>Entries that are walked at once; each is a look at the journal's primary key.</summary>
    const int StepSize = 1_000;

    /// <summary>More days than a list or a file of a shop holds.</summary>
    public const int DaysMax = 100;

    static readonly DateOnly Earliest = new(2000, 1, 1);

    /// <summary>Days as they stand in the books now; at most <see cref="DaysMax"/>, the last ones.</summary>
    public async Task<DaySheet> ReadAsync(Merchant shop, DateOnly from, DateOnly to, CancellationToken cancellation)
    {
        // Nothing has happened tomorrow, or before there were points.
        to = to > clock.Today ? clock.Today : to < Earliest ? Earliest : to;
        from = to.DayNumber - from.DayNumber >= DaysMax ? to.AddDays(1 - DaysMax) : from > to ? to : from;
        var (start, end) = (clock.StartOf(from), clock.StartOf(to.AddDays(1)));
        var (entries, before) = (new List<JournalEntry>(), default(long?));
        while (true)
        {
            var step = await ledger.StatementAsync(shop.Account, StepSize, before, cancellation);
            // What was written before the first day had happened before it, too.
            entries.AddRange(step.TakeWhile(entry => entry.At >= start)
                .Where(entry => entry.EffectiveAt >= start && entry.EffectiveAt < end));
            if (step.Count < StepSize || step[^1].At < start)
                return await SheetAsync(from, to, entries, cancellation);
            before = step[^1].Sequence;
        }
    }

    async Task<DaySheet> SheetAsync(
        DateOnly from, DateOnly to, List<JournalEntry> entries, CancellationToken cancellation)
    {
        var payments = entries.Where(entry => entry.Body is Transfer { Code: TransferCode.Pay }).ToList();
        var given = await refunds.SumsAsync([.. payments.Select(entry => (Transfer)entry.Body)], cancellation);
        var rebates = (await ledger.FindManyAsync(
            [.. payments.Select(entry => Payment.RebateId(entry.Body.Id))], cancellation))
            .Select(entry => (Transfer)entry.Body).ToDictionary(rebate => rebate.Id, rebate => rebate.Amount);
        var back = entries.Where(entry => entry.Body is Transfer { Code: TransferCode.Refund }).ToList();
        return new DaySheet(
            from, to,
            [
                .. payments.Select(entry => new DaySale(
                    entry.Body.Id, entry.Sequence, entry.EffectiveAt, ((Transfer)entry.Body).Amount,
                    given.GetValueOrDefault(entry.Body.Id),
                    rebates.GetValueOrDefault(Payment.RebateId(entry.Body.Id)))),
            ],
            [.. back.Select(entry => (Transfer)entry.Body)],
            payments.Concat(back).Select(entry => entry.Sequence).DefaultIfEmpty().Max());
    }

    /// <summary>What was confirmed of a day last; null when nobody has.</summary>
    public async Task<DayClosing?> ClosingAsync(Merchant shop, DateOnly day, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.QueryFirstOrDefaultAsync<DayClosing>(new CommandDefinition(
            """
            select day, last_entry, payments, paid, refunds, refunded, rebates, confirmed_by, confirmed_at
            from merchants.day_closing where merchant = @Id and day = @day order by last_entry desc limit 1
            """, new { shop.Id, day }, cancellationToken: cancellation));
    }

    /// <summary>
    /// A worker confirms a day as they have seen it; false when it has grown since. Pressed twice, it is one.
    /// </summary>
    public async Task<bool> CloseAsync(
        PersonId worker, Merchant shop, DateOnly day, long seen, CancellationToken cancellation)
    {
        var sheet = await ReadAsync(shop, day, day, cancellation);
        if (day > clock.Today || sheet.LastEntry != seen)
            return false;
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into merchants.day_closing (merchant, day, last_entry, payments, paid, refunds, refunded, rebates,
              confirmed_by, confirmed_at)
            values (@Id, @day, @seen, @payments, @Paid, @refunds, @Refunded, @Rebates, @worker, @now)
            on conflict do nothing
            """,
            new
            {
                shop.Id, day, seen, payments = sheet.Sales.Count, sheet.Paid, refunds = sheet.Refunds.Count,
                sheet.Refunded, sheet.Rebates, worker = worker.Value, now = clock.Now.ToUniversalTime(),
            },
            cancellationToken: cancellation));
        return true;
    }
}
