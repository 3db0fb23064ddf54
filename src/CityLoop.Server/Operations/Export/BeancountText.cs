using CityLoop.Ledger;

namespace CityLoop.Server.Operations.Export;

/// <summary>The journal for Beancount: one transaction per transfer, in the journal's order.</summary>
sealed class BeancountText(
    TextWriter text, IReadOnlyDictionary<AccountId, string> names, Func<DateTimeOffset, DateTimeOffset> inCity)
    : BookText(text, names, inCity)
{
    /// <summary>
    /// Accounts are open from before all time: an import tells what happened before its accounts were opened here.
    /// </summary>
    const string Always = "1900-01-01";

    public override void WriteHead() => Text.Write(
        "; The points of the city in plain-text accounting: Beancount 2.3 or later reads this.\n"
        + "; Every transfer is dated by the city's day; 'number' is its number in the journal.\n\n");

    /// <summary>Beancount checks a balance at the beginning of its day; "~ 0": to the smallest unit.</summary>
    public override void WriteBalances(long sequence, IEnumerable<BookBalance> balances)
    {
        Text.Write($"; Balances after entry {Digits(sequence)}\n");
        var day = Day(LastDay.AddDays(1));
        foreach (var balance in balances)
        {
            var currency = CurrencyOf(balance.Account);
            Text.Write($"{day} balance {NameOf(balance.Account)}  {Amount(balance.Amount, currency.Scale)} ~ 0 "
                + $"{currency.Code}\n");
            Metadata("held", balance.Held, currency);
            Metadata("decay-due", balance.DecayDue, currency);
        }
    }

    protected override void WriteCurrency(JournalEntry entry, DefineCurrency currency) =>
        Text.Write($"{Always} commodity {currency.Code}\n\n");

    protected override void WriteAccount(
        JournalEntry entry, string publicName, string spelt, DefineCurrency currency) =>
        Text.Write($"{Always} open {spelt} {currency.Code}\n  name: {Quoted(publicName)}\n\n");

    protected override void WriteTransfer(JournalEntry entry, Transfer transfer)
    {
        var currency = CurrencyOf(transfer.Debit);
        var (day, written) = (DayOf(entry.EffectiveAt), DayOf(entry.At));
        Text.Write($"{Day(day)} * \"{transfer.Code}\"\n  number: {Digits(entry.Sequence)}\n");
        if (written != day)
            Text.Write($"  written: {Day(written)}\n");
        foreach (var (name, value) in TagsOf(transfer))
            Text.Write(name == "last-day" ? $"  {name}: {value}\n" : $"  {name}: \"{value}\"\n");
        Text.Write($"  {NameOf(transfer.Debit)}  {Amount(-transfer.Amount, currency)}\n"
            + $"  {NameOf(transfer.Credit)}  {Amount(transfer.Amount, currency)}\n\n");
    }

    protected override void WriteOther(JournalEntry entry) =>
        Text.Write($"; {Day(DayOf(entry.At))} ({Digits(entry.Sequence)}) {Say(entry)}\n\n");

    /// <summary>
    /// One of Beancount's five roots, then parts of letters, digits and hyphens that begin with a capital or a digit.
    /// What stands for the outside of the books is equity; all else is an asset, so that signs stay ours.
    /// </summary>
    protected override string Spell(string name, AccountKind kind)
    {
        var root = kind.MayGoBelowZero() ? "Equity" : "Assets";
        return string.Join(':', name.Split(':').Select(Part).Prepend(root));

        static string Part(string part)
        {
            var letters = string.Concat(part.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-'));
            if (letters is [>= 'a' and <= 'z', ..])
                return char.ToUpperInvariant(letters[0]) + letters[1..];
            return letters is [>= 'A' and <= 'Z', ..] or [>= '0' and <= '9', ..] ? letters : "X" + letters;
        }
    }

    void Metadata(string name, long units, DefineCurrency currency)
    {
        if (units != 0)
            Text.Write($"  {name}: {Amount(units, currency)}\n");
    }

    static string Quoted(string name) =>
        $"\"{string.Concat(name.Select(c => c is '"' or '\\' || char.IsControl(c) ? '-' : c))}\"";
}
