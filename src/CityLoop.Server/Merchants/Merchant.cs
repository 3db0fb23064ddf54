using CityLoop.Ledger;
using CityLoop.Server.City;

namespace CityLoop.Server.Merchants;

/// <summary>A shop that takes points.</summary>
/// <param name="Account">What it has taken in and is owed.</param>
/// <param name="Payout">What has been settled and waits for the bank.</param>
sealed record Merchant(
    Guid Id, string Code, LocalNames Names, string District, string Category, BankAccount Bank,
    AccountId Account, AccountId Payout);
