using CityLoop.Server.City;
using CityLoop.Server.Merchants.Payouts;
using CityLoop.Server.Merchants.Settlement;

namespace CityLoop.Server.Merchants.Bank;

/// <summary>
/// Finds for each entry of a bank's file the lines that it is about, by the references that the payout's file gave the
/// bank, and says what becomes of them. Pure: it changes its own copies of the lines, and says which.
/// </summary>
/// <param name="terms">Whose account it is, and in which money.</param>
/// <param name="scale">Decimals of the currency; one whole point is one unit of the money.</param>
/// <param name="lines">Lines that stand in a payout and pay something, the oldest first.</param>
sealed class PayoutMatching(
    CityPayouts terms, int scale, IReadOnlyList<(ClosedWindow Window, SettlementLine Line)> lines)
{
    readonly SettlementLine[] _lines = [.. lines.Select(l => l.Line)];
    readonly SortedDictionary<int, Change> _changes = [];

    readonly Dictionary<string, int> _byTransfer = ByTransfer([.. lines.Select(l => l.Line)]);

    readonly ILookup<string, int> _byWindow = Enumerable.Range(0, lines.Count)
        .ToLookup(i => CreditTransferFile.Id(lines[i].Window.Id), StringComparer.OrdinalIgnoreCase);

    readonly ILookup<string, int> _byPayout = ByPayout(lines);

    /// <summary>A line that an entry has changed.</summary>
    public sealed record Change(SettlementLine Before, SettlementLine After, Guid? DebitedBy, Guid? ReturnedBy);

    /// <summary>The lines that were changed, in the order of the half-months.</summary>
    public IEnumerable<Change> Changes => _changes.Values;

    public BankOutcome Take(BankReport report) => report switch
    {
        BankEntry entry => TakeEntry(entry),
        BankStatus status => TakeStatus(status),
        _ => throw new InvalidOperationException($"A bank does not report {report.GetType().Name}."),
    };

    BankOutcome TakeEntry(BankEntry entry)
    {
        var (named, outcome) = LinesOf(entry);
        if (outcome is not BankOutcome.Matched)
            return outcome;
        if (!terms.Owns(entry.Account))
            return BankOutcome.OtherAccount;
        if (entry.Currency != terms.Money)
            return BankOutcome.CurrencyDiffers;
        if (entry.Status != "BOOK")
            return BankOutcome.NotBooked;
        return entry.IsCredit ? TakeBack(entry, named) : entry.IsReversal ? BankOutcome.UnknownReference
            : TakeDebit(entry, named);
    }

    BankOutcome TakeDebit(BankEntry entry, IReadOnlyList<int> named)
    {
        if (named.Any(i => _lines[i].IsDebited))
            return BankOutcome.DebitedTwice;
        if (named.Any(i => _lines[i].State == PayoutState.Rejected))
            return BankOutcome.WasRejected;
        foreach (var i in named)
            Set(i, _lines[i] with
            {
                IsDebited = true,
                State = _lines[i].State == PayoutState.Returned ? PayoutState.Returned : PayoutState.Confirmed,
            }, debitedBy: entry.Id);
        return BankOutcome.Matched;
    }

    /// <summary>Money that comes back was there before, even when its leaving stands in a file yet to come.</summary>
    BankOutcome TakeBack(BankEntry entry, IReadOnlyList<int> named)
    {
        if (named.Any(i => _lines[i].State is PayoutState.Rejected or PayoutState.Returned))
            return BankOutcome.WasRejected;
        foreach (var i in named)
        {
            var name = CreditTransferFile.EndToEndId(_lines[i]);
            var reason = entry.Transactions.OrderByDescending(t => Is(t.EndToEndId, name))
                .Select(t => t.ReturnReason).FirstOrDefault(said => said is not null);
            Set(i, _lines[i] with { State = PayoutState.Returned, Reason = reason ?? "" }, returnedBy: entry.Id);
        }

        return BankOutcome.Matched;
    }

    /// <summary>The lines that a booking names: one by one, or a whole half-month or payout.</summary>
    (IReadOnlyList<int> Lines, BankOutcome Outcome) LinesOf(BankEntry entry)
    {
        var single = entry.Transactions.Select(t => (Details: t, Line: Find(t.EndToEndId))).ToList();
        if (single.Any(s => s.Line is not null))
        {
            if (single.Any(s => s.Line is null))
                return ([], BankOutcome.UnknownReference);
            var fits = single.All(s => IsAmount(
                s.Details.Amount ?? (single.Count == 1 ? entry.Amount : -1), _lines[s.Line!.Value].Amount));
            fits &= IsAmount(entry.Amount, single.Sum(s => _lines[s.Line!.Value].Amount));
            return fits && single.DistinctBy(s => s.Line).Count() == single.Count
                ? ([.. single.Select(s => s.Line!.Value)], BankOutcome.Matched)
                : ([], BankOutcome.AmountDiffers);
        }

        var all = OrderedBy(entry);
        var taken = all.Where(i => _lines[i].State != PayoutState.Rejected).ToList();
        return all.Count == 0 ? ([], BankOutcome.UnknownReference)
            : IsAmount(entry.Amount, taken.Sum(i => _lines[i].Amount)) ? (taken, BankOutcome.Matched)
            : IsAmount(entry.Amount, all.Sum(i => _lines[i].Amount)) ? (all, BankOutcome.Matched)
            : ([], BankOutcome.AmountDiffers);
    }

    BankOutcome TakeStatus(BankStatus status)
    {
        var one = Find(status.EndToEndId);
        // A bank that says of one order nothing by which to know it must not be taken to speak of them all.
        List<int> named = one is { } line ? [line] : status.IsOfOne ? [] : OrderedBy(status);
        if (named.Count == 0)
            return BankOutcome.UnknownReference;
        if (Means(status.Status) is not { } state)
            return status.Status is "PART" or "RCVD" or "PDNG" or "PATC"
                ? BankOutcome.Matched
                : BankOutcome.UnknownStatus;
        if (one is null)
            named = [.. named.Where(i => _lines[i].State != PayoutState.Rejected)];
        if (state == PayoutState.Rejected && named.Any(i => IsPaid(_lines[i])))
            return BankOutcome.WasPaid;
        if (state != PayoutState.Rejected && named.Any(i => _lines[i].State == PayoutState.Rejected))
            return BankOutcome.WasRejected;
        foreach (var i in named.Where(i => _lines[i].State < state))
            Set(i, _lines[i] with { State = state, Reason = state == PayoutState.Rejected ? status.Reason : "" });
        return BankOutcome.Matched;
    }

    /// <summary>What the bank's word makes of an order; null for words that leave it as it is.</summary>
    static PayoutState? Means(string status) => status switch
    {
        "RJCT" or "CANC" => PayoutState.Rejected,
        "ACSC" or "ACCC" => PayoutState.Confirmed,
        "ACTC" or "ACCP" or "ACSP" or "ACWC" or "ACWP" or "ACFC" => PayoutState.Paid,
        _ => null,
    };

    static bool IsPaid(SettlementLine line) =>
        line.IsDebited || line.State is PayoutState.Confirmed or PayoutState.Returned;

    List<int> OrderedBy(BankReport report) =>
        _byWindow[report.PaymentInformationId].ToList() is { Count: > 0 } part ? part
        : report.PaymentInformationId.Length == 0 ? [.. _byPayout[report.MessageId]]
        : [];

    int? Find(string endToEndId) => _byTransfer.TryGetValue(endToEndId, out var line) ? line : null;

    void Set(int line, SettlementLine after, Guid? debitedBy = null, Guid? returnedBy = null)
    {
        var change = _changes.GetValueOrDefault(line) ?? new Change(_lines[line], after, null, null);
        _changes[line] = change with
        {
            After = after, DebitedBy = debitedBy ?? change.DebitedBy, ReturnedBy = returnedBy ?? change.ReturnedBy,
        };
        _lines[line] = after;
    }

    bool IsAmount(decimal said, long units) => said * Unit == units;

    decimal Unit => Enumerable.Range(0, scale).Aggregate(1m, (unit, _) => unit * 10);

    static bool Is(string said, string name) => said.Equals(name, StringComparison.OrdinalIgnoreCase);

    /// <summary>A payout's message bears the name of its last half-month, be anybody paid for that or not.</summary>
    static ILookup<string, int> ByPayout(IReadOnlyList<(ClosedWindow Window, SettlementLine Line)> lines) =>
        Enumerable.Range(0, lines.Count).ToLookup(
            i => CreditTransferFile.Id(
                SettlementWindow.Containing(lines[i].Window.PayoutUntil!.Value).IdIn(lines[i].Window.Currency)),
            StringComparer.OrdinalIgnoreCase);

    static Dictionary<string, int> ByTransfer(SettlementLine[] lines)
    {
        // Some banks give back what they were sent in capitals.
        var names = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < lines.Length; i++)
            names.Add(CreditTransferFile.EndToEndId(lines[i]), i);
        return names;
    }
}
