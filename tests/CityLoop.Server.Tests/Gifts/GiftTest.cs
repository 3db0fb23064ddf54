using CityLoop.Server.Gifts;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Levels;
using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.Gifts;

/// <summary>What tests of gifts share: somebody gives by a code or by a contact, the clock looks.</summary>
static class GiftTest
{
    public static async Task<GiftOutcome> GiveByCodeAsync(
        this TestCity city, string giver, string receiver, long amount, Guid? id = null) =>
        await city.GiveAsync(
            giver, (await city.Get<GiftCodes>().ShowAsync(PersonId.OfCast(receiver), default)).Code, null, amount, id);

    public static Task<GiftOutcome> GiveByContactAsync(
        this TestCity city, string giver, string contact, long amount, Guid? id = null) =>
        city.GiveAsync(giver, null, contact, amount, id);

    static Task<GiftOutcome> GiveAsync(
        this TestCity city, string giver, string? code, string? contact, long amount, Guid? id) =>
        city.Get<GivePoints>().GiveAsync(
            PersonId.OfCast(giver), AssuranceLevel.ContactVerified,
            new GiftOrder(id ?? Guid.NewGuid(), code, Contact.Read(contact), amount, ""), default);

    /// <summary>A gift to a contact that now waits.</summary>
    public static async Task<Gift> WaitingGiftAsync(this TestCity city, string giver, string contact, long amount)
    {
        var id = Guid.NewGuid();
        (await city.GiveByContactAsync(giver, contact, amount, id)).ShouldBe(GiftOutcome.Waits);
        return (await city.Get<GiftStore>().FindAsync(id, default))!;
    }

    public static Task LookAfterGiftsAsync(this TestCity city) =>
        city.Get<GiftClock>().LookAsync(TimeSpan.Zero, default);

    public static Task<WaitingOutcome> TakeAsync(this TestCity city, string castId, Guid gift) =>
        city.Get<WaitingGifts>().TakeAsync(PersonId.OfCast(castId), gift, default);
}
