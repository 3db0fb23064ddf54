using System.Text.Json;
using CityLoop.Server.City;
using CityLoop.Server.Operations;
using CityLoop.Server.Policies;

namespace CityLoop.Server.Tests.Policies;

public sealed class TryPolicyTests
{
    static readonly CityPack City = CityPack.Load(CityCapability.DefaultFolder);

    [Fact]
    public void The_published_rally_and_rebate_are_tried_when_nothing_else_is_asked()
    {
        var tried = Try(new TryPolicy.Request(Seeds: 2))!;

        tried.Mission.ShouldBe("heritage-rally");
        (tried.Reward, tried.Places, tried.RebatePercent).ShouldBe((100L, 6_000L, 3));
        tried.Report.People.ShouldBe(28_213);
        tried.Report.Year.RewardsPaid.High.ShouldBeLessThanOrEqualTo(6_000);
    }

    [Fact]
    public void The_same_seeds_give_the_same_bytes_on_one_core_and_on_two()
    {
        var request = new TryPolicy.Request(Seeds: 4, FirstSeed: 99);

        Bytes(Try(request, cores: 1)).ShouldBe(Bytes(Try(request, cores: 2)));
        Bytes(Try(request)).ShouldNotBe(Bytes(Try(request with { FirstSeed = 100 })));
    }

    [Fact]
    public void More_places_and_a_smaller_reward_change_the_budget_and_nothing_else_in_the_document()
    {
        var tried = Try(new TryPolicy.Request(Reward: 50, Places: 1_000, RebatePercent: 0, Seeds: 2))!;

        tried.Report.Year.RewardsPaid.Mean.ShouldBe(1_000);
        tried.Report.Year.Earned.Mean.ShouldBe(50_000);
        tried.Report.Year.Rebate.Mean.ShouldBe(0);
        tried.Report.Year.Stamps.Mean.ShouldBeGreaterThan(3_000);
    }

    [Theory]
    [InlineData("none", null, null, null, 1, 100, "MissionUnknown")]
    [InlineData(null, -1, null, null, 1, 100, "RebateOutOfRange")]
    [InlineData(null, 101, null, null, 1, 100, "RebateOutOfRange")]
    [InlineData(null, null, 0L, null, 1, 100, "RewardOutOfRange")]
    [InlineData(null, null, long.MaxValue, null, 1, 100, "RewardOutOfRange")]
    [InlineData(null, null, null, -1L, 1, 100, "PlacesOutOfRange")]
    [InlineData(null, null, null, long.MaxValue, 1, 100, "PlacesOutOfRange")]
    [InlineData(null, null, null, null, 0, 100, "SeedsOutOfRange")]
    [InlineData(null, null, null, null, 201, 100, "SeedsOutOfRange")]
    [InlineData(null, null, null, null, 1, 0, "ScaleOutOfRange")]
    [InlineData(null, null, null, null, 1, int.MaxValue, "ScaleOutOfRange")]
    public void What_cannot_be_tried_is_told(
        string? mission, int? rebate, long? reward, long? places, int seeds, int scale, string outcome) =>
        TryPolicy.Handle(
            new TryPolicy.Request(mission, rebate, reward, places, seeds, 1, scale), City,
            TryPolicy.DistrictsOf(City), 1, TestContext.Current.CancellationToken)
            .Outcome.ToString().ShouldBe(outcome);

    static TryPolicy.Response? Try(TryPolicy.Request request, int cores = 2) => TryPolicy.Handle(
        request, City, TryPolicy.DistrictsOf(City), cores, TestContext.Current.CancellationToken).Response;

    static string Bytes(TryPolicy.Response? response) => JsonSerializer.Serialize(response, CommandOutput.Format);
}
