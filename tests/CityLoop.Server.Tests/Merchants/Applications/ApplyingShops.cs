using CityLoop.Server.Merchants.Applications;
using CityLoop.Server.Pass;
using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.Merchants.Applications;

/// <summary>A tea house that applies, and what it types.</summary>
static class ApplyingShops
{
    /// <summary>A number of the finance ministry's own example.</summary>
    public const string TaxIdOfTheTeaHouse = "04595257";

    public static (string Name, string Value)[] Fields(string taxId = TaxIdOfTheTeaHouse) =>
    [
        ("Name", "美玲茶館"), ("NameEn", "Meiling's Tea"), ("Address", "臺中市西區公益路 1 號"), ("District", "66000040"),
        ("Category", "tea"), ("TaxId", taxId), ("BankCode", "999-0001"), ("BankAccount", "００１２３４５６７"),
        ("AccountHolder", "美玲茶館有限公司"), ("Contact", "04-2222-3333"), ("Opens0", "09:00"), ("Closes0", "18:00"),
    ];

    /// <summary>Somebody's shop has applied; answers the application's id.</summary>
    public static async Task<Guid> AppliedAsync(
        this TestCity city, string castId, string taxId = TaxIdOfTheTeaHouse)
    {
        using var applicant = await city.SignInAsync(castId);
        using var sent = await applicant.SubmitAsync(DecideApplication.Apply, "send-application", Fields(taxId));
        return Guid.Parse(sent.RequestMessage!.RequestUri!.Segments[^1]);
    }

    /// <summary>Two officers let it in.</summary>
    public static async Task LetInAsync(this TestCity city, Guid application)
    {
        var all = city.Get<ShopApplications>();
        (await all.AgreeAsync(PersonId.OfCast(Cast.WangYating), application, default))
            .ShouldBe(ApplicationOutcome.Agreed);
        (await all.AgreeAsync(PersonId.OfCast(Cast.ZhangJianguo), application, default))
            .ShouldBe(ApplicationOutcome.Done);
    }
}
