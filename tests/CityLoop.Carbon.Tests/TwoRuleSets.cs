namespace CityLoop.Carbon.Tests;

/// <summary>The two official rule sets of China Times 2023-12-04, as the demo city ships them.</summary>
static class TwoRuleSets
{
    public static RuleSet TaipeiCity { get; } = new("taipei-city", "2023",
    [
        Of("taipei-city/bus", TravelMode.Bus, 0.057, "kgCO2e/km"),
        Of("taipei-city/metro", TravelMode.Metro, 0.059, "kgCO2e/km"),
        Of("taipei-city/public-bike", TravelMode.PublicBike, 0.097, "kgCO2e/km"),
    ]);

    public static RuleSet EasyCardPassbook { get; } = new("easycard-passbook", "2023",
    [
        Of("easycard-passbook/bus", TravelMode.Bus, 0.295, "kgCO2e/segment"),
        Of("easycard-passbook/metro", TravelMode.Metro, 0.472, "kgCO2e/8 km"),
        Of("easycard-passbook/public-bike", TravelMode.PublicBike, 0.170, "kgCO2e/ride"),
    ]);

    public static RuleSet Named(string id) => id == TaipeiCity.Id ? TaipeiCity : EasyCardPassbook;

    static Factor Of(string id, TravelMode mode, double kilograms, string unit) =>
        new(id, mode, kilograms, FactorUnit.Find(unit)!.Value, "2023", "China Times 2023-12-04", false, null, "");
}
