namespace CityLoop.Ledger.Tests;

/// <summary>
/// A small city in which everything happens in random order, right and wrong; the seed decides all of it.
/// </summary>
sealed class RandomCity
{
    readonly Random _random;
    readonly List<LedgerCommand> _asked = [];
    DateOnly _day = new(2026, 11, 21);
    int _ids;

    public RandomCity(int seed)
    {
        _random = new Random(seed);
        Post(new DefineCurrency(NextId(), new CurrencyId(1), "TCP", 0));
        Post(new DefineCurrency(NextId(), new CurrencyId(2), "NZP", 5));
        foreach (short currency in new short[] { 1, 2 })
            foreach (var kind in Enum.GetValues<AccountKind>())
                for (var i = 0; i < (kind is AccountKind.Person or AccountKind.Budget ? 3 : 1); i++)
                    Post(new OpenAccount(NextId(), new CurrencyId(currency), kind));
    }

    public LedgerState Books { get; } = new();

    public List<JournalEntry> Journal { get; } = [];

    public List<(LedgerCommand[] Set, PostResult Result)> Answers { get; } = [];

    public void Live(int events)
    {
        for (var i = 0; i < events; i++)
            Post(NextSet());
    }

    public LedgerCommand[] NextSet() => _random.Next(20) switch
    {
        0 => [BeginDay.Of(_day = _day.AddDays(_random.Next(-1, 40)))],
        1 when _asked.Count > 0 => [_asked[_random.Next(_asked.Count)]],
        2 when _asked.Count > 0 =>
            [_asked[_random.Next(_asked.Count)] is Transfer t ? t with { Amount = t.Amount + 1 } : BeginDay.Of(_day)],
        <= 6 => [.. Enumerable.Range(0, _random.Next(2, 5)).Select(_ => NextTransfer())],
        _ => [NextTransfer()],
    };

    public PostResult Post(params LedgerCommand[] set)
    {
        _asked.AddRange(set);
        var result = Books.Post(set, DateTimeOffset.UnixEpoch.AddSeconds(_random.Next(1_000_000)), Journal);
        Answers.Add((set, result));
        return result;
    }

    public IEnumerable<AccountView> Accounts() =>
        Enumerable.Range(1, Books.AccountCount).Select(i => Books.Account(new AccountId(i)));

    Guid NextId() => DerivedId.From("random city", $"{_ids++}");

    Transfer NextTransfer()
    {
        var codes = Enum.GetValues<TransferCode>();
        var code = codes[_random.Next(codes.Length)];
        var reversed = _asked.OfType<Transfer>().Where(t => t.Code is TransferCode.Pay or TransferCode.Rebate).ToList();
        if (code is TransferCode.Refund or TransferCode.RebateReturn && reversed.Count > 0)
        {
            var original = reversed[_random.Next(reversed.Count)];
            return new Transfer(NextId(), original.Credit, original.Debit, original.Amount, code)
            {
                Reverses = original.Id,
            };
        }

        if (code == TransferCode.Expire && Books.EndedLots(10) is { Count: > 0 } ended)
        {
            var lot = ended[_random.Next(ended.Count)];
            return new Transfer(NextId(), lot.Account, lot.Lot.Budget, lot.Lot.Amount, code)
            {
                LastDay = lot.Lot.LastDay,
            };
        }

        // Accounts of one currency have neighbouring numbers; mostly take two of the same.
        var debit = _random.Next(1, Books.AccountCount + 1);
        var credit = _random.Next(1, Books.AccountCount + 1);
        return new Transfer(NextId(), new AccountId(debit), new AccountId(credit), _random.NextInt64(-1, 200), code)
        {
            LastDay = _random.Next(3) == 0 ? _day.AddDays(_random.Next(-3, 60)) : null,
            Claim = _random.Next(10) == 0 ? DerivedId.From("claim", $"{_random.Next(20)}") : null,
        };
    }
}
