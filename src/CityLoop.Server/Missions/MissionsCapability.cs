using CityLoop.Server.Pass.Data;

namespace CityLoop.Server.Missions;

/// <summary>Missions: what the city asks people to do, and what they earn by it.</summary>
static class MissionsCapability
{
    public static IServiceCollection AddMissions(this IServiceCollection services)
    {
        services.AddSingleton<MissionStore>();
        services.AddSingleton<TicketStore>();
        services.AddSingleton<MissionCatalogue>();
        services.AddSingleton<SpotCodes>();
        services.AddSingleton<MissionPayments>();
        services.AddSingleton<MissionActs>();
        services.AddSingleton<MissionBudgets>();
        services.AddSingleton<MissionViews>();
        services.AddSingleton<SpotFigures>();
        services.AddScoped<Sentences>();
        const string why = "what was paid and why can be checked against the books";
        services.AddSingleton(new HeldTable("missions.progress", AtErasure.Delete));
        services.AddSingleton(new HeldTable("missions.act", AtErasure.Keep) { Why = why });
        services.AddSingleton(new HeldTable("missions.payment", AtErasure.Keep) { Why = why });
        services.AddSingleton(new HeldTable("missions.ticket", AtErasure.Keep) { Why = why });
        services.AddHostedService<PublishMissions>();
        services.AddHostedService<PaymentSweeper>();
        return services;
    }

    public static void MapMissions(this IEndpointRouteBuilder app)
    {
        ShowSchema.Map(app);
        AnswerSpotForm.Map(app);
        var api = app.MapGroup("/api/v1");
        ListMissions.Map(api);
        AnswerSpot.Map(api);
        CheckMission.Map(api);
    }
}
