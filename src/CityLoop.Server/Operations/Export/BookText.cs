using System.Globalization;
using CityLoop.Ledger;

namespace CityLoop.Server.Operations.Export;

/// <summary>
/// The journal as a text, entry by entry. Knows accounts by kind and number, and public names; never a person's.
/// </summary>
abstract class BookText(
    TextWriter text, IReadOnlyDictionary<AccountId, string> names, Func<DateTimeOffset, DateTimeOffset> inCity)
{
    readonly Dictionary<int, (string Name, CurrencyId Currency)> _accounts = [];
    readonly Dictionary<CurrencyId, DefineCurrency> _currencies = [];
    readonly HashSet<string> _taken = [];

    protected TextWriter Text => text;

    /// <summary>The day on which the latest entry was written.</summary>
    protected DateOnly LastDay { get; private set; }

    /// <summary>Writes the next entry; accounts are numbered by the order of their opening, as in the ledger.</summary>
    public void Write(JournalEntry entry)
    {
        // Nothing happens after it is written.
        LastDay = DayOf(entry.At);
        switch (entry.Body)
        {
            case DefineCurrency currency:
                _currencies[currency.Currency] = currency;
                WriteCurrency(entry, currency);
                break;
            case OpenAccount account:
                var id = new AccountId(_accounts.Count + 1);
                var publicName = names.TryGetValue(id, out var name) ? name : $"{WordOf(account.Kind)}:{Number(id)}";
                var spelt = Spell(publicName, account.Kind);
                // Two names may be spelt alike; two accounts may not.
                if (!_taken.Add(spelt))
                    _taken.Add(spelt = $"{spelt}-{Number(id)}");
                _accounts[id.Value] = (spelt, account.Currency);
                WriteAccount(entry, publicName, spelt, _currencies[account.Currency]);
                break;
            case Transfer transfer:
                WriteTransfer(entry, transfer);
                break;
            default:
                WriteOther(entry);
                break;
        }
    }

    public abstract void WriteHead();

    /// <summary>
    /// Writes what every account holds by the ledger's own word: whoever reads the text adds it up and compares.
    /// </summary>
    public abstract void WriteBalances(long sequence, IEnumerable<BookBalance> balances);

    protected abstract void WriteCurrency(JournalEntry entry, DefineCurrency currency);

    protected abstract void WriteAccount(
        JournalEntry entry, string publicName, string spelt, DefineCurrency currency);

    protected abstract void WriteTransfer(JournalEntry entry, Transfer transfer);

    /// <summary>An entry that moves nothing: a day, a hold, a release, a rule.</summary>
    protected abstract void WriteOther(JournalEntry entry);

    /// <summary>An account's name in the spelling of this text.</summary>
    protected abstract string Spell(string name, AccountKind kind);

    protected string NameOf(AccountId account) => _accounts[account.Value].Name;

    protected DefineCurrency CurrencyOf(AccountId account) => _currencies[_accounts[account.Value].Currency];

    protected DefineCurrency CurrencyOf(CurrencyId currency) => _currencies[currency];

    /// <summary>With the currency's code, as in 12.50 TCP.</summary>
    protected static string Amount(long units, DefineCurrency currency) =>
        $"{Amount(units, currency.Scale)} {currency.Code}";

    /// <summary>A number of smallest units as a decimal with all of the currency's places.</summary>
    public static string Amount(long units, int scale)
    {
        // The magnitude as UInt64: the lowest long has no positive counterpart.
        var digits = (units < 0 ? (ulong)-(Int128)units : (ulong)units)
            .ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        var sign = units < 0 ? "-" : "";
        return scale == 0 ? sign + digits : $"{sign}{digits[..^scale]}.{digits[^scale..]}";
    }

    /// <summary>What a transfer says beside its accounts and amount, in a fixed order.</summary>
    protected static IEnumerable<(string Name, object Value)> TagsOf(Transfer transfer) =>
        new (string Name, object? Value)[]
        {
            ("id", transfer.Id),
            ("last-day", transfer.LastDay is { } last ? Day(last) : null),
            ("reverses", transfer.Reverses),
            ("earned-by", transfer.EarnedBy),
            ("hold", transfer.Hold),
            ("claim", transfer.Claim),
            ("reference", transfer.Reference),
        }.Where(tag => tag.Value is not null).Select(tag => (tag.Name, tag.Value!));

    /// <summary>An entry that moves nothing, in words.</summary>
    protected string Say(JournalEntry entry) => entry.Body switch
    {
        BeginDay day => $"the day {Day(day.Day)} begins",
        PlaceHold hold => $"hold {hold.Id} of {Amount(hold.Amount, CurrencyOf(hold.Debit))} for {hold.Code}, "
            + $"{NameOf(hold.Debit)} to {NameOf(hold.Credit)}, until {Instant(hold.Until)}",
        ReleaseHold release => $"hold {release.Hold} of {NameOf(release.Account)} is released",
        ChangeAccount change => $"{NameOf(change.Account)} is {change.Status.ToString().ToLowerInvariant()}"
            + Bound("minimum", change.Minimum, change.Account) + Bound("maximum", change.Maximum, change.Account),
        SetLevel level => $"{NameOf(level.Account)} is of level {Digits(level.Level)}",
        SetLimit { Limit: var limit } => $"limit {Digits(limit.Number)}: {limit.Code} per {limit.Per} and "
            + $"{limit.Period}, "
            + (limit.UpToLevel is { } level ? $"up to level {Digits(level)}, " : "")
            + (limit.Max is { } most ? $"at most {Amount(most, CurrencyOf(limit.Currency))}" : "ended"),
        _ => entry.Body.GetType().Name,
    };

    string Bound(string word, long? units, AccountId account) =>
        units is { } set ? $", {word} {Amount(set, CurrencyOf(account))}" : "";

    protected DateOnly DayOf(DateTimeOffset instant) => DateOnly.FromDateTime(inCity(instant).DateTime);

    protected string Instant(DateTimeOffset instant) =>
        inCity(instant).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffffzzz", CultureInfo.InvariantCulture);

    protected static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    protected static string Digits(long number) => number.ToString(CultureInfo.InvariantCulture);

    protected static string WordOf(AccountKind kind) => kind.ToString().ToLowerInvariant();

    static string Number(AccountId id) => id.Value.ToString("D6", CultureInfo.InvariantCulture);
}
