using CityLoop.Server.Carbon;

namespace CityLoop.Server.Tests.Carbon;

public sealed class SmallGroupsTests
{
    [Theory]
    [InlineData(new int[0], new bool[0])]
    [InlineData(new[] { 9 }, new[] { true })]
    [InlineData(new[] { 10 }, new[] { false })]
    [InlineData(new[] { 10, 11, 12 }, new[] { false, false, false })]
    // The one small group could be worked out from the sum: the next smallest hides with it.
    [InlineData(new[] { 40, 3, 12 }, new[] { false, true, true })]
    [InlineData(new[] { 3, 40, 4 }, new[] { true, false, true })]
    [InlineData(new[] { 3, 4, 5 }, new[] { true, true, true })]
    public void Small_groups_are_hidden_and_cannot_be_worked_out(int[] people, bool[] hidden) =>
        SmallGroups.HiddenOf(people).ShouldBe(hidden);
}
