using CityLoop.Server.Merchants.Applications;
using CityLoop.Server.Merchants.Bank;
using CityLoop.Server.Merchants.BankAccounts;
using CityLoop.Server.Merchants.Cancellations;
using CityLoop.Server.Merchants.Offline;
using CityLoop.Server.Merchants.Payouts;
using CityLoop.Server.Merchants.Settlement;
using CityLoop.Server.Merchants.ShopCodes;
using CityLoop.Server.Merchants.ShopDays;
using CityLoop.Server.Merchants.Staff;
using CityLoop.Server.Merchants.Statements;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Data;

namespace CityLoop.Server.Merchants;

/// <summary>Shops, their tills, and what they are paid out.</summary>
static class MerchantsCapability
{
    public static IServiceCollection AddMerchants(this IServiceCollection services)
    {
        services
            .AddSingleton<MerchantStore>()
            .AddSingleton<Payments>()
            .AddSingleton<Refunds>()
            .AddSingleton<GiveBack>()
            .AddSingleton<WalletCodeKey>()
            .AddSingleton<WrongCodeLimit>()
            .AddSingleton<Till>()
            .AddSingleton<Counter>()
            .AddSingleton<PaymentRequests>()
            .AddSingleton<Sales>()
            .AddSingleton<SettlementStore>()
            .AddSingleton<PayoutFiles>()
            .AddSingleton<SettleShops>()
            .AddSingleton<BankStore>()
            .AddSingleton<IncomingMoney>()
            .AddSingleton<ImportBankMessage>()
            .AddSingleton<BankFiles>()
            .AddSingleton<OfflineKey>()
            .AddSingleton<OfflineTills>()
            .AddSingleton<OfflineCharges>()
            .AddAccountsTable("merchants.offline_charge")
            .AddShopApplications()
            .AddShopStaff()
            .AddAccountChanges()
            .AddCancellations()
            .AddDaySheets()
            .AddOfficersTable("merchants.bank_file", "asked_by", "decided_by")
            .AddOfficersTable("merchants.bank_entry", "done_by");
        foreach (var seed in RegisterMerchants.Seeds)
            services.AddSingleton(seed);
        return services;
    }

    public static void MapMerchants(this IEndpointRouteBuilder app)
    {
        var till = app.MapGroup("/api/v1/till").RequireAuthorization(Roles.ShopWorker);
        ChargeWallet.Map(till);
        RefundCharge.Map(till);
        ShowToday.Map(till);
        AskForPayment.Map(app, till);
        LendTill.Map(till);
        PostOfflineCharges.Map(till);
        ChooseOfflineLimit.Map(app);
        ShowShopStatement.Map(till);
        DownloadPayout.Map(app);
        DecideBankFile.Map(app);
        DecideApplication.Map(app);
        ChangeStaff.Map(app);
        ChangeAccount.Map(app);
        CancelPayment.Map(app);
        ShowStatement.Map(app);
        CloseDay.Map(app);
        PayShop.Map(app.MapGroup("/api/v1/wallet").RequireAuthorization(Roles.Holder));
    }
}
