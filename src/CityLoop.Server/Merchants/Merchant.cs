using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Merchants.Statements;

namespace CityLoop.Server.Merchants;

/// <summary>A shop that takes points.</summary>
/// <param name="Account">What it has taken in and is owed.</param>
/// <param name="Payout">What has been settled and waits for the bank.</param>
sealed record Merchant(
    Guid Id, string Code, LocalNames Names, string District, string Category, BankAccount Bank,
    AccountId Account, AccountId Payout)
{
    /// <summary>What its tax papers say.</summary>
    public ShopTax Tax { get; init; } = new("", null);

    /// <summary>What the public directory says of it.</summary>
    public Listing Listing { get; init; } = Listing.None;
}

/// <summary>Where somebody works; whoever does may charge.</summary>
/// <param name="MayRefund">They may give payments back.</param>
/// <param name="MayManage">They say who works there.</param>
sealed record Workplace(Merchant Shop, bool MayRefund, bool MayManage);
