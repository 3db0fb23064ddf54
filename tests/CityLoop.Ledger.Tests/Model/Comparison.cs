namespace CityLoop.Ledger.Tests.Model;

/// <summary>Looks whether the ledger and the plain ledger say the same, after each operation and all in all.</summary>
sealed class Comparison(PlainLedger plain)
{
    /// <summary>After so many operations everything is compared, not only what the last one touched.</summary>
    const int FullEvery = 50;

    /// <summary>How many operations were compared.</summary>
    public int Count { get; private set; }

    int _written;
    byte[]? _before;

    /// <summary>The same set for the plain ledger; a difference is a defect of one of the two.</summary>
    public void After(RandomCity city, LedgerCommand[] set, DateTimeOffset at, PostResult result)
    {
        var books = city.Books;
        plain.Post(set, at).ShouldBe(result, Text(set));
        if (city.Journal.Count != _written + plain.Written.Count * (result.Outcome == PostOutcome.Posted ? 1 : 0))
            throw new ShouldAssertException($"{Text(set)} wrote {city.Journal.Count - _written} entries.");
        for (var i = _written; i < city.Journal.Count; i++)
            city.Journal[i].ShouldBe(plain.Written[i - _written], Text(set));
        foreach (var entry in city.Journal.Skip(_written))
            CompareTouched(books, entry.Body);
        _written = city.Journal.Count;

        if (_before is not null && result.Outcome != PostOutcome.Posted)
            books.ToBytes().AsSpan().SequenceEqual(_before).ShouldBeTrue($"{Text(set)} was refused and left a trace");
        Count++;
        if (Count % FullEvery == 0)
            CompareAll(books);
        _before = Count % FullEvery < 3 ? books.ToBytes() : null;
    }

    /// <summary>Every account, every hold and every currency; and the sums that must hold in any books.</summary>
    public void CompareAll(LedgerState books)
    {
        var known = plain.Books;
        books.Sequence.ShouldBe(known.Sequence);
        books.LastAt.ShouldBe(known.LastAt);
        books.Day.ShouldBe(known.Day);
        books.AccountCount.ShouldBe(known.Accounts.Count);
        foreach (var account in known.Accounts)
            CompareAccount(books, account.Id);
        foreach (var currency in books.Currencies)
        {
            ((Int128)currency.Outstanding).ShouldBe(known.Outstanding(currency.Id));
            ((Int128)currency.Funding).ShouldBe(known.Funding(currency.Id));
            var all = known.Accounts.Where(a => a.Currency == currency.Id).ToList();
            (all.Sum(a => known.BalanceOf(a.Id)) + all.Sum(a => a.Lots.Sum(l => (Int128)l.Lost)))
                .ShouldBe((Int128)0, "points were made or lost");
        }

        books.Limits.ShouldBe(known.Limits.Values);
        var gone = books.Gone;
        gone.Count.ShouldBe(known.Gone.Count);
        foreach (var one in gone)
            known.Gone[(one.Budget, one.Code, one.To)].ShouldBe(one.Amount, "a funder's points went elsewhere");
        var holds = books.TimedOutHolds(DateTimeOffset.MaxValue, int.MaxValue);
        holds.Count.ShouldBe(known.Holds.Count);
        foreach (var hold in holds)
            hold.Lots.ShouldBe(known.Holds[hold.Id].Lots.Select(l => new Lot(l.LastDay, l.Budget, l.Amount)));
    }

    /// <summary>The accounts that a command moved points of.</summary>
    public void CompareTouched(LedgerState books, LedgerCommand command)
    {
        var (one, other) = command switch
        {
            Transfer transfer => (transfer.Debit, transfer.Credit),
            PlaceHold hold => (hold.Debit, hold.Credit),
            ReleaseHold release => (release.Account, release.Account),
            ChangeAccount change => (change.Account, change.Account),
            SetLevel level => (level.Account, level.Account),
            _ => default,
        };
        if (one == default)
            return;
        CompareAccount(books, one);
        CompareAccount(books, other);
    }

    void CompareAccount(LedgerState books, AccountId id)
    {
        var known = plain.Books[id];
        var expected = new AccountView(
            id, known.Kind, known.Currency, (long)plain.Books.BalanceOf(id), (long)plain.Books.SpendableOf(id),
            known.LastSequence, (long)plain.Books.HeldIn(id), known.Status, known.Level);
        books.Account(id).ShouldBe(expected);
        books.BoundsOf(id).ShouldBe((known.Minimum, known.Maximum));
        var lots = books.Lots(id);
        var isSame = lots.Count == known.Lots.Count;
        for (var i = 0; isSame && i < lots.Count; i++)
            isSame = lots[i] == new Lot(known.Lots[i].LastDay, known.Lots[i].Budget, known.Lots[i].Amount);
        if (!isSame)
            throw new ShouldAssertException(
                $"account {id} has {string.Join(", ", lots)}, not {string.Join(", ", known.Lots)}");
    }

    static string Text(LedgerCommand[] set) => string.Join(" & ", set.Select(command => command.ToString()));
}
