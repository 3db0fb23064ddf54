using CityLoop.Ledger;
using Microsoft.AspNetCore.Mvc;

namespace CityLoop.Server.Ledger;

/// <summary>What an account held at an instant of the past, and the lines that had led to it.</summary>
/// <param name="Balance">In the smallest unit, held points included, as the journal's entries have it.</param>
/// <param name="Lines">Newest first.</param>
/// <param name="FirstAfter">The account's first transfer written after the instant; null when there is none.</param>
/// <param name="Before">Ask with this for earlier lines; null at the end.</param>
sealed record PastStatement(
    long Balance, IReadOnlyList<JournalEntry> Lines, long? FirstAfter, long? Before)
{
    /// <summary>How many lines are walked at once; each is a look at the journal's primary key.</summary>
    const int StepMax = 1_000;

    /// <summary>
    /// Walks back from the present: what came after the instant is taken off the balance again. The further back, the
    /// longer it takes, and no table has to be kept for it.
    /// </summary>
    /// <param name="asHappened">
    /// False for the books as they stood at the instant; true for what had happened by then, with what was written
    /// later: corrections, imports.
    /// </param>
    /// <param name="before">Only lines before this number of the journal.</param>
    public static async Task<PastStatement> ReadAsync(
        CityLedger ledger, AccountId account, DateTimeOffset at, bool asHappened, int count, long? before,
        CancellationToken cancellation)
    {
        // The balance of the entries: decay that is due has no line yet.
        var (balance, newest) = await ledger.ReadAsync(
            books => (books.Account(account).Balance + books.DecayOf(account).Sum(due => due.Amount),
                books.Account(account).LastSequence), cancellation);
        var (lines, firstAfter, from) = (new List<JournalEntry>(), default(long?), default(long?));
        while (true)
        {
            var step = await ledger.StatementAsync(account, StepMax, from, cancellation);
            // What was posted since the balance was read is not in it.
            foreach (var entry in step.Where(entry => entry.Sequence <= newest))
            {
                var (written, transfer) = (entry.At <= at, (Transfer)entry.Body);
                if (!written)
                    firstAfter = entry.Sequence;
                if (!(asHappened ? entry.EffectiveAt <= at : written))
                    balance -= transfer.Credit == account ? transfer.Amount : -transfer.Amount;
                else if (lines.Count <= count && (before is null || entry.Sequence < before))
                    lines.Add(entry);
                // All that is older was written, and so had happened, before the instant.
                if (written && lines.Count > count)
                    return Of();
            }

            if (step.Count < StepMax)
                return Of();
            from = step[^1].Sequence;
        }

        PastStatement Of() => new(
            balance, lines[..Math.Min(count, lines.Count)], firstAfter,
            lines.Count > count && count > 0 ? lines[count - 1].Sequence : null);
    }
}

/// <summary>What is asked of the past.</summary>
/// <param name="At">The instant, with its offset: 2026-11-21T18:00:00+08:00.</param>
/// <param name="AsHappened">True to count by when things happened, not by when they were written.</param>
/// <param name="Before">Only lines before this number of the journal.</param>
sealed record PastStatementQuery(
    [FromQuery(Name = "at")] DateTimeOffset At,
    [FromQuery(Name = "asHappened")] bool? AsHappened,
    [FromQuery(Name = "before")] long? Before);

/// <summary>A statement of the past as an answer of the API.</summary>
/// <param name="AsHappened">False for the books as they stood; true for what had happened by then.</param>
/// <param name="Balance">At that instant, in the currency's smallest unit.</param>
/// <param name="Before">Ask with this for the lines before; null at the end.</param>
sealed record PastStatementResponse(
    DateTimeOffset At, bool AsHappened, string Currency, int Scale, long Balance,
    IReadOnlyList<PastStatementResponse.Line> Lines, long? Before)
{
    const int PageSize = 50;

    /// <param name="Amount">With its sign: below zero for what went out.</param>
    /// <param name="HappenedAt">Earlier than <paramref name="WrittenAt"/> for corrections and imports.</param>
    public sealed record Line(
        long Sequence, Guid Id, string Code, long Amount, DateTimeOffset HappenedAt, DateTimeOffset WrittenAt);

    public static async Task<PastStatementResponse> ReadAsync(
        CityLedger ledger, AccountId account, PastStatementQuery query, CancellationToken cancellation)
    {
        var (at, asHappened) = (query.At, query.AsHappened ?? false);
        var currency = await ledger.ReadAsync(
            books => books.Currencies.Single(c => c.Id == books.Account(account).Currency), cancellation);
        var past = await PastStatement.ReadAsync(
            ledger, account, at, asHappened, PageSize, query.Before, cancellation);
        return new PastStatementResponse(
            at, asHappened, currency.Code, currency.Scale, past.Balance,
            [.. past.Lines.Select(entry => LineOf(entry, account))], past.Before);
    }

    static Line LineOf(JournalEntry entry, AccountId account)
    {
        var transfer = (Transfer)entry.Body;
        return new Line(
            entry.Sequence, transfer.Id, transfer.Code.ToString(),
            transfer.Credit == account ? transfer.Amount : -transfer.Amount, entry.EffectiveAt, entry.At);
    }
}
