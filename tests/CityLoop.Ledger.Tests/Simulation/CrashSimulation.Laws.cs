using CityLoop.Ledger.Tests.Model;

namespace CityLoop.Ledger.Tests.Simulation;

/// <summary>What must be true of every answer and of the journal.</summary>
sealed partial class CrashSimulation
{
    /// <summary>How many entries lie between two comparisons of everything.</summary>
    const int FullEvery = 200;

    /// <summary>
    /// Nobody was answered from old books: what was read is as long as the journal was at some moment between question
    /// and answer, and a refusal is what the plain rules say at such a moment. What was accepted, they accept, too,
    /// with the same balances, entry by entry.
    /// </summary>
    /// <returns>The books as the journal has them.</returns>
    LedgerState CheckDecisions()
    {
        foreach (var seen in _seen)
            seen.Sequence.ShouldBeInRange(seen.From, seen.To, "somebody has read old books");
        var coming = new Queue<Asked>(
            _asked.Where(a => a.Answer is { Outcome: not PostOutcome.Posted }).OrderBy(a => a.While.From));
        var open = new List<Asked>();
        var (books, plain) = (new LedgerState(), new PlainLedger());
        var comparison = new Comparison(plain);
        for (var length = 0; length <= _disk.Entries.Count; length++)
        {
            if (length > 0)
                Follow(_disk.Entries[length - 1], books, plain, comparison);
            while (coming.TryPeek(out var next) && next.While.From <= length)
                open.Add(coming.Dequeue());
            open.RemoveAll(a => IsSaidBy(plain, a));
            if (open.Find(a => a.While.To <= length) is { } wrong)
                throw new ShouldAssertException($"Nobody may answer {wrong.Answer} to {string.Join(", ", wrong.Set)}.");
        }

        comparison.CompareAll(books);
        return books;
    }

    static void Follow(JournalEntry entry, LedgerState books, PlainLedger plain, Comparison comparison)
    {
        books.Apply(entry);
        plain.Apply(entry).ShouldBe(PostOutcome.Posted, $"the plain rules do not accept {entry}");
        (plain.Written[0] with { EndsBatch = entry.EndsBatch }).ShouldBe(entry);
        comparison.CompareTouched(books, entry.Body);
        if (entry.Sequence % FullEvery == 0)
            comparison.CompareAll(books);
    }

    static bool IsSaidBy(PlainLedger plain, Asked asked)
    {
        foreach (var at in asked.Clock)
        {
            var said = plain.Try(asked.Set, at);
            if (said == asked.Answer)
                return true;
            // The clock decides nothing else.
            if (said.Outcome != PostOutcome.HoldHasTimedOut
                && asked.Answer!.Value.Outcome != PostOutcome.HoldHasTimedOut)
                return false;
        }

        return false;
    }

    /// <summary>Every answered post is there, at its number; nothing that was refused is.</summary>
    void CheckAnswered()
    {
        var byId = _disk.Entries.ToDictionary(e => e.Body.Id);
        foreach (var asked in _asked)
        {
            if (asked.Answer is not { } answer)
                continue;
            for (var i = 0; i < asked.Set.Length; i++)
            {
                var command = asked.Set[i];
                if (answer.IsPosted)
                    byId[command.Id].Sequence.ShouldBe(answer.Sequence + i, "an answered post is not where it was");
                else if (!IsDecay(command) && byId.TryGetValue(command.Id, out var found) && Same(found.Body, command))
                    _asked.Any(a => a != asked && a.Set.Any(c => Same(c, command)))
                        .ShouldBeTrue("a refused post is in the journal");
            }
        }
    }

    /// <summary>The ledger writes decay itself, under the same id, when it is due.</summary>
    static bool IsDecay(LedgerCommand command) => command is Transfer { Code: TransferCode.Decay };

    /// <summary>Of a transfer "at most" the ledger writes another amount than was asked.</summary>
    static bool Same(LedgerCommand one, LedgerCommand other) => AsAsked(one) == AsAsked(other);

    static LedgerCommand AsAsked(LedgerCommand command) =>
        command is Transfer { AtMost: { } most } transfer ? transfer with { Amount = most } : command;
}
