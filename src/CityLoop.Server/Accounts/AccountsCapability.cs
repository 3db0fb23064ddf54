using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Data;

namespace CityLoop.Server.Accounts;

/// <summary>The accounts of the books one by one: what was in them when, and whether they take part.</summary>
static class AccountsCapability
{
    public static IServiceCollection AddAccounts(this IServiceCollection services) => services
        .AddSingleton<AccountSheets>()
        .AddSingleton<ChangeStore>()
        .AddSingleton<AccountChanges>()
        .AddAccountsTable("accounts.change")
        .AddOfficersTable("accounts.change", "asked_by", "decided_by")
        .AddHostedService<ChangeSweeper>();

    public static void MapAccounts(this IEndpointRouteBuilder app)
    {
        var readers = app.MapGroup("")
            .RequireAuthorization(policy => policy.RequireRole(Roles.CityStaff, Roles.Auditor));
        ShowAccountStatement.Map(readers);
        ListAccounts.Map(readers);
        AskForChange.Map(app);
        DecideChange.Map(app);
    }
}
