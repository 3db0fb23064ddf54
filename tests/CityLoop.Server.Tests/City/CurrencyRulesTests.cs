using CityLoop.Ledger;
using CityLoop.Server.City;

namespace CityLoop.Server.Tests.City;

/// <summary>What a city may say of its currencies, and what it is told when it says it wrong.</summary>
public sealed class CurrencyRulesTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("cityloop-currency-").FullName;

    public CurrencyRulesTests()
    {
        foreach (var file in Directory.GetFiles(CityCapability.DefaultFolder))
            File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_currency_with_no_rules_of_its_own_is_given_spent_everywhere_and_keeps_its_worth()
    {
        var points = CityPack.Load(CityCapability.DefaultFolder).MainCurrency;

        (points.MayBeGiven, points.IsBacked, points.DecayPerMonth, points.RefundGraceDays)
            .ShouldBe((true, false, 0, 0));
        points.Spending.ShouldBeSameAs(SpendRule.Everywhere);
        points.Limits.ShouldBeEmpty();
    }

    [Fact]
    public void Each_rule_of_a_currency_is_read()
    {
        var voucher = Read("""
            "lastDay": { "rule": "fixed-day", "day": "2027-03-31" },
            "mayBeGiven": false, "backed": true, "decayPerMonth": 10000, "refundGraceDays": 14,
            "spending": { "categories": ["food", "books"], "notCategories": ["tea"], "districts": ["66000010"] },
            "limits": [
              { "number": 1, "what": "pay", "per": "person", "period": "day", "max": 2000 },
              { "number": 2, "what": "earn", "per": "person-and-mission", "period": "always", "max": 300 },
              { "number": 3, "what": "gift", "per": "person", "period": "day", "max": 50, "upToLevel": 1 }
            ]
            """).MainCurrency;

        (voucher.MayBeGiven, voucher.IsBacked, voucher.DecayPerMonth, voucher.RefundGraceDays)
            .ShouldBe((false, true, 10_000, 14));
        voucher.LastDay.For(new DateOnly(2026, 11, 21)).ShouldBe(new DateOnly(2027, 3, 31));
        voucher.Limits.ShouldBe(
        [
            new CityLimit(1, TransferCode.Pay, LimitPer.Giver, LimitPeriod.Day, 2_000),
            new CityLimit(2, TransferCode.Earn, LimitPer.ReceiverAndReference, LimitPeriod.Always, 300),
            new CityLimit(3, TransferCode.Gift, LimitPer.Giver, LimitPeriod.Day, 50) { UpToLevel = 1 },
        ]);
        voucher.Spending.Accepts("green-river", "books", "66000010").ShouldBeTrue();
    }

    [Theory]
    [InlineData("", "bakery", "66000040", true)]
    [InlineData("""{ "categories": ["food"] }""", "food", "66000040", true)]
    [InlineData("""{ "categories": ["food"] }""", "bakery", "66000040", false)]
    [InlineData("""{ "notCategories": ["tea"] }""", "tea", "66000040", false)]
    [InlineData("""{ "categories": ["tea", "food"], "notCategories": ["tea"] }""", "tea", "66000040", false)]
    [InlineData("""{ "districts": ["66000010"] }""", "food", "66000040", false)]
    [InlineData("""{ "districts": ["66000010"], "categories": ["food"] }""", "food", "66000010", true)]
    [InlineData("""{ "shops": ["green-river"] }""", "food", "66000010", false)]
    public void A_shop_takes_a_currency_when_no_rule_speaks_against_it(
        string spending, string category, string district, bool accepts)
    {
        var rule = Read("\"lastDay\": { \"rule\": \"never\" }"
            + (spending.Length > 0 ? $", \"spending\": {spending}" : "")).MainCurrency.Spending;

        rule.Accepts("sunflower", category, district).ShouldBe(accepts);
    }

    [Theory]
    [InlineData("\"mayBeGiven\": \"no\"", "'mayBeGiven' is neither true nor false")]
    [InlineData("\"backed\": 1", "'backed' is neither true nor false")]
    [InlineData("\"decayPerMonth\": 1000000", "'decayPerMonth' is missing or out of range")]
    [InlineData("\"refundGraceDays\": -1", "'refundGraceDays' is missing or out of range")]
    [InlineData(
        """
        "limits": [{ "number": 1, "what": "pay", "per": "shop", "period": "day", "max": 1, "upToLevel": 0 }]
        """, "'upToLevel' stands beside a shop's limit")]
    [InlineData(
        """
        "limits": [{ "number": 1, "what": "pay", "per": "person", "period": "day", "max": 1, "upToLevel": 2 }]
        """, "'upToLevel' is missing or out of range")]
    [InlineData("\"spending\": { \"categories\": [\"beer\"] }", "'categories' has 'beer', which is not known")]
    [InlineData("\"spending\": { \"districts\": [\"1\"] }", "'districts' has '1', which is not known")]
    [InlineData("\"spending\": { \"category\": [\"food\"] }", "'category' is not a known field")]
    [InlineData("\"spending\": { \"notGoods\": [{ \"code\": \"Tobacco\", \"names\": { \"zh-TW\": \"a\", "
        + "\"en\": \"a\", \"ja\": \"a\" } }] }", "'code' is 'Tobacco'")]
    [InlineData("\"spending\": { \"notGoods\": [{ \"code\": \"wine\", \"names\": { \"zh-TW\": \"a\" } }] }",
        "'names' has no name in en")]
    [InlineData("\"spending\": { \"shops\": [\"green-river\"], \"categories\": [\"food\"] }",
        "'spending' leaves no shop")]
    [InlineData("\"limits\": [{ \"number\": 1, \"what\": \"pay\", \"per\": \"mission\", \"period\": \"day\", "
        + "\"max\": 1 }]", "'per' and 'what' are not known together")]
    [InlineData("\"limits\": [{ \"number\": 1, \"what\": \"pay\", \"per\": \"shop\", \"period\": \"week\", "
        + "\"max\": 1 }]", "'period' is not known")]
    public void A_mistake_in_a_rule_is_named_with_its_line_and_what_to_write(string rule, string said)
    {
        var refused = Should.Throw<CityPackException>(() => Read($"\"lastDay\": {{ \"rule\": \"never\" }},\n{rule}"));

        var problem = refused.Problems.First(p => p.Wrong.Contains(said, StringComparison.Ordinal));
        (problem.File, problem.Line).ShouldBe(("city.json", 13));
        problem.WriteInstead.ShouldNotBeEmpty();
    }

    [Fact]
    public void A_fixed_day_that_is_no_date_is_named() =>
        Should.Throw<CityPackException>(() => Read("\"lastDay\": { \"rule\": \"fixed-day\", \"day\": \"31.3.\" }"))
            .Problems.ShouldContain(p => p.Line == 12 && p.WriteInstead.Contains("2027-03-31"));

    CityPack Read(string rules)
    {
        var path = Path.Combine(_folder, "city.json");
        const string usual = "\"lastDay\": { \"rule\": \"months\", \"months\": 6 }";
        var text = File.ReadAllText(path);
        text.ShouldContain(usual);
        File.WriteAllText(path, text.Replace(usual, rules, StringComparison.Ordinal));
        return CityPack.Load(_folder);
    }
}
