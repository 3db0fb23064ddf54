using System.Runtime.InteropServices;
using CityLoop.Ledger;

namespace CityLoop.Server.Insights;

/// <summary>What kind of account moved, on which day, and which account where it is not a person's.</summary>
readonly record struct FlowKey(
    DateOnly Day, CurrencyId Currency, TransferCode Code,
    AccountKind DebitKind, AccountKind CreditKind, int Debit, int Credit);

/// <summary>How many transfers moved how much.</summary>
readonly record struct FlowSum(long Transfers, long Amount);

/// <summary>An account as the journal opened it.</summary>
readonly record struct OpenedAccount(AccountKind Kind, CurrencyId Currency);

/// <summary>
/// Folds journal entries, in their order, into sums by day. Pure: the follower and the rebuild both use it.
/// </summary>
/// <param name="accounts">The accounts opened so far; account n stands at n − 1.</param>
/// <param name="dayOf">The city's day at an instant.</param>
sealed class FlowFold(List<OpenedAccount> accounts, Func<DateTimeOffset, DateOnly> dayOf)
{
    readonly int _accountsBefore = accounts.Count;

    public Dictionary<FlowKey, FlowSum> Flows { get; } = [];

    public HashSet<(CurrencyId Currency, DateOnly Day, int Account)> Active { get; } = [];

    /// <summary>The accounts that these entries opened, with their numbers.</summary>
    public IEnumerable<(int Account, OpenedAccount Opened)> NewAccounts =>
        accounts.Skip(_accountsBefore).Select((opened, i) => (_accountsBefore + i + 1, opened));

    public void Add(JournalEntry entry)
    {
        switch (entry.Body)
        {
            case OpenAccount open:
                accounts.Add(new OpenedAccount(open.Kind, open.Currency));
                break;
            case Transfer transfer:
                Add(transfer, dayOf(entry.EffectiveAt));
                break;
        }
    }

    void Add(Transfer transfer, DateOnly day)
    {
        var debit = accounts[transfer.Debit.Value - 1];
        var credit = accounts[transfer.Credit.Value - 1];
        var key = new FlowKey(
            day, debit.Currency, transfer.Code, debit.Kind, credit.Kind,
            Shown(transfer.Debit, debit.Kind), Shown(transfer.Credit, credit.Kind));
        ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(Flows, key, out _);
        sum = new FlowSum(sum.Transfers + 1, sum.Amount + transfer.Amount);

        if (transfer.Code.IsLoss())
            return; // Nobody did anything.
        if (debit.Kind == AccountKind.Person)
            Active.Add((debit.Currency, day, transfer.Debit.Value));
        if (credit.Kind == AccountKind.Person)
            Active.Add((debit.Currency, day, transfer.Credit.Value));
    }

    static int Shown(AccountId account, AccountKind kind) => kind.KeepsLastDays() ? 0 : account.Value;
}
