using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;
using CityLoop.Server.Merchants;
using CityLoop.Server.Pass;

namespace CityLoop.Server.Wallets;

/// <summary>One line of a person's statement.</summary>
/// <param name="Kind">What happened: pay, rebate, refund, earn and so on.</param>
/// <param name="Where">The shop or the budget, in the languages of the city; null where it was another person.</param>
/// <param name="Amount">With its sign: below zero for what went out.</param>
/// <param name="Receipt">The address of the receipt of the payment it belongs to.</param>
/// <param name="Refunded">How much of a payment was given back later.</param>
sealed record StatementLine(
    long Sequence, string Kind, LocalNames? Where, DateTimeOffset At, long Amount, string? Receipt, long Refunded)
{
    /// <summary>True for a payment that was given back in full.</summary>
    public bool IsRefunded => Refunded > 0 && Refunded == -Amount;

    /// <summary>The word for a transfer's code in answers and texts.</summary>
    public static string NameOf(TransferCode code) => code switch
    {
        TransferCode.Pay => "pay",
        TransferCode.Rebate => "rebate",
        TransferCode.Refund => "refund",
        TransferCode.RebateReturn => "rebate_return",
        TransferCode.Earn => "earn",
        TransferCode.Expire => "expire",
        TransferCode.Gift => "gift",
        TransferCode.GiftRelease => "gift_release",
        TransferCode.TopUp => "top_up",
        TransferCode.TopUpReturn => "top_up_return",
        TransferCode.Redeem => "redeem",
        TransferCode.RedeemReturn => "redeem_return",
        TransferCode.Buy => "buy",
        _ => "other",
    };
}

/// <summary>Reads statements: the account's own chain through the journal, newest first.</summary>
sealed class Statements(
    CityLedger ledger, CityAccounts accounts, MerchantStore merchants, Refunds refunds, CityPack city,
    PersonAccounts people)
{
    /// <summary>The latest lines, or those before a journal number.</summary>
    public async Task<IReadOnlyList<StatementLine>> ReadAsync(
        PersonId person, int count, long? before, CancellationToken cancellation)
    {
        var account = await people.OfAsync(person, city.MainCurrency.Id, cancellation);
        var entries = (await ledger.StatementAsync(account, count, before, cancellation))
            .Where(entry => entry.Body is Transfer).ToList();
        var refunded = await refunds.SumsAsync(
            [.. entries.Select(e => e.Body).OfType<Transfer>().Where(t => t.Code == TransferCode.Pay)], cancellation);
        var names = entries.Any(e => IsWithBudget(((Transfer)e.Body).Code))
            ? await accounts.NamesAsync(cancellation)
            : new Dictionary<AccountId, string>();
        var lines = new List<StatementLine>(entries.Count);
        foreach (var entry in entries)
        {
            var transfer = (Transfer)entry.Body;
            var goesOut = transfer.Debit == account;
            var other = goesOut ? transfer.Credit : transfer.Debit;
            lines.Add(new StatementLine(
                entry.Sequence, StatementLine.NameOf(transfer.Code),
                await WhereAsync(transfer, other, names, cancellation),
                entry.EffectiveAt, goesOut ? -transfer.Amount : transfer.Amount, ReceiptOf(transfer),
                refunded.GetValueOrDefault(transfer.Id)));
        }

        return lines;
    }

    static bool IsWithBudget(TransferCode code) =>
        code is TransferCode.Earn or TransferCode.Rebate or TransferCode.RebateReturn or TransferCode.Expire;

    async Task<LocalNames?> WhereAsync(
        Transfer transfer, AccountId other, IReadOnlyDictionary<AccountId, string> names,
        CancellationToken cancellation)
    {
        if (transfer.Code is TransferCode.Pay or TransferCode.Refund)
            return (await merchants.OfAccountAsync(other, cancellation))?.Names;
        const string budget = "budget:";
        return names.GetValueOrDefault(other) is { } name && name.StartsWith(budget, StringComparison.Ordinal)
            ? city.Budgets.FirstOrDefault(b => b.Name == name[budget.Length..])?.Names
            : null;
    }

    static string? ReceiptOf(Transfer transfer) => transfer.Code switch
    {
        TransferCode.Pay => Payment.ReceiptOf(transfer.Id),
        TransferCode.Refund => Payment.ReceiptOf(transfer.Reverses!.Value),
        _ => null,
    };
}
