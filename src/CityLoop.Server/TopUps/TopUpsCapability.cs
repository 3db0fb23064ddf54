using CityLoop.Server.City;
using CityLoop.Server.Pass.Data;

namespace CityLoop.Server.TopUps;

/// <summary>Points that people buy, one for one.</summary>
static class TopUpsCapability
{
    public static IServiceCollection AddTopUps(this IServiceCollection services) => services
        .AddSingleton<TopUpStore>()
        .AddSingleton<TopUpBooks>()
        .AddSingleton<Drawers>()
        .AddSingleton<CounterTopUps>()
        .AddSingleton<BankTopUps>()
        .AddSingleton<HandMatches>()
        .AddSingleton(new HeldTable("topups.hand_match", AtErasure.Unlink) { Secret = ["reference"] })
        .AddOfficersTable("topups.hand_match", "asked_by", "decided_by")
        .AddSingleton<IMoneyRoom>(all => all.GetRequiredService<BankTopUps>())
        .AddSingleton(new HeldTable("topups.reference", AtErasure.Delete))
        .AddSingleton(new HeldTable("topups.bank_transfer", AtErasure.Unlink))
        .AddHostedService<TopUpClock>()
        // The cash of a drawer stays true when somebody goes; that it was theirs goes with them.
        .AddSingleton(new HeldTable("topups.top_up", AtErasure.Unlink))
        .AddSingleton(new HeldTable("topups.correction", AtErasure.Keep)
        {
            Column = "top_up", Via = "select id from topups.top_up where person = @person",
            Why = "the cash of a drawer can be asked for years, and the top-up leads to nobody then",
        })
        .AddOfficersTable("topups.top_up", "officer")
        .AddOfficersTable("topups.drawer", "officer", "confirmed_by")
        .AddOfficersTable("topups.correction", "asked_by", "decided_by");

    public static void MapTopUps(this IEndpointRouteBuilder app) => ChangeTopUps.Map(app);
}
