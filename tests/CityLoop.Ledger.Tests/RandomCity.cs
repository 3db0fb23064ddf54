namespace CityLoop.Ledger.Tests;

/// <summary>
/// A small city in which everything happens in random order, right and wrong; the seed decides all of it.
/// </summary>
sealed class RandomCity
{
    readonly Random _random;
    readonly Watch? _watch;
    readonly List<LedgerCommand> _asked = [];
    readonly List<Transfer> _reversible = [];
    readonly List<Transfer> _rebates = [];
    readonly List<PlaceHold> _holds = [];
    readonly Dictionary<Guid, Transfer> _transfers = [];
    DateOnly _day = new(2026, 11, 21);
    DateTimeOffset _now = new(2026, 11, 21, 0, 0, 0, TimeSpan.Zero);
    int _ids;

    public RandomCity(int seed, Watch? watch = null)
    {
        _random = new Random(seed);
        _watch = watch;
        Post(new DefineCurrency(NextId(), new CurrencyId(1), "TCP", 0));
        Post(new DefineCurrency(NextId(), new CurrencyId(2), "NZP", 5) { DecayPerMonth = 100_000 });
        Post(new DefineCurrency(NextId(), new CurrencyId(3), "BKD", 0) { IsBacked = true, MayBeGiven = false });
        Post(BeginDay.Of(_day));
        foreach (short currency in new short[] { 1, 2, 3 })
            foreach (var kind in Enum.GetValues<AccountKind>())
                for (var i = 0; i < (kind is AccountKind.Person or AccountKind.Budget ? 3 : 1); i++)
                    Post(new OpenAccount(NextId(), new CurrencyId(currency), kind));
        foreach (short number in new short[] { 1, 2, 3 })
        {
            var currency = new CurrencyId(number);
            Post(new Transfer(
                NextId(), Any(AccountKind.Outside, currency), Any(AccountKind.Funding, currency), 5_000,
                TransferCode.Deposit));
            foreach (var budget in Accounts().Where(a => a.Kind == AccountKind.Budget && a.Currency == currency))
                Post(new Transfer(
                    NextId(), Any(AccountKind.Issuing, currency), budget.Id, 1_500, TransferCode.Fund));
        }
    }

    /// <summary>Somebody who looks at each set after it was decided.</summary>
    public delegate void Watch(RandomCity city, LedgerCommand[] set, DateTimeOffset at, PostResult result);

    public LedgerState Books { get; } = new();

    public List<JournalEntry> Journal { get; } = [];

    public List<(LedgerCommand[] Set, PostResult Result)> Answers { get; } = [];

    /// <summary>When each set was posted, beside <see cref="Answers"/>.</summary>
    public List<DateTimeOffset> Times { get; } = [];

    public void Live(int events)
    {
        for (var i = 0; i < events; i++)
            Post(NextSet());
    }

    public LedgerCommand[] NextSet() => _random.Next(24) switch
    {
        0 => [BeginDay.Of(_day = _day.AddDays(_random.Next(5) == 0 ? _random.Next(-1, 40) : _random.Next(3)))],
        1 when _asked.Count > 0 => [_asked[_random.Next(_asked.Count)]],
        2 when _asked.Count > 0 =>
            [_asked[_random.Next(_asked.Count)] is Transfer t ? t with { Amount = t.Amount + 1 } : BeginDay.Of(_day)],
        <= 5 => [.. Enumerable.Range(0, _random.Next(2, 5)).Select(_ => NextTransfer())],
        6 => NextPayment(),
        7 => NextRefund(),
        8 => [NextHold()],
        9 or 10 => [NextResolution()],
        11 when _random.Next(3) == 0 => [NextChange()],
        11 when _random.Next(2) == 0 => [new SetLevel(NextId(), AnyAccount(), _random.Next(-1, 4))],
        12 when _random.Next(4) == 0 => [NextLimit()],
        13 => [NextTransfer(), NextHold(), NextResolution()],
        16 or 17 => [NextEarning()],
        18 => NextPayment(),
        19 => NextRefund(),
        14 or 15 => Books.DecayOf(AnyAccount()) is [var due, ..] ? [due] : [NextTransfer()],
        _ => [NextTransfer()],
    };

