using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Data;

namespace CityLoop.Server.Insights;

/// <summary>The city's desk: points, shops and budgets in one place, for those who answer for them.</summary>
static class InsightsCapability
{
    public static void AddInsights(this IServiceCollection services)
    {
        services.AddSingleton<FlowTables>();
        services.AddHostedService<JournalFollower>();
        services.AddSingleton<DeskWindows>();
        services.AddSingleton<FlowByBudget>();
        services.AddSingleton<FlowByDistrict>();
        services.AddSingleton<ShopSales>();
        services.AddSingleton<MissionsLeft>();
        services.AddSingleton<WhatChanged>();
        services.AddAccountsTable("insights.account");
        services.AddAccountsTable("insights.active");
    }

    public static void MapInsights(this IEndpointRouteBuilder app)
    {
        var desk = app.MapGroup("").RequireAuthorization(policy => policy.RequireRole(Roles.CityStaff, Roles.Auditor));
        FlowByDay.Map(desk);
        FlowByDistrict.Map(desk);
        FlowByBudget.Map(desk);
        MissionsLeft.Map(desk);
        ShopSales.Map(desk);
        ListCurrencies.Map(app);
    }
}
