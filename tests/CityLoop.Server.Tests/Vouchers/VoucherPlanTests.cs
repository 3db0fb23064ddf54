using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Vouchers;

namespace CityLoop.Server.Tests.Vouchers;

/// <summary>What a payment is split into, in the order that is best for the person.</summary>
public sealed class VoucherPlanTests
{
    static readonly PayPlace Small = new("tea", "tea", "66000010", IsLarge: false);
    static readonly PayPlace Large = Small with { Shop = "market", IsLarge = true };

    [Theory]
    // amount; points by days until they end; used of the part for small shops, and of the other, which end in 10 days
    [InlineData(300, "30:1000", 300, 0)]
    [InlineData(5_000, "30:1000", 4_500, 500)]
    [InlineData(7_000, "30:1000", 4_500, 2_000)]
    [InlineData(300, "9:1000", 0, 0)]
    [InlineData(1_300, "9:1000", 300, 0)]
    [InlineData(1_300, "10:1000", 1_300, 0)]
    [InlineData(1_300, "-:1000", 1_300, 0)]
    [InlineData(9_000, "9:100 30:100", 4_500, 2_000)]
    public void What_ends_first_goes_first_and_what_fewer_shops_take_before_the_rest(
        long amount, string lots, long ofSmall, long ofAny)
    {
        var plan = VoucherPlan.Of(amount, Small, Book(), Lots(lots));

        plan.Uses.Where(use => use.Held.Part.Number == 2).Sum(use => use.Amount).ShouldBe(ofSmall);
        plan.Uses.Where(use => use.Held.Part.Number == 1).Sum(use => use.Amount).ShouldBe(ofAny);
        plan.Points.ShouldBe(amount - ofSmall - ofAny);
        plan.NotHere.ShouldBeEmpty();
    }

    [Fact]
    public void A_large_shop_is_never_paid_with_what_is_for_small_ones()
    {
        var plan = VoucherPlan.Of(3_000, Large, Book(), Lots("30:1000"));

        plan.Uses.ShouldHaveSingleItem().Amount.ShouldBe(2_000);
        plan.Points.ShouldBe(1_000);
        plan.Spendable.ShouldBe(3_000);
        plan.NotHere.ShouldHaveSingleItem().Amount.ShouldBe(4_500);
    }

    [Fact]
    public void A_rule_by_kind_district_and_list_takes_a_shop_that_fits_all_of_them()
    {
        var rule = new VoucherRule(true, ["tea"], ["66000010"], ["tea", "cake"]);

        rule.Accepts(Small).ShouldBeTrue();
        foreach (var other in new[]
        {
            Large with { Shop = "tea" }, Small with { Category = "food" }, Small with { District = "66000020" },
            Small with { Shop = "shoes" },
        })
            rule.Accepts(other).ShouldBeFalse(other.ToString());
    }

    [Fact]
    public void Parts_given_back_are_the_vouchers_to_the_last_unit_whatever_the_parts_are()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var random = new Random(seed);
            var covers = Enumerable.Range(1, 3).Select(number => new AccountId(number)).ToList();
            var used = Enumerable.Range(0, random.Next(1, 5)).Select(_ => Used(
                covers[random.Next(3)], random.Next(1, 50))).ToList();
            List<Lot> lots =
            [
                new(Today, new(9), random.Next(1, 30)),
                .. used.GroupBy(one => one.Worth.Debit).OrderBy(cover => cover.Key.Value)
                    .Select(cover => new Lot(Today, cover.Key, cover.Sum(one => one.Use.Amount))),
                new(Today.AddDays(9), new(8), random.Next(1, 90)),
            ];
            var (back, given, whole) = (new long[used.Count], 0L, lots.Sum(lot => lot.Amount));
            while (given < whole)
            {
                var part = random.NextInt64(1, whole - given + 1);
                foreach (var (number, amount) in UsedVoucher.GivenBack(used, lots, given, part))
                    back[number] += amount;
                given += part;
                back.Sum().ShouldBe(
                    Math.Clamp(given - lots[^1].Amount, 0, used.Sum(one => one.Use.Amount)), $"seed {seed}");
            }

            back.ShouldBe(used.Select(one => one.Use.Amount), $"seed {seed}");
        }
    }

    static UsedVoucher Used(AccountId cover, long amount) => new(
        new Transfer(Guid.Empty, new(20), new(21), amount, TransferCode.Pay),
        new Transfer(Guid.Empty, cover, new(22), amount, TransferCode.Redeem));

    static readonly DateOnly Today = new(2026, 11, 21);

    /// <summary>The book of Ise: 2,000 anywhere and 4,500 in small shops.</summary>
    static IReadOnlyList<HeldVoucher> Book()
    {
        var series = new VoucherSeries
        {
            Id = Guid.Empty, Names = LocalNames.Of("券", "Book", "券"), Goods = LocalNames.Of("", "", ""),
            IsByList = false, Price = 5_000, Books = 1, PerPerson = 1, NeedsLevel = 0, ResidentsOnly = false,
            AgeFrom = null, AgeTo = null, OpensOn = Today, ClosesOn = Today, BuyUntil = Today,
            LastDay = Today.AddDays(10), Allotment = AllotmentRule.Share, Budget = "", Seed = [],
            AskedBy = Guid.Empty, AskedAt = default,
        };
        return
        [
            new(series, new VoucherPart(series.Id, 1, new(20_000), 2_000, new()), new(7), 2_000),
            new(series, new VoucherPart(series.Id, 2, new(20_001), 4_500, new(SmallShopsOnly: true)), new(8), 4_500),
        ];
    }

    static IReadOnlyList<Lot> Lots(string text) => [.. text.Split(' ').Select(one => one.Split(':')).Select(one =>
        new Lot(one[0] == "-" ? null : Today.AddDays(int.Parse(one[0])), new(1), long.Parse(one[1])))];
}
