using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Credentials.Needs;
using CityLoop.Server.Pass;
using CityLoop.Server.SignOn;

namespace CityLoop.Server.Credentials.Entitlements;

/// <summary>
/// The demo city's pool: half price for families with a low income, once four forms and two papers, now one tap. It has
/// no program; the city hosts it.
/// </summary>
static class DemoPool
{
    public const string Code = "half-price-pool";

    public static readonly Guid Pool = DerivedId.From("demo-service", "city-pool");

    public static async Task PlantAsync(IServiceProvider all, CancellationToken cancellation)
    {
        var needs = all.GetRequiredService<NeedStore>();
        if (await needs.FindAsync(Code, cancellation) is not null)
            return;
        var names = LocalNames.Of("市立游泳池", "City pool", "市立プール");
        await all.GetRequiredService<ServiceStore>().SaveAsync(
            new Service
            {
                Id = Pool,
                Names = names,
                Purposes = LocalNames.Of("賣票和優待。", "Tickets and reductions.", "入場券と割引のためです。"),
                Controller = new(
                    LocalNames.Of("臺中市政府運動局", "Sports Bureau, Taichung", "台中市スポーツ局"),
                    "407 臺中市西屯區示範路 1 號 6 樓", "https://pool.taichung.example/contact"),
                Sector = "pool.taichung.example",
                RedirectUris = [],
                SignOutUris = [],
                Scopes = [],
                LevelMin = 2,
                ConsentDays = 180,
                Terms = 1,
                Authentication = ClientAuthentication.None,
            }, cancellation);
        var (writer, second) = (PersonId.OfCast("wang-yating"), PersonId.OfCast("zhang-jianguo"));
        var (saved, problem) = await all.GetRequiredService<SaveNeed>().SaveAsync(
            new NeedDraft
            {
                Service = Pool.ToString(),
                Code = Code,
                Name = new("半價游泳票", "Half-price pool ticket", "プール半額券"),
                Purpose = new(
                    "確認你家是不是中低收入戶，讓你用半價買票。",
                    "To see whether your household counts as low-income, so that you pay half.",
                    "低所得世帯かどうかを確かめ、半額で入場できるようにするためです。"),
                Asked = ["low-income.category", "low-income.valid_through"],
                Level = "2",
                ConsentDays = "180",
                KeptDays = "0",
                IsHosted = true,
                RuleField = "low-income.category",
                RuleOperator = "one_of",
                RuleValues = "1\n2\n3",
                LastDayField = "valid_through",
                RuleDays = "180",
                Entitlement = new("半價", "Half price", "半額"),
            }, null, writer, cancellation);
        if (saved is null)
            throw new InvalidOperationException($"The demo's pool cannot be planted: {problem}.");
        await needs.DecideAsync(saved.Id, saved.Version, second, isApproved: true, cancellation);
    }
}
