namespace CityLoop.Carbon.Tests;

public sealed class ExplanationTests
{
    [Theory]
    [InlineData("taipei-city", "bus", 12.4, null, "12.4 km × 0.057 kgCO2e/km = 0.7068 kg")]
    [InlineData("easycard-passbook", "metro", 12.0, null, "12 km ÷ 8 km × 0.472 kgCO2e/8 km = 0.708 kg")]
    [InlineData("easycard-passbook", "bus", 12.0, 2, "2 segment × 0.295 kgCO2e/segment = 0.59 kg")]
    [InlineData("easycard-passbook", "public-bike", 12.0, null, "1 ride × 0.17 kgCO2e/ride = 0.17 kg")]
    public void The_formula_stands_with_its_numbers(
        string ruleSet, string mode, double kilometres, int? segments, string formula)
    {
        var saving = TwoRuleSets.Named(ruleSet)
            .SavingOf(new Activity(TravelModes.Find(mode)!.Value, kilometres, segments))!;

        Explain(saving, null).ShouldBe(formula);
    }

    [Fact]
    public void The_formula_speaks_the_readers_language()
    {
        var saving = TwoRuleSets.EasyCardPassbook.SavingOf(new Activity(TravelMode.Bus, 12, 2))!;

        Explain(saving, new UnitWords("公里", "段", "趟")).ShouldBe("2 段 × 0.295 kgCO2e/段 = 0.59 kg");
    }

    static string Explain(Saving saving, UnitWords? words) => Explanation.Formula(
        saving.Amount.Value, saving.Factor.Unit, saving.Factor.Kilograms, saving.Value, words);
}
