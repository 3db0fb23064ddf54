using CityLoop.Ledger;

namespace CityLoop.Server.Operations.Import;

/// <summary>
/// An account that a plan needs: one with a public name, or one under a key that follows from a member.
/// </summary>
readonly record struct PlannedAccount(string? Name, Guid Key, string? Member, AccountKind Kind);

/// <summary>
/// A copy of the city's books in which a plan tries its transfers under the real rules. Its account numbers are its
/// own: when the plan is posted, each account is opened, or found, in the real books.
/// </summary>
sealed class SchemeBooks : IDisposable
{
    readonly LedgerState _copy;
    readonly DateTimeOffset _now;
    readonly Dictionary<string, AccountId> _named = new(StringComparer.Ordinal);
    readonly Dictionary<(string Member, AccountKind Kind), AccountId> _members = [];
    readonly List<JournalEntry> _journal = [];
    readonly LedgerCommand[] _one = new LedgerCommand[1];

    /// <param name="copy">Is changed, and released at the end: give it a copy.</param>
    /// <param name="names">The city's accounts that have a name.</param>
    public SchemeBooks(LedgerState copy, IReadOnlyDictionary<AccountId, string> names, DateTimeOffset now)
    {
        (_copy, _now) = (copy, now);
        foreach (var (account, name) in names)
            _named[name] = account;
        Currency = FindOrDefineCurrency();
    }

    public CurrencyId Currency { get; }

    /// <summary>The accounts that the plan has asked for, by their number in the copy.</summary>
    public Dictionary<AccountId, PlannedAccount> Accounts { get; } = [];

    public void Dispose() => _copy.Release();

    public bool Has(Guid id) => _copy.Find(id) is not null;

    public long BalanceOf(AccountId account) => _copy.Account(account).Balance;

    public AccountId Named(string name, AccountKind kind)
    {
        if (!_named.TryGetValue(name, out var account))
        {
            var key = DerivedId.From("planned", name);
            _named[name] = account = _copy.FindAccount(key) ?? Open(key, kind);
        }

        Accounts.TryAdd(account, new PlannedAccount(name, Guid.Empty, null, kind));
        return account;
    }

    public AccountId Member(string member) => Of(member, AccountKind.Person);

    public AccountId Escrow(string member) => Of(member, AccountKind.Escrow);

    public PostOutcome Post(LedgerCommand command)
    {
        _one[0] = command;
        _journal.Clear();
        return _copy.Post(_one, _now, _journal).Outcome;
    }

    AccountId Of(string member, AccountKind kind)
    {
        if (_members.TryGetValue((member, kind), out var account))
            return account;
        var key = kind == AccountKind.Escrow ? SchemeIds.Escrow(member) : SchemeIds.Member(member);
        account = _copy.FindAccount(key) ?? Open(key, kind);
        Accounts.TryAdd(account, new PlannedAccount(null, key, member, kind));
        return _members[(member, kind)] = account;
    }

    AccountId Open(Guid key, AccountKind kind)
    {
        var outcome = Post(new OpenAccount(key, Currency, kind));
        return outcome == PostOutcome.Posted && _copy.FindAccount(key) is { } account
            ? account
            : throw new InvalidOperationException($"The ledger would not open an account of kind {kind}: {outcome}.");
    }

    CurrencyId FindOrDefineCurrency()
    {
        foreach (var currency in _copy.Currencies)
            if (currency.Code == SchemeIds.CurrencyCode)
                return currency.Scale == SchemeFiles.Scale
                    ? currency.Id
                    : throw new SchemeFilesException($"The city has a currency {currency.Code} with {currency.Scale} "
                        + $"decimals; this scheme needs one of its own with {SchemeFiles.Scale}.", isMisuse: false);
        var number = FirstFreeNumber();
        var outcome = Post(Define(number));
        return outcome == PostOutcome.Posted
            ? number
            : throw new InvalidOperationException($"The ledger would not define {SchemeIds.CurrencyCode}: {outcome}.");
    }

    /// <summary>The command that brings the scheme's currency into the books.</summary>
    public static DefineCurrency Define(CurrencyId number) =>
        new(SchemeIds.Currency, number, SchemeIds.CurrencyCode, SchemeFiles.Scale);

    /// <summary>City packs number their currencies from 1; imported schemes stay out of their way.</summary>
    CurrencyId FirstFreeNumber()
    {
        short number = 1_000;
        while (_copy.Currencies.Any(c => c.Id.Value == number))
            number++;
        return new CurrencyId(number);
    }
}
