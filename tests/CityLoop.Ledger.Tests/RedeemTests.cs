namespace CityLoop.Ledger.Tests;

/// <summary>Vouchers at the counter: their worth reaches the shop, and comes back with the refund, as tables.</summary>
public sealed class RedeemTests
{
    const string City = RulesTests.City +
        """
        currency 2 VAAB 0
        open Issuing Printer 2
        open Budget Book 2
        open Person MeilingsBook 2
        open Merchant Spent 2
        open Budget Cover
        Fund f3 Printer Book 500
        Fund f4 Issuing Cover 500
        Earn a Rally Meiling 100 last=2026-12-31
        Earn b Book MeilingsBook 500 last=2026-12-15

        """;

    const string Pay =
        """
        Pay v MeilingsBook Spent 60
        & Redeem w Cover Meiling 60 last=2026-11-21
        & Pay p Meiling Bakery 80

        """;

    const string Refund =
        """
        Refund x Bakery Meiling 80 reverses=p
        & RedeemReturn y Meiling Cover 60 reverses=w
        & Refund z Spent MeilingsBook 60 reverses=v

        """;

    [Fact]
    public void A_shop_is_paid_one_amount_and_a_refund_the_same_day_leaves_everything_as_it_was() => LedgerScript.Run(
        City + Pay +
        """
        balance Bakery 80
        balance Meiling 80
        lots Bakery -:Rally:20 -:Cover:60
        lots MeilingsBook 2026-12-15:Book:440

        """ + Refund +
        """
        lots Meiling 2026-12-31:Rally:100
        lots MeilingsBook 2026-12-15:Book:500
        balance Cover 500
        balance Spent 0
        RedeemReturn q Meiling Cover 60 reverses=w => AlreadyReversed
        """);

    [Fact]
    public void A_refund_later_takes_the_worth_back_although_its_day_is_over() => LedgerScript.Run(
        City + Pay + "day 2026-11-25\n" + Refund +
        """
        lots Meiling 2026-12-31:Rally:100
        lots MeilingsBook 2026-12-15:Book:500
        balance Cover 500
        """);

    [Fact]
    public void A_part_brings_back_points_first_and_then_the_voucher() => LedgerScript.Run(
        City + Pay +
        """
        Refund x Bakery Meiling 20 reverses=p
        lots Meiling 2026-12-31:Rally:100
        day 2026-11-25
        Refund x2 Bakery Meiling 50 reverses=p
        & RedeemReturn y Meiling Cover 50 reverses=w
        & Refund z Spent MeilingsBook 50 reverses=v
        lots Meiling 2026-12-31:Rally:100
        Refund x3 Bakery Meiling 10 reverses=p
        & RedeemReturn y3 Meiling Cover 10 reverses=w
        & Refund z3 Spent MeilingsBook 10 reverses=v
        lots Meiling 2026-12-31:Rally:100
        lots MeilingsBook 2026-12-15:Book:500
        balance Cover 500
        """);

    [Fact]
    public void A_refund_after_the_vouchers_last_day_brings_it_back_ended() => LedgerScript.Run(
        City + Pay + "day 2026-12-16\n" + Refund +
        """
        lots MeilingsBook 2026-12-15:Book:500
        Pay q MeilingsBook Spent 1 => DebitAccountHasTooFewPoints
        Expire e MeilingsBook Book 500 last=2026-12-15
        balance Book 500
        balance Cover 500
        """);

    [Fact]
    public void Worth_that_passes_through_a_full_or_frozen_account_goes_back_all_the_same() => LedgerScript.Run(
        City + "change Meiling Open max=100\n" + Pay + "change Meiling Frozen\n" + Refund +
        """
        lots Meiling 2026-12-31:Rally:100
        balance Cover 500
        """);

    [Fact]
    public void A_refund_without_its_worth_is_not_there_to_be_kept() => LedgerScript.Run(City + Pay +
        """
        RedeemReturn y Meiling Cover 60 reverses=p => ReversalIsNotValid
        RedeemReturn y Meiling Cover 61 reverses=w => ReversalDoesNotMatch
        Pay q Meiling Books 80
        RedeemReturn y Meiling Cover 60 reverses=w => DebitAccountHasTooFewPoints
        """);
}
