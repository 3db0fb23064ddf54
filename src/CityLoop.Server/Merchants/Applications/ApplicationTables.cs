using CityLoop.Server.Pass.Data;

namespace CityLoop.Server.Merchants.Applications;

/// <summary>Shops' applications, with what is held of people in them.</summary>
static class ApplicationTables
{
    const string NotLetIn =
        "select id from merchants.application where person = @person and is_approved is not true";

    public static IServiceCollection AddShopApplications(this IServiceCollection services) => services
        .AddSingleton<ShopApplications>()
        // Before those that stay: what was refused, withdrawn or still waits goes with who applied.
        .AddSingleton(new HeldTable("merchants.application", AtErasure.Delete)
        {
            Column = "id", Via = NotLetIn, IsTold = false,
        })
        .AddSingleton(new HeldTable("merchants.application", AtErasure.Keep)
        {
            Why = "on whose word a shop was let in and is paid can be asked for as long as its books are kept",
        })
        .AddOfficersTable("merchants.application", "first_officer", "decided_by");
}
