namespace CityLoop.Twin.Tests;

public sealed class EstimateTests
{
    /// <summary>By hand, type 7: the 5 % place of n values is 0.05 × (n − 1) behind the first.</summary>
    [Theory]
    [InlineData(new double[] { 7 }, 7, 7, 7)]
    [InlineData(new double[] { 10, 0 }, 5, 0.5, 9.5)]
    [InlineData(new double[] { 3, 1, 2 }, 2, 1.1, 2.9)]
    [InlineData(new double[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20 },
        10.5, 1.95, 19.05)]
    public void The_interval_leaves_a_twentieth_on_each_side(double[] values, double mean, double low, double high)
    {
        var estimate = Estimate.Of(values);

        estimate.Mean.ShouldBe(mean, 1e-12);
        estimate.Low.ShouldBe(low, 1e-12);
        estimate.High.ShouldBe(high, 1e-12);
    }

    [Fact]
    public void Nothing_cannot_be_estimated() => Should.Throw<ArgumentException>(() => Estimate.Of([]));
}
