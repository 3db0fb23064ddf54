using CityLoop.Ledger;

namespace CityLoop.Server.Operations.Export;

/// <summary>The journal as a table (RFC 4180), one row per entry, and one per account with its balance at the
/// end.</summary>
sealed class CsvText(
    TextWriter text, IReadOnlyDictionary<AccountId, string> names, Func<DateTimeOffset, DateTimeOffset> inCity)
    : BookText(text, names, inCity)
{
    static readonly string[] Columns =
    [
        "entry", "kind", "written_at", "happened_at", "code", "from", "to", "amount", "currency", "last_day", "id",
        "reverses", "earned_by", "hold", "claim", "reference", "held", "decay_due", "remark",
    ];

    readonly Dictionary<string, string> _row = [];

    public override void WriteHead() => Text.Write(string.Join(',', Columns) + "\r\n");

    public override void WriteBalances(long sequence, IEnumerable<BookBalance> balances)
    {
        foreach (var balance in balances)
        {
            var currency = CurrencyOf(balance.Account);
            _row["entry"] = Digits(sequence);
            _row["kind"] = "balance";
            _row["to"] = NameOf(balance.Account);
            Put(currency, balance.Amount);
            _row["held"] = Amount(balance.Held, currency.Scale);
            _row["decay_due"] = Amount(balance.DecayDue, currency.Scale);
            WriteRow();
        }
    }

    protected override void WriteCurrency(JournalEntry entry, DefineCurrency currency)
    {
        Begin(entry, "currency");
        _row["currency"] = currency.Code;
        WriteRow();
    }

    protected override void WriteAccount(
        JournalEntry entry, string publicName, string spelt, DefineCurrency currency)
    {
        Begin(entry, "account");
        _row["to"] = spelt;
        _row["currency"] = currency.Code;
        WriteRow();
    }

    protected override void WriteTransfer(JournalEntry entry, Transfer transfer)
    {
        Begin(entry, "transfer");
        _row["happened_at"] = Instant(entry.EffectiveAt);
        _row["code"] = transfer.Code.ToString();
        _row["from"] = NameOf(transfer.Debit);
        _row["to"] = NameOf(transfer.Credit);
        Put(CurrencyOf(transfer.Debit), transfer.Amount);
        foreach (var (name, value) in TagsOf(transfer))
            _row[name.Replace('-', '_')] = $"{value}";
        WriteRow();
    }

    protected override void WriteOther(JournalEntry entry)
    {
        Begin(entry, entry.Body switch
        {
            BeginDay => "day",
            PlaceHold => "hold",
            ReleaseHold => "release",
            ChangeAccount => "change",
            SetLimit => "limit",
            SetLevel => "level",
            _ => "other",
        });
        _row["remark"] = Say(entry);
        WriteRow();
    }

    protected override string Spell(string name, AccountKind kind) => name;

    void Begin(JournalEntry entry, string kind)
    {
        _row["entry"] = Digits(entry.Sequence);
        _row["kind"] = kind;
        _row["written_at"] = Instant(entry.At);
        _row["id"] = entry.Body.Id.ToString();
    }

    void Put(DefineCurrency currency, long units)
    {
        _row["amount"] = Amount(units, currency.Scale);
        _row["currency"] = currency.Code;
    }

    void WriteRow()
    {
        Text.Write(string.Join(',', Columns.Select(column => Quoted(_row.GetValueOrDefault(column, "")))) + "\r\n");
        _row.Clear();
    }

    static string Quoted(string field) => field.AsSpan().IndexOfAny(",\"\r\n") < 0
        ? field
        : $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
