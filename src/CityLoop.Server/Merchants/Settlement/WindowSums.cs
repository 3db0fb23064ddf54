using CityLoop.Ledger;

namespace CityLoop.Server.Merchants.Settlement;

/// <summary>What a shop took in and gave back in one window.</summary>
readonly record struct ShopSum(int Payments, long Paid, int Refunds, long Refunded);

/// <summary>
/// Adds up, from the journal, what each shop's window holds. Pure: it sees entries and nothing else.
/// <para>
/// A window owns the payments with a journal time inside it, and every refund of them that was made before its line
/// was fixed. A refund made later belongs to the window that is settled next. So what a line asks for is never more
/// than the shop's balance at that moment: the rest of the balance is newer payments less their own refunds.
/// </para>
/// </summary>
/// <param name="shops">The accounts to add up.</param>
/// <param name="after">The last entry of the window before; entries up to it are not to be taken in again.</param>
/// <param name="end">The first instant after the window.</param>
/// <param name="counted">
/// For each shop, the number of the last entry whose refunds were counted when it was settled before; 0 for none.
/// </param>
/// <param name="tell">Is told each entry that counts, and for which shop.</param>
sealed class WindowSums(
    IReadOnlySet<AccountId> shops, long after, DateTimeOffset end, Func<AccountId, long> counted,
    Action<JournalEntry, AccountId>? tell = null)
{
    readonly Dictionary<AccountId, ShopSum> _sums = [];
    readonly HashSet<Guid> _inWindow = [];
    readonly HashSet<Guid> _later = [];

    /// <summary>The last entry before the window's end: the next window's payments stand behind it.</summary>
    public long Boundary { get; private set; } = after;

    /// <summary>The last entry that was taken in.</summary>
    public long Sequence { get; private set; } = after;

    public ShopSum Of(AccountId shop) => _sums.GetValueOrDefault(shop);

    /// <summary>Takes in the next entry of the journal.</summary>
    public void Take(JournalEntry entry)
    {
        Sequence = entry.Sequence;
        if (entry.At < end)
            Boundary = entry.Sequence;
        if (entry.Body is not Transfer transfer)
            return;
        if (transfer.Code == TransferCode.Pay && shops.Contains(transfer.Credit))
            TakePayment(entry, transfer);
        else if (transfer.Code == TransferCode.Refund && shops.Contains(transfer.Debit))
            TakeRefund(entry, transfer);
    }

    void TakePayment(JournalEntry entry, Transfer payment)
    {
        if (entry.At >= end)
        {
            _later.Add(payment.Id);
            return;
        }

        _inWindow.Add(payment.Id);
        var sum = Of(payment.Credit);
        _sums[payment.Credit] = sum with { Payments = sum.Payments + 1, Paid = sum.Paid + payment.Amount };
        tell?.Invoke(entry, payment.Credit);
    }

    void TakeRefund(JournalEntry entry, Transfer refund)
    {
        var payment = refund.Reverses!.Value;
        if (_later.Contains(payment))
            return;
        if (!_inWindow.Contains(payment) && entry.Sequence <= counted(refund.Debit))
            return;
        var sum = Of(refund.Debit);
        _sums[refund.Debit] = sum with { Refunds = sum.Refunds + 1, Refunded = sum.Refunded + refund.Amount };
        tell?.Invoke(entry, refund.Debit);
    }
}
