using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Pass;

namespace CityLoop.Server.SignOn;

/// <summary>
/// The demo city's two services: the library, a page's script without a secret, and the sports centre, whose program
/// has one as soon as an officer makes it. A resident has agreed to the library already.
/// </summary>
static class DemoServices
{
    public static readonly Guid Library = DerivedId.From("demo-service", "library");
    public static readonly Guid SportsCentre = DerivedId.From("demo-service", "sports-centre");

    public static async Task PlantAsync(IServiceProvider all, CancellationToken cancellation)
    {
        var services = all.GetRequiredService<ServiceStore>();
        if (await services.FindAsync(Library, cancellation) is not null)
            return;
        var library = new Service
        {
            Id = Library,
            Names = LocalNames.Of("臺中市立圖書館", "Taichung Public Library", "台中市立図書館"),
            Purposes = LocalNames.Of(
                "用市民通辦借閱證、預約書，通知你書到了。",
                "To lend you books with your city pass and tell you when a reserved book has arrived.",
                "市民パスで本を借り、予約した本が届いたらお知らせするためです。"),
            Controller = new(
                LocalNames.Of("臺中市政府文化局", "Cultural Affairs Bureau, Taichung", "台中市文化局"),
                "407 臺中市西屯區示範路 1 號 5 樓", "library@taichung.example"),
            Sector = "library.taichung.example",
            RedirectUris = ["http://localhost:5090/callback"],
            SignOutUris = ["http://localhost:5090/"],
            Scopes = [Scopes.Profile, Scopes.Email, Scopes.OfflineAccess],
            LevelMin = 1,
            ConsentDays = 365,
            Terms = 1,
            Authentication = ClientAuthentication.None,
        };
        await services.SaveAsync(library, cancellation);
        await services.SaveAsync(
            new Service
            {
                Id = SportsCentre,
                Names = LocalNames.Of("市民運動中心預約", "Sports centre booking", "市民スポーツセンター予約"),
                Purposes = LocalNames.Of(
                    "替你預約場地，並在場地關閉時通知你。",
                    "To book courts for you and to call you when one closes.",
                    "施設を予約し、閉館時にご連絡するためです。"),
                Controller = new(
                    LocalNames.Of("臺中市政府運動局", "Sports Bureau, Taichung", "台中市スポーツ局"),
                    "407 臺中市西屯區示範路 1 號 6 樓", "04-0000-0001"),
                Sector = "sports.taichung.example",
                RedirectUris = ["http://localhost:5091/callback"],
                SignOutUris = ["http://localhost:5091/"],
                Scopes = [Scopes.Profile, Scopes.Phone],
                LevelMin = 1,
                ConsentDays = 180,
                Terms = 1,
                Authentication = ClientAuthentication.SecretBasic,
            }, cancellation);
        string[] agreed = [Scopes.OpenId, Scopes.Profile, Scopes.Email];
        await all.GetRequiredService<Consents>().GiveAsync(
            PersonId.OfCast("lin-meiling"), library, agreed,
            new NewAgreement(
                SignInNotice.Of(library, agreed, library.RedirectUris[0], "zh-TW"), SignInMethod.Code,
                all.GetRequiredService<TimeProvider>().GetUtcNow()), cancellation);
    }
}
