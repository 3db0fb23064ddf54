using System.Globalization;
using CityLoop.Ledger;

namespace CityLoop.Server.Operations.Export;

/// <summary>
/// Writes journal entries as plain-text accounting (hledger): one transaction per transfer, in the journal's order.
/// Knows accounts by kind and number, and public names; never a person's.
/// </summary>
sealed class HledgerJournal(
    TextWriter text, IReadOnlyDictionary<AccountId, string> names, Func<DateTimeOffset, DateOnly> dayOf)
{
    readonly Dictionary<int, string> _accounts = [];
    readonly Dictionary<int, CurrencyId> _currencyOf = [];
    readonly Dictionary<CurrencyId, DefineCurrency> _currencies = [];
    DateOnly _lastDay;

    /// <summary>Writes the next entry; accounts are numbered by the order of their opening, as in the ledger.</summary>
    public void Write(JournalEntry entry)
    {
        switch (entry.Body)
        {
            case DefineCurrency currency:
                _currencies[currency.Currency] = currency;
                var decimals = new string('0', currency.Scale);
                text.Write($"commodity 1000.{decimals} {currency.Code}\n\n");
                break;
            case OpenAccount account:
                var id = new AccountId(_accounts.Count + 1);
                _currencyOf[id.Value] = account.Currency;
                _accounts[id.Value] = NameOf(id, account.Kind);
                text.Write($"account {_accounts[id.Value]}\n\n");
                break;
            case Transfer transfer:
                WriteTransfer(entry, transfer);
                break;
        }
    }

    /// <summary>
    /// Writes what every account holds by the ledger's own word, as assertions on the last day: whoever reads the
    /// journal adds it up and compares.
    /// </summary>
    public void WriteBalances(long sequence, IEnumerable<AccountView> accounts)
    {
        text.Write($"{Day(_lastDay)} Balances after entry {Text(sequence)}\n");
        foreach (var account in accounts)
        {
            var currency = _currencies[account.Currency];
            var name = _accounts[account.Id.Value];
            text.Write($"    {name}  {Amount(0, currency)} = {Amount(account.Balance, currency)}\n");
        }

        text.Write("\n");
    }

    /// <summary>A number of smallest units as a decimal with all of the currency's places.</summary>
    public static string Amount(long units, int scale)
    {
        // The magnitude as UInt64: the lowest long has no positive counterpart.
        var digits = (units < 0 ? (ulong)-(Int128)units : (ulong)units)
            .ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        var sign = units < 0 ? "-" : "";
        return scale == 0 ? sign + digits : $"{sign}{digits[..^scale]}.{digits[^scale..]}";
    }

    void WriteTransfer(JournalEntry entry, Transfer transfer)
    {
        var currency = _currencies[_currencyOf[transfer.Debit.Value]];
        var (day, written) = (dayOf(entry.EffectiveAt), dayOf(entry.At));
        if (day > _lastDay)
            _lastDay = day;
        text.Write(Day(day));
        if (written != day)
            text.Write($"={Day(written)}");
        text.Write($" ({Text(entry.Sequence)}) {transfer.Code}  ; id:{transfer.Id}");
        Tag("last-day", transfer.LastDay is { } last ? Day(last) : null);
        Tag("reverses", transfer.Reverses);
        Tag("claim", transfer.Claim);
        Tag("reference", transfer.Reference);
        text.Write($"\n    {_accounts[transfer.Debit.Value]}  {Amount(-transfer.Amount, currency)}"
            + $"\n    {_accounts[transfer.Credit.Value]}  {Amount(transfer.Amount, currency)}\n\n");
    }

    void Tag(string name, object? value)
    {
        if (value is not null)
            text.Write($", {name}:{value}");
    }

    static string Amount(long units, DefineCurrency currency) => $"{Amount(units, currency.Scale)} {currency.Code}";

    string NameOf(AccountId id, AccountKind kind)
    {
        var number = id.Value.ToString("D6", CultureInfo.InvariantCulture);
        if (!names.TryGetValue(id, out var name))
            return $"{kind.ToString().ToLowerInvariant()}:{number}";
        // Two spaces would end the name, a semicolon begin a comment.
        return string.Concat(name.Select(c => char.IsControl(c) || char.IsWhiteSpace(c) || c == ';' ? '-' : c));
    }

    static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
