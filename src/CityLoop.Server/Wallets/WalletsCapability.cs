using CityLoop.Server.Pass;

namespace CityLoop.Server.Wallets;

/// <summary>What a person has, where it came from and went, and the code to pay with.</summary>
static class WalletsCapability
{
    public static IServiceCollection AddWallets(this IServiceCollection services) => services
        .AddSingleton<Wallets>()
        .AddSingleton<PayCodes>()
        .AddSingleton<Statements>()
        .AddSingleton<Receipts>();

    public static void MapWallets(this IEndpointRouteBuilder app)
    {
        var wallet = app.MapGroup("/api/v1/wallet").RequireAuthorization(Roles.Holder);
        ShowWallet.Map(wallet);
        ShowCode.Map(wallet);
        FollowWallet.Map(wallet);
        ShowHistory.Map(wallet);
        ShowStatement.Map(wallet);
        ShowReceipt.Map(app.MapGroup("/api/v1"));
    }
}
