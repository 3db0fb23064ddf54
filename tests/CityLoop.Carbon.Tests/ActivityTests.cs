namespace CityLoop.Carbon.Tests;

public sealed class ActivityTests
{
    [Theory]
    [InlineData(1, 3.2, null, ActivityOutcome.Fine)]
    [InlineData(1, 400, 50, ActivityOutcome.Fine)]
    [InlineData(9, -1, null, ActivityOutcome.ModeIsUnknown)]
    [InlineData(2, double.NaN, 0, ActivityOutcome.KilometresAreNotANumber)]
    [InlineData(2, double.PositiveInfinity, null, ActivityOutcome.KilometresAreNotANumber)]
    [InlineData(2, 0, null, ActivityOutcome.KilometresAreNotPositive)]
    [InlineData(2, -3.2, 0, ActivityOutcome.KilometresAreNotPositive)]
    [InlineData(3, 400.1, null, ActivityOutcome.KilometresAreTooMany)]
    [InlineData(3, 1e308, 0, ActivityOutcome.KilometresAreTooMany)]
    [InlineData(1, 3.2, 0, ActivityOutcome.SegmentsAreOutOfRange)]
    [InlineData(1, 3.2, 51, ActivityOutcome.SegmentsAreOutOfRange)]
    [InlineData(1, 3.2, -1, ActivityOutcome.SegmentsAreOutOfRange)]
    public void Figures_that_cannot_be_believed_are_named(
        short mode, double kilometres, int? segments, ActivityOutcome outcome) =>
        new Activity((TravelMode)mode, kilometres, segments).Check().ShouldBe(outcome);

    [Theory]
    [InlineData("bus", TravelMode.Bus)]
    [InlineData("metro", TravelMode.Metro)]
    [InlineData("public-bike", TravelMode.PublicBike)]
    public void A_mode_is_read_by_the_name_it_is_written_with(string name, TravelMode mode)
    {
        TravelModes.Find(name).ShouldBe(mode);
        mode.Name().ShouldBe(name);
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("Bus")]
    [InlineData("rocket")]
    public void An_unknown_mode_is_none(string? name) => TravelModes.Find(name).ShouldBeNull();

    [Theory]
    [InlineData("kgCO2e/km", FactorBasis.Kilometre, 1)]
    [InlineData("kgCO2e/8 km", FactorBasis.Kilometre, 8)]
    [InlineData("kgCO2e/segment", FactorBasis.Segment, 1)]
    [InlineData("kgCO2e/ride", FactorBasis.Ride, 1)]
    public void A_unit_is_read_as_published_and_written_the_same(string text, FactorBasis basis, double size)
    {
        FactorUnit.Find(text).ShouldBe(new FactorUnit(basis, size));
        FactorUnit.Find(text).ToString().ShouldBe(text);
    }

    [Theory]
    [InlineData("kg/km")]
    [InlineData("kgCO2e/")]
    [InlineData("kgCO2e/0 km")]
    [InlineData("kgCO2e/-8 km")]
    [InlineData("kgCO2e/NaN km")]
    [InlineData("kgCO2e/8 big km")]
    [InlineData("kgCO2e/mile")]
    [InlineData(null)]
    public void A_unit_that_is_not_ours_is_none(string? text) => FactorUnit.Find(text).ShouldBeNull();
}
