using System.Text;
using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Merchants.Settlement;

namespace CityLoop.Server.Merchants.Payouts;

/// <summary>
/// The statements of a payout's shops, as tables for their accountants: what was left over, each payment and refund
/// with what the city gave its customer on top (which the shop is charged nothing for), and what is paid when.
/// </summary>
sealed class ShopStatements(Payout payout)
{
    const string Header = "shop,from,to,kind,at,payment,journal,amount,rebate_by_city,charge";

    readonly SortedDictionary<string, StringBuilder> _files = new(StringComparer.Ordinal);
    readonly Dictionary<AccountId, List<Row>> _rows = [];
    readonly Dictionary<Guid, long> _rebates = [];
    PayoutPart _part = payout.Parts[0];

    sealed record Row(JournalEntry Entry, Transfer Transfer);

    public void Begin(PayoutPart part)
    {
        _part = part;
        _rows.Clear();
        _rebates.Clear();
    }

    /// <summary>A payment or a refund that counts for a shop's line.</summary>
    public void Take(JournalEntry entry, SettlementLine line)
    {
        var transfer = (Transfer)entry.Body;
        if (transfer.Code == TransferCode.Refund && entry.Sequence > line.CountedTo)
            return;
        if (!_rows.TryGetValue(line.Account, out var rows))
            _rows.Add(line.Account, rows = []);
        rows.Add(new(entry, transfer));
    }

    /// <summary>What the city gave back for a payment, wherever it stands in the journal.</summary>
    public void TakeRebate(JournalEntry entry)
    {
        if (entry.Body is Transfer { Code: TransferCode.Rebate, EarnedBy: { } payment } rebate)
            _rebates[payment] = rebate.Amount;
    }

    public void End(CityClock clock)
    {
        foreach (var line in _part.Lines)
        {
            if (!_files.TryGetValue(line.Code, out var file))
                _files.Add(line.Code, file = new StringBuilder(Header).Append('\n'));
            if (line.CarriedIn != 0)
                Add(file, line, "carried_in", "", "", "", line.CarriedIn, "");
            foreach (var (entry, moved) in _rows.GetValueOrDefault(line.Account, []))
                Add(file, line, clock, entry, moved);
            var transfer = CreditTransferFile.EndToEndId(line);
            Add(file, line, "payout", Fields.Day(_part.PaidOn), transfer, "", -line.Amount, "");
            if (line.CarriedOut != 0)
                Add(file, line, "carried_out", "", "", "", -line.CarriedOut, "");
        }
    }

    public IReadOnlyList<PayoutFile> Files() =>
        [.. _files.Select(file => new PayoutFile(
            $"statement-{file.Key}.csv", Encoding.UTF8.GetBytes(file.Value.ToString())))];

    void Add(StringBuilder file, SettlementLine line, CityClock clock, JournalEntry entry, Transfer transfer)
    {
        var at = clock.InCity(entry.EffectiveAt).ToString(
            "yyyy-MM-dd'T'HH:mm:sszzz", System.Globalization.CultureInfo.InvariantCulture);
        var journal = entry.Sequence.ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (transfer.Code == TransferCode.Pay)
            Add(file, line, "payment", at, transfer.Id.ToString(), journal, transfer.Amount,
                Fields.Plain(_rebates.GetValueOrDefault(transfer.Id), payout.Scale));
        else
            Add(file, line, "refund", at, transfer.Reverses!.Value.ToString(), journal, -transfer.Amount, "");
    }

    void Add(
        StringBuilder file, SettlementLine line, string kind, string at, string payment, string journal, long amount,
        string rebate) =>
        file.AppendJoin(
            ',', line.Code, Fields.Day(_part.Window.FirstDay), Fields.Day(_part.Window.LastDay), kind, at, payment,
            journal, Fields.Plain(amount, payout.Scale), rebate, kind == "payment" ? Fields.Plain(0, payout.Scale) : "")
            .Append('\n');
}