    public PostResult Post(params LedgerCommand[] set)
    {
        foreach (var command in set)
            Keep(command);
        // Now and then the clock on the wall is set back, or forth.
        _now = _now.AddSeconds(_random.Next(50) == 0 ? _random.Next(-50_000, 50_000) : _random.Next(1_000));
        var at = _now;
        var result = Books.Post(set, at, Journal);
        Answers.Add((set, result));
        Times.Add(at);
        _watch?.Invoke(this, set, at, result);
        return result;
    }

    void Keep(LedgerCommand command)
    {
        _asked.Add(command);
        if (command is PlaceHold hold)
            _holds.Add(hold);
        if (command is not Transfer transfer)
            return;
        _transfers.TryAdd(transfer.Id, transfer);
        if (transfer.Code.CanBeReversed())
            _reversible.Add(transfer);
        if (transfer.EarnedBy is not null)
            _rebates.Add(transfer);
    }

    public IEnumerable<AccountView> Accounts() =>
        Enumerable.Range(1, Books.AccountCount).Select(i => Books.Account(new AccountId(i)));

    Guid NextId() => DerivedId.From("random city", $"{_ids++}");

    Transfer NextTransfer()
    {
        var codes = Enum.GetValues<TransferCode>();
        var code = codes[_random.Next(codes.Length)];
        if (code.IsReversal() && _reversible.Count > 0)
        {
            var original = _reversible[_random.Next(_reversible.Count)];
            return new Transfer(NextId(), original.Credit, original.Debit, PartOf(original.Amount), code)
            {
                Reverses = original.Id,
            };
        }

        if (code == TransferCode.Expire && Books.EndedLots(new AccountId(1), 1_000, 10).Lots is { Count: > 0 } ended)
        {
            var lot = ended[_random.Next(ended.Count)];
            return new Transfer(NextId(), lot.Account, lot.Lot.Budget, lot.Lot.Amount, code)
            {
                LastDay = lot.Lot.LastDay,
            };
        }

        // Accounts of one currency have neighbouring numbers; mostly take two of the same.
        var (debit, amount) = (AnyAccount(), _random.NextInt64(-1, 200));
        var isUpTo = _random.Next(6) == 0 && Books.Account(debit).Kind != AccountKind.Budget;
        return new Transfer(NextId(), debit, AnyAccount(), amount, code)
        {
            AtMost = isUpTo ? amount : null,
            LastDay = _random.Next(3) == 0 ? _day.AddDays(_random.Next(-3, 60)) : null,
            Claim = _random.Next(10) == 0 ? DerivedId.From("claim", $"{_random.Next(20)}") : null,
            Reference = AnyReference(),
        };
    }

    AccountId AnyAccount() => new(_random.Next(1, Books.AccountCount + 1));

    AccountId Any(AccountKind kind, CurrencyId currency)
    {
        var all = Accounts().Where(a => a.Kind == kind && a.Currency == currency).ToList();
        return all[_random.Next(all.Count)].Id;
    }

    Transfer NextEarning()
    {
        var currency = new CurrencyId((short)_random.Next(1, 4));
        return new Transfer(
            NextId(), Any(AccountKind.Budget, currency), Any(AccountKind.Person, currency), _random.Next(1, 120),
            TransferCode.Earn)
        {
            LastDay = _random.Next(4) == 0 ? null : _day.AddDays(_random.Next(0, 90)), Reference = AnyReference(),
        };
    }

    Guid? AnyReference() => _random.Next(3) == 0 ? DerivedId.From("reference", $"{_random.Next(3)}") : null;

    /// <summary>A payment and what it earns, as the counter posts them.</summary>
    LedgerCommand[] NextPayment()
    {
        var currency = new CurrencyId((short)_random.Next(1, 4));
        var person = Any(AccountKind.Person, currency);
        var pay = new Transfer(
            NextId(), person, Any(AccountKind.Merchant, currency), _random.Next(1, 60), TransferCode.Pay)
        {
            Reference = AnyReference(),
        };
        var rebate = new Transfer(
            NextId(), Any(AccountKind.Budget, currency), person, _random.Next(1, 9), TransferCode.Rebate)
        {
            EarnedBy = _random.Next(9) == 0 ? NextId() : pay.Id, LastDay = _day.AddDays(_random.Next(0, 60)),
        };
        return [pay, rebate];
    }

