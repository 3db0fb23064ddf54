using CityLoop.Server.Ledger;
using CityLoop.Server.Missions;
using CityLoop.Server.Operations;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Levels;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Missions;

namespace CityLoop.Server.Tests.Operations;

public sealed class DemoRallyTests(TestCity city) : IClassFixture<TestCity>
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_demo_city_s_rally_is_under_way_and_one_more_stamp_earns_its_resident_the_points()
    {
        await city.Get<DemoRally>().LiveAsync(Stop);
        var begun = await MeilingAsync();
        begun.Stamps.ShouldBe(2);
        begun.Payments.ShouldBeEmpty();
        var spots = await city.Get<SpotFigures>().OfMissionAsync(city.Rally(), Stop);
        spots.ShouldAllBe(spot => spot.Stamps > 0);
        var emma = await city.Get<MissionPayments>().OfAsync(PersonId.OfCast(Cast.EmmaDubois), null, Stop);
        emma.ShouldHaveSingleItem().Outcome.ShouldBe(PaymentOutcome.Paid);

        var before = await SequenceAsync();
        await city.Get<DemoRally>().LiveAsync(Stop);
        (await SequenceAsync()).ShouldBe(before, "told a second time it posts nothing");
        (await MeilingAsync()).Stamps.ShouldBe(2);

        var third = city.Rally().Activities[2];
        await city.Get<MissionActs>().TellAsync(
            PersonId.OfCast(Cast.LinMeiling), AssuranceLevel.SelfAsserted, Guid.NewGuid(), city.Rally(), third.Id,
            third.Spot, third.Quiz!.Answer, Stop);
        (await MeilingAsync()).Payments.ShouldHaveSingleItem().Amount.ShouldBe(100);
    }

    [Fact]
    public async Task When_the_rally_is_over_nobody_walks_it()
    {
        var today = city.Clock.GetUtcNow();
        city.Clock.Set(today.AddYears(1));
        var before = await SequenceAsync();
        await city.Get<DemoRally>().LiveAsync(Stop);
        (await SequenceAsync()).ShouldBe(before);
        city.Clock.Set(today);
    }

    async Task<MissionView> MeilingAsync() =>
        (await city.Get<MissionViews>().OneAsync(PersonId.OfCast(Cast.LinMeiling), city.Rally().Id, Stop))!;

    Task<long> SequenceAsync() => city.Get<CityLedger>().ReadAsync(books => books.Sequence, Stop);
}
