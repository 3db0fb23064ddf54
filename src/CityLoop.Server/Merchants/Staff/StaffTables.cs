using CityLoop.Server.Pass.Data;

namespace CityLoop.Server.Merchants.Staff;

/// <summary>Who works at shops, with what is held of people in it.</summary>
static class StaffTables
{
    const string OfContacts = "select value from pass.contact where person = @person";

    public static IServiceCollection AddShopStaff(this IServiceCollection services) => services
        .AddSingleton<ShopStaff>()
        .AddSingleton(new HeldTable("merchants.worker", AtErasure.Delete))
        // Before the pass's contacts go, by which they are found.
        .AddSingleton(new HeldTable("merchants.worker_ask", AtErasure.Delete)
        {
            Column = "contact", Via = OfContacts, IsTold = false,
        })
        .AddSingleton(new HeldTable("merchants.worker_ask", AtErasure.Delete) { Column = "asked_by" });
}
