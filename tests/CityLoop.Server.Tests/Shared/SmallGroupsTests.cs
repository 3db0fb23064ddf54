using CityLoop.Server.Shared;
using FsCheck;
using FsCheck.Fluent;

namespace CityLoop.Server.Tests.Shared;

public sealed class SmallGroupsTests
{
    [Theory]
    [InlineData(new int[0], new bool[0])]
    [InlineData(new[] { 9 }, new[] { true })]
    [InlineData(new[] { 10 }, new[] { false })]
    [InlineData(new[] { 10, 11, 12 }, new[] { false, false, false })]
    // The one small group could be worked out from the sum: the next smallest hides with it.
    [InlineData(new[] { 40, 3, 12 }, new[] { false, true, true })]
    // So could two together, and they may be the same four people.
    [InlineData(new[] { 3, 40, 4 }, new[] { true, true, true })]
    [InlineData(new[] { 8, 40, 9, 60 }, new[] { true, true, true, false })]
    [InlineData(new[] { 3, 4, 5 }, new[] { true, true, true })]
    public void Small_groups_are_hidden_and_cannot_be_worked_out(int[] people, bool[] hidden) =>
        SmallGroups.HiddenOf(people).ShouldBe(hidden);

    /// <summary>
    /// For any groups of any people, who may stand in several: whoever subtracts the lines that are shown from a sum
    /// that is shown learns of no fewer people than a line may be about.
    /// </summary>
    [Fact]
    public void What_is_hidden_together_is_about_enough_people()
    {
        var group = Gen.Choose(1, 25).SelectMany(size => Gen.Choose(0, 30).ArrayOf(size)).Select(p => p.ToHashSet());
        Prop.ForAll(group.ListOf().ToArbitrary(), groups =>
        {
            var hidden = SmallGroups.HiddenOf([.. groups.Select(people => people.Count)]);
            var everybody = groups.SelectMany(people => people).Distinct().Count();
            var unseen = groups.Where((_, i) => hidden[i]).SelectMany(people => people).Distinct().Count();
            groups.Where((_, i) => !hidden[i]).ShouldAllBe(people => people.Count >= SmallGroups.Fewest);
            if (everybody >= SmallGroups.Fewest && unseen > 0)
                unseen.ShouldBeGreaterThanOrEqualTo(SmallGroups.Fewest);
        }).QuickCheckThrowOnFailure();
    }
}
