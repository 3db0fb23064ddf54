using CityLoop.Ledger;
using CityLoop.Server.Merchants.Settlement;
using FsCheck;
using FsCheck.Fluent;

namespace CityLoop.Server.Tests.Merchants.Settlement;

public class WindowSumsTests
{
    /// <summary>
    /// For any interleaving of payments, refunds, settlements and refunds that slip in while a settlement runs: what
    /// was settled plus what a shop still has is its sales less its refunds, each payment and refund stands in one
    /// line only, and the ledger never refuses to move what a line says.
    /// </summary>
    [Fact]
    public void What_was_settled_and_what_is_left_are_the_sales_less_the_refunds()
    {
        var step = Gen.Choose(0, 99).Zip(Gen.Choose(1, 500), (kind, size) => (kind, size));
        Prop.ForAll(
            step.ListOf().Resize(150).ToArbitrary(),
            steps =>
            {
                var town = new SettledTown();
                foreach (var (kind, size) in steps)
                    town.Live(kind, size);
                town.Check();
            }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Parts_given_back_across_two_settlements_stand_in_one_line_each()
    {
        var town = new SettledTown();
        var payment = town.Pay(0, 100);
        town.Pay(0, 60);
        town.Refund(payment, 30).ShouldBeTrue();
        town.Turn(16);
        town.Refund(payment, 20).ShouldBeTrue();
        town.Settle();
        town.Lines.Last(l => l.Account == town.Shops[0]).Sum.ShouldBe(new(2, 160, 2, 50));
        town.Pay(0, 10);
        town.Refund(payment, 51).ShouldBeFalse("more than is left");
        town.Refund(payment, 11).ShouldBeFalse("more than the shop has");
        town.Pay(0, 90);
        town.Refund(payment).ShouldBeTrue();
        town.Turn(16);
        town.Settle();
        town.Lines.Last(l => l.Account == town.Shops[0]).Sum.ShouldBe(new(2, 100, 1, 50));
        town.Check();
    }

    [Fact]
    public void A_refund_before_the_settlement_reduces_the_window_of_its_payment()
    {
        var town = new SettledTown();
        var payment = town.Pay(0, 100);
        town.Turn(16);
        town.Refund(payment).ShouldBeTrue();
        town.Settle();
        town.Lines.Single(l => l.Account == town.Shops[0]).Amount.ShouldBe(0);
        town.Check();
    }

    [Fact]
    public void A_refund_after_the_settlement_is_carried_until_new_sales_cover_it()
    {
        var town = new SettledTown();
        var payment = town.Pay(0, 100);
        town.Turn(16);
        town.Settle();
        town.Refund(payment).ShouldBeFalse("the shop has nothing left");
        town.Turn(16);
        var later = town.Pay(0, 150);
        town.Refund(payment).ShouldBeTrue("the new sale covers it");
        town.Settle();
        var line = town.Lines.Last(l => l.Account == town.Shops[0]);
        (line.Sum.Refunded, line.Amount, line.CarriedOut).ShouldBe((100, 0, -100));
        town.Turn(16);
        town.Settle();
        town.Lines.Last(l => l.Account == town.Shops[0]).Amount.ShouldBe(50);
        later.ShouldNotBe(payment);
        town.Check();
    }

    [Fact]
    public void A_refund_that_slips_in_while_the_line_is_fixed_is_seen_by_the_next_try()
    {
        var town = new SettledTown();
        var payment = town.Pay(0, 80);
        town.Pay(0, 20);
        town.Turn(16);
        town.Settle(whileFixing: () => town.Refund(payment).ShouldBeTrue());
        town.Lines.Single(l => l.Account == town.Shops[0]).Amount.ShouldBe(20);
        town.Check();
    }

    [Theory]
    [InlineData("2026-11-01", "2026-11-01", "2026-11-15")]
    [InlineData("2026-11-15", "2026-11-01", "2026-11-15")]
    [InlineData("2026-11-16", "2026-11-16", "2026-11-30")]
    [InlineData("2028-02-29", "2028-02-16", "2028-02-29")]
    [InlineData("2026-12-31", "2026-12-16", "2026-12-31")]
    public void A_day_lies_in_the_first_or_the_second_half_of_its_month(string day, string from, string to) =>
        SettlementWindow.Containing(DateOnly.Parse(day))
            .ShouldBe(new SettlementWindow(DateOnly.Parse(from), DateOnly.Parse(to)));

    [Fact]
    public void Only_windows_that_are_over_are_settled() =>
        SettlementWindow.OverBy(new(2026, 12, 20), new(2026, 11, 10)).Select(w => w.Name).ShouldBe(
            ["2026-11-01--2026-11-15", "2026-11-16--2026-11-30", "2026-12-01--2026-12-15"]);
}
