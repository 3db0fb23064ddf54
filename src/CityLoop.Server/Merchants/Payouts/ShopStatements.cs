using CityLoop.Ledger;
using CityLoop.Server.Merchants.Settlement;

namespace CityLoop.Server.Merchants.Payouts;

/// <summary>What a row of a statement is about.</summary>
enum StatementKind
{
    CarriedIn,
    Payment,
    Refund,
    Payout,
    CarriedOut,
}

/// <summary>One row of a shop's statement.</summary>
/// <param name="Payment">The payment that it is about; null for the half-month's own rows.</param>
/// <param name="Entry">Where it stands in the journal; null for the half-month's own rows.</param>
/// <param name="Amount">With its sign: what the shop is owed more or less.</param>
/// <param name="Rebate">Of a payment: what the city gave its customer on top, at no cost to the shop.</param>
sealed record StatementRow(StatementKind Kind, Guid? Payment, JournalEntry? Entry, long Amount, long Rebate)
{
    public static StatementRow OfLine(StatementKind kind, long amount) => new(kind, null, null, amount, 0);
}

/// <summary>A shop's half-month: its rows come to nothing, because what is owed is paid or carried on.</summary>
sealed record ShopStatement(PayoutPart Part, SettlementLine Line, IReadOnlyList<StatementRow> Rows)
{
    public long Rebates => Rows.Sum(row => row.Rebate);
}

/// <summary>
/// Gathers the statements of a half-month from the journal, entry by entry: what the page shows, what the shop
/// downloads and what the operator's files hold is the same.
/// </summary>
sealed class ShopStatements(PayoutPart part)
{
    readonly Dictionary<AccountId, List<JournalEntry>> _entries = [];
    readonly Dictionary<Guid, long> _rebates = [];

    /// <summary>A payment or a refund that counts for a shop's line.</summary>
    public void Take(JournalEntry entry, SettlementLine line)
    {
        if (((Transfer)entry.Body).Code == TransferCode.Refund && entry.Sequence > line.CountedTo)
            return;
        if (!_entries.TryGetValue(line.Account, out var entries))
            _entries.Add(line.Account, entries = []);
        entries.Add(entry);
    }

    /// <summary>What the city gave back for a payment, wherever it stands in the journal.</summary>
    public void TakeRebate(JournalEntry entry)
    {
        if (entry.Body is Transfer { Code: TransferCode.Rebate, EarnedBy: { } payment } rebate)
            _rebates[payment] = rebate.Amount;
    }

    public ShopStatement Of(SettlementLine line)
    {
        var rows = new List<StatementRow>();
        if (line.CarriedIn != 0)
            rows.Add(StatementRow.OfLine(StatementKind.CarriedIn, line.CarriedIn));
        foreach (var entry in _entries.GetValueOrDefault(line.Account, []))
            rows.Add(RowOf(entry, (Transfer)entry.Body));
        rows.Add(StatementRow.OfLine(StatementKind.Payout, -line.Amount));
        if (line.CarriedOut != 0)
            rows.Add(StatementRow.OfLine(StatementKind.CarriedOut, -line.CarriedOut));
        return new(part, line, rows);
    }

    StatementRow RowOf(JournalEntry entry, Transfer moved) => moved.Code == TransferCode.Pay
        ? new(StatementKind.Payment, moved.Id, entry, moved.Amount, _rebates.GetValueOrDefault(moved.Id))
        : new(StatementKind.Refund, moved.Reverses!.Value, entry, -moved.Amount, 0);
}
