using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;

namespace CityLoop.Server.TopUps;

/// <summary>
/// What a top-up is in the books: points are made for the money that has come in, and go to the person; in a backed
/// currency the money lies in trust with them. Each movement's id follows from the top-up's.
/// </summary>
sealed class TopUpBooks(CityLedger ledger, CityAccounts accounts, CityBudgets budgets, CityPack city)
{
    /// <summary>The budget through which bought points come; a settlement names it as their funder.</summary>
    public const string BudgetName = "top-up";

    CityCurrency Currency => city.MainCurrency;

    /// <summary>The movement into the person's account.</summary>
    public static Guid TransferId(Guid topUp) => Name("", topUp);

    /// <param name="id">The top-up's: a form's, or a booking's.</param>
    public async Task<PostResult> PayInAsync(Guid id, long amount, AccountId person, CancellationToken cancellation)
    {
        var (budget, issuing) = await FundersAsync(cancellation);
        List<LedgerCommand> linked =
        [
            new Transfer(Name("-fund", id), issuing, budget, amount, TransferCode.Fund),
            new Transfer(TransferId(id), budget, person, amount, TransferCode.TopUp) { Reference = id },
        ];
        if (Currency.IsBacked)
        {
            var (outside, trust) = await TrustAsync(cancellation);
            linked.Insert(0, new Transfer(Name("-deposit", id), outside, trust, amount, TransferCode.Deposit));
        }

        return await ledger.PostLinkedAsync(linked, cancellation);
    }

    public async Task<PostResult> TakeBackAsync(TopUp topUp, AccountId person, CancellationToken cancellation)
    {
        var (budget, issuing) = await FundersAsync(cancellation);
        List<LedgerCommand> linked =
        [
            new Transfer(Name("-return", topUp.Id), person, budget, topUp.Amount, TransferCode.TopUpReturn)
            {
                Reference = topUp.Id,
            },
            new Transfer(Name("-unfund", topUp.Id), budget, issuing, topUp.Amount, TransferCode.Unfund),
        ];
        if (Currency.IsBacked)
        {
            var (outside, trust) = await TrustAsync(cancellation);
            linked.Add(new Transfer(Name("-withdraw", topUp.Id), trust, outside, topUp.Amount, TransferCode.Withdraw));
        }

        return await ledger.PostLinkedAsync(linked, cancellation);
    }

    async Task<(AccountId Budget, AccountId Issuing)> FundersAsync(CancellationToken cancellation) => (
        await accounts.OpenAsync($"budget:{BudgetName}", AccountKind.Budget, Currency.Id, cancellation),
        await budgets.IssuingAsync(Currency, cancellation));

    async Task<(AccountId Outside, AccountId Trust)> TrustAsync(CancellationToken cancellation) => (
        await accounts.OpenAsync($"outside:{Currency.Code}", AccountKind.Outside, Currency.Id, cancellation),
        await accounts.OpenAsync($"funding:{Currency.Code}", AccountKind.Funding, Currency.Id, cancellation));

    static Guid Name(string what, Guid topUp) => DerivedId.From($"top-up{what}", topUp.ToString());
}
