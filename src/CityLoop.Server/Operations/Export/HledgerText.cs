using CityLoop.Ledger;

namespace CityLoop.Server.Operations.Export;

/// <summary>The journal for hledger: one transaction per transfer, in the journal's order.</summary>
sealed class HledgerText(
    TextWriter text, IReadOnlyDictionary<AccountId, string> names, Func<DateTimeOffset, DateTimeOffset> inCity)
    : BookText(text, names, inCity)
{
    public override void WriteHead() => Text.Write(
        "; The points of the city in plain-text accounting: hledger 1.25 or later reads this.\n"
        + "; Every transfer is dated by the city's day; in brackets its number in the journal.\n\n");

    public override void WriteBalances(long sequence, IEnumerable<BookBalance> balances)
    {
        Text.Write($"{Day(LastDay)} Balances after entry {Digits(sequence)}\n");
        foreach (var balance in balances)
        {
            var currency = CurrencyOf(balance.Account);
            Text.Write($"    {NameOf(balance.Account)}  {Amount(0, currency)} = {Amount(balance.Amount, currency)}");
            string[] tags =
            [
                .. Tag("held", balance.Held, currency), .. Tag("decay-due", balance.DecayDue, currency),
            ];
            Text.Write(tags.Length == 0 ? "\n" : $"  ; {string.Join(", ", tags)}\n");
        }

        Text.Write("\n");
    }

    protected override void WriteCurrency(JournalEntry entry, DefineCurrency currency) =>
        Text.Write($"commodity 1000.{new string('0', currency.Scale)} {currency.Code}\n\n");

    protected override void WriteAccount(
        JournalEntry entry, string publicName, string spelt, DefineCurrency currency) =>
        Text.Write($"account {spelt}\n\n");

    protected override void WriteTransfer(JournalEntry entry, Transfer transfer)
    {
        var currency = CurrencyOf(transfer.Debit);
        var (day, written) = (DayOf(entry.EffectiveAt), DayOf(entry.At));
        Text.Write(Day(day));
        if (written != day)
            Text.Write($"={Day(written)}");
        Text.Write($" ({Digits(entry.Sequence)}) {transfer.Code}  ; "
            + string.Join(", ", TagsOf(transfer).Select(tag => $"{tag.Name}:{tag.Value}"))
            + $"\n    {NameOf(transfer.Debit)}  {Amount(-transfer.Amount, currency)}"
            + $"\n    {NameOf(transfer.Credit)}  {Amount(transfer.Amount, currency)}\n\n");
    }

    protected override void WriteOther(JournalEntry entry) =>
        Text.Write($"; {Day(DayOf(entry.At))} ({Digits(entry.Sequence)}) {Say(entry)}\n\n");

    /// <summary>Two spaces would end the name, a semicolon begin a comment.</summary>
    protected override string Spell(string name, AccountKind kind) =>
        string.Concat(name.Select(c => char.IsControl(c) || char.IsWhiteSpace(c) || c == ';' ? '-' : c));

    static IEnumerable<string> Tag(string name, long units, DefineCurrency currency) =>
        units == 0 ? [] : [$"{name}:{Amount(units, currency)}"];
}
