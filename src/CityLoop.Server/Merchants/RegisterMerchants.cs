using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;
using CityLoop.Server.Operations;
using CityLoop.Server.Pass;

namespace CityLoop.Server.Merchants;

/// <summary>Enters the shops of the city pack into the register, with accounts and the people who work there.</summary>
static class RegisterMerchants
{
    public static IEnumerable<DemoSeed> Seeds => [new(30, PlantShopsAsync), new(40, PlantWorkersAsync)];

    public static Guid IdOf(string code) => DerivedId.From("merchant", code);

    static async Task PlantShopsAsync(IServiceProvider services, CancellationToken cancellation)
    {
        var city = services.GetRequiredService<CityPack>();
        var accounts = services.GetRequiredService<CityAccounts>();
        var merchants = services.GetRequiredService<MerchantStore>();
        var known = (await merchants.AllAsync(cancellation)).ToDictionary(m => m.Code);
        foreach (var shop in city.Shops)
        {
            var before = known.GetValueOrDefault(shop.Code);
            var merchant = new Merchant(
                IdOf(shop.Code), shop.Code, shop.Names, shop.District.Code, shop.Category, shop.Bank,
                before?.Account ?? await OpenAsync("merchant", AccountKind.Merchant),
                before?.Payout ?? await OpenAsync("payout", AccountKind.Payout))
            {
                Listing = city.Directory.Listings.GetValueOrDefault(shop.Code, Listing.None),
            };
            await merchants.SaveAsync(merchant, shop.Names[city.Languages[0]], cancellation);

            Task<AccountId> OpenAsync(string kindName, AccountKind kind) =>
                accounts.OpenAsync($"{kindName}:{shop.Code}", kind, city.MainCurrency.Id, cancellation);
        }
    }

    static async Task PlantWorkersAsync(IServiceProvider services, CancellationToken cancellation)
    {
        var merchants = services.GetRequiredService<MerchantStore>();
        foreach (var person in services.GetRequiredService<CityPack>().People)
            if (person is { Role: CastRole.ShopWorker, Shop: { } shop })
                await merchants.AddFirstWorkerAsync(PersonId.OfCast(person.Id), IdOf(shop.Code), cancellation);
    }
}
