using CityLoop.Ledger;
using CityLoop.Server.Ledger;

namespace CityLoop.Bench.Ledger;

/// <summary>Accounts with points, many of them, made by the ledger's own commands.</summary>
sealed class LedgerTown(CityLedger ledger)
{
    const int ChunkCommands = 50_000;

    static readonly CurrencyId Currency = new(1);

    /// <summary>The first of the people; the others follow it without gaps.</summary>
    public AccountId First { get; private set; }

    public int People { get; private set; }

    public AccountId Shop { get; private set; }

    public AccountId Budget { get; private set; }

    public CityLedger Ledger => ledger;

    /// <summary>The same people, seen through a ledger that was started again.</summary>
    public LedgerTown At(CityLedger restarted) =>
        new(restarted) { First = First, People = People, Shop = Shop, Budget = Budget };

    public AccountId Anybody(ref FastRandom random) => new(First.Value + random.Next(People));

    /// <summary>Opens accounts and gives each some lots: the same budget, different last days.</summary>
    public async Task SettleAsync(int people, int lots)
    {
        Shop = await OpenAsync("shop", AccountKind.Merchant);
        Budget = await OpenAsync("budget", AccountKind.Budget);
        var issuing = await OpenAsync("issuing", AccountKind.Issuing);
        await ledger.PostAsync(
            new Transfer(DerivedId.From("bench", "fund"), issuing, Budget, 1_000_000_000_000, TransferCode.Fund),
            CancellationToken.None);
        var random = new FastRandom(7);
        First = new AccountId(await ledger.ReadAsync(books => books.AccountCount, CancellationToken.None) + 1);
        People = people;
        await PostAllAsync(people, _ => new OpenAccount(random.NextId(), Currency, AccountKind.Person));
        for (var lot = 0; lot < lots; lot++)
        {
            var lastDay = new DateOnly(2098, 1, 1).AddMonths(lot);
            await PostAllAsync(people, i => new Transfer(
                random.NextId(), Budget, new AccountId(First.Value + i), 10_000, TransferCode.Earn)
            {
                LastDay = lastDay,
            });
        }
    }

    /// <summary>Gifts between random people, each an entry.</summary>
    public Task GiveAsync(int count, ulong seed)
    {
        var random = new FastRandom(seed);
        return PostAllAsync(count, _ => Gift(ref random));
    }

    public Transfer Gift(ref FastRandom random)
    {
        var from = Anybody(ref random);
        var to = Anybody(ref random);
        if (to == from)
            to = from.Value == First.Value ? new AccountId(from.Value + 1) : First;
        return new Transfer(random.NextId(), from, to, 1, TransferCode.Gift);
    }

    public Transfer Payment(ref FastRandom random) =>
        new(random.NextId(), Anybody(ref random), Shop, 1, TransferCode.Pay);

    public async Task PostAllAsync(int count, Func<int, LedgerCommand> make)
    {
        var next = 0;
        while (next < count)
        {
            var chunk = new LedgerCommand[Math.Min(ChunkCommands, count - next)];
            for (var i = 0; i < chunk.Length; i++)
                chunk[i] = make(next++);
            var results = await ledger.PostManyAsync(chunk, CancellationToken.None);
            if (Array.Find(results, r => !r.IsPosted) is { Outcome: not PostOutcome.Posted } refused)
                throw new InvalidOperationException($"The bench met {refused.Outcome}.");
        }
    }

    Task<AccountId> OpenAsync(string name, AccountKind kind) =>
        ledger.OpenAccountAsync(DerivedId.From("bench", name), Currency, kind, CancellationToken.None);
}

/// <summary>SplitMix64: a few nanoseconds a number, so that the callers cost the machine little.</summary>
struct FastRandom(ulong seed)
{
    // Not a multiple of the step: neighbouring seeds would give the same numbers, one place apart.
    ulong _state = unchecked((seed + 1) * 0xD1342543DE82EF95);

    public ulong NextULong()
    {
        unchecked
        {
            var value = _state += 0x9E3779B97F4A7C15;
            value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
            value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
            return value ^ (value >> 31);
        }
    }

    public int Next(int below) => (int)(((NextULong() >> 32) * (ulong)below) >> 32);

    /// <summary>A version 4 id.</summary>
    public Guid NextId()
    {
        Span<byte> bytes = stackalloc byte[16];
        BitConverter.TryWriteBytes(bytes, NextULong());
        BitConverter.TryWriteBytes(bytes[8..], NextULong());
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }
}
