using CityLoop.Server.Pass.Data;

namespace CityLoop.Server.Vouchers;

/// <summary>Vouchers: series with their own currencies, who may have them, and how shops are paid with them.</summary>
static class VouchersCapability
{
    public static IServiceCollection AddVouchers(this IServiceCollection services) => services
        .AddSingleton<SeriesStore>()
        .AddSingleton<SeriesDesk>()
        .AddSingleton<VoucherBooks>()
        .AddSingleton<VoucherUses>()
        .AddSingleton<VoucherApplications>()
        .AddSingleton<ShareOut>()
        .AddOfficersTable("vouchers.series", "asked_by", "decided_by")
        // The result stays one that anybody can work out again; whose a line was, nobody knows any more.
        .AddSingleton(new HeldTable("vouchers.application", AtErasure.Unlink));

    public static void MapVouchers(this IEndpointRouteBuilder app)
    {
        ChangeApplication.Map(app);
        DecideSeries.Map(app);
    }
}