    LedgerCommand[] NextRefund()
    {
        // Mostly one that stands in the books, and of the last ones: what is long ago cannot be taken back.
        var rebate = default(Transfer);
        for (var tries = _random.Next(1, 9); tries > 0 && (rebate is null || Books.Find(rebate.Id) is null); tries--)
            rebate = _rebates.Count == 0 ? null : _rebates[^(_random.Next(Math.Min(_rebates.Count, 30)) + 1)];
        if (rebate is null || !_transfers.TryGetValue(rebate.EarnedBy!.Value, out var pay))
            return NextPayment();
        var part = PartOf(pay.Amount);
        var refund = new Transfer(NextId(), pay.Credit, pay.Debit, part, TransferCode.Refund)
        {
            Reverses = pay.Id, LastDay = _random.Next(3) == 0 ? _day.AddDays(7) : null,
        };
        return _random.Next(4) == 0
            ? [refund]
            :
            [
                refund,
                Transfer.UpTo(
                    NextId(), rebate.Credit, rebate.Debit,
                    part == pay.Amount ? rebate.Amount : PartOf(rebate.Amount), TransferCode.RebateReturn) with
                {
                    Reverses = rebate.Id,
                },
            ];
    }

    /// <summary>Mostly the whole, now and then a part or a little too much.</summary>
    long PartOf(long amount) => amount > 0 && _random.Next(3) == 0 ? _random.NextInt64(1, amount + 2) : amount;

    PlaceHold NextHold()
    {
        var currency = new CurrencyId((short)_random.Next(1, 4));
        return new PlaceHold(
            NextId(), Any(_random.Next(5) == 0 ? AccountKind.Budget : AccountKind.Person, currency),
            Any(AccountKind.Merchant, currency), _random.Next(0, 80), TransferCode.Pay,
            Books.LastAt.AddSeconds(_random.Next(-1_000, 500_000)))
        {
            Claim = _random.Next(10) == 0 ? DerivedId.From("claim", $"{_random.Next(20)}") : null,
            Reference = AnyReference(),
        };
    }

    LedgerCommand NextResolution()
    {
        if (_holds.Count == 0)
            return NextHold();
        var hold = _holds[^(_random.Next(Math.Min(_holds.Count, 12)) + 1)];
        return _random.Next(2) == 0
            ? new ReleaseHold(NextId(), _random.Next(20) == 0 ? NextId() : hold.Id, hold.Debit)
            : new Transfer(
                NextId(), hold.Debit, hold.Credit, hold.Amount + _random.Next(-20, 3), hold.Code)
            {
                Hold = hold.Id, Reference = _random.Next(20) == 0 ? AnyReference() : hold.Reference,
            };
    }

    ChangeAccount NextChange()
    {
        var status = (AccountStatus)Math.Max(0, _random.Next(-12, 4));
        long? minimum = _random.Next(4) == 0 ? _random.Next(-5, 30) : null;
        long? maximum = _random.Next(4) == 0 ? _random.Next(0, 500) : null;
        return new ChangeAccount(NextId(), AnyAccount(), status, minimum, maximum);
    }

    SetLimit NextLimit() => new(NextId(), new Limit(
        (short)_random.Next(0, 5), new CurrencyId((short)_random.Next(1, 4)),
        new[] { TransferCode.Pay, TransferCode.Gift, TransferCode.Rebate, TransferCode.Earn }[_random.Next(4)],
        (LimitPer)_random.Next(1, 5), (LimitPeriod)_random.Next(1, 4), _random.Next(4) == 0 ? null : _random.Next(300))
    {
        Reference = _random.Next(4) == 0 ? DerivedId.From("reference", $"{_random.Next(3)}") : null,
        UpToLevel = _random.Next(3) == 0 ? _random.Next(-1, 3) : null,
    });
}
