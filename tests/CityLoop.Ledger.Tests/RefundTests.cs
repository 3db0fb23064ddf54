namespace CityLoop.Ledger.Tests;

/// <summary>What a refund takes back and brings back, as tables.</summary>
public sealed class RefundTests
{
    [Fact]
    public void A_refund_takes_back_what_the_payment_earned_as_far_as_it_is_there() =>
        LedgerScript.Run(RulesTests.City +
        """
        Earn a Rally Meiling 100
        Pay p Meiling Bakery 60
        & Rebate r Rebate Meiling 3 earnedBy=p
        Rebate s Rebate Meiling 3 earnedBy=p             => PaymentHasAlreadyEarned
        Rebate s Rebate Meiling 3 earnedBy=a             => EarningPaymentUnknown
        Rebate s Rebate Emma 3 earnedBy=p                => EarningPaymentUnknown
        Refund x Bakery Meiling 60 reverses=p            => RebateIsNotTakenBack
        Refund x Bakery Meiling 60 reverses=p
        & RebateReturn y Meiling Rebate ≤3 reverses=r
        balance Meiling 100
        balance Rebate 50
        """);

    [Fact]
    public void A_rebate_that_is_spent_is_taken_from_what_the_refund_brings() => LedgerScript.Run(RulesTests.City +
        """
        Earn a Rally Meiling 60
        Pay p Meiling Bakery 60
        & Rebate r Rebate Meiling 3 earnedBy=p
        Pay q Meiling Books 3
        Refund x Bakery Meiling 60 reverses=p
        & RebateReturn y Meiling Rebate ≤3 reverses=r
        balance Meiling 57
        balance Rebate 50
        """);

    [Fact]
    public void A_payment_comes_back_in_parts_and_never_more_than_it_was() => LedgerScript.Run(RulesTests.City +
        """
        Earn a Rally Meiling 100
        Pay p Meiling Bakery 60
        Pay q Meiling Bakery 40
        Refund u Bakery Meiling 61 reverses=p            => ReversalDoesNotMatch
        Refund u Bakery Meiling 25 reverses=p
        Refund v Bakery Meiling 36 reverses=p            => AlreadyReversed
        Refund v Bakery Meiling 10 reverses=p
        Refund w Bakery Meiling 25 reverses=p
        Refund x Bakery Meiling 1 reverses=p             => AlreadyReversed
        Rebate r Rebate Meiling 3 earnedBy=p             => EarningPaymentUnknown
        balance Meiling 60
        balance Bakery 40
        """);

    [Fact]
    public void A_part_brings_back_what_the_smaller_sum_would_not_have_spent() => LedgerScript.Run(RulesTests.City +
        """
        Earn a Rally Meiling 10 last=2026-11-30
        Earn b Rally Meiling 10 last=2027-01-31
        Earn c Rally Meiling 10
        Pay p Meiling Bakery 25
        Refund x Bakery Meiling 7 reverses=p
        lots Meiling 2027-01-31:Rally:2 -:Rally:10
        Refund y Bakery Meiling 10 reverses=p
        lots Meiling 2026-11-30:Rally:2 2027-01-31:Rally:10 -:Rally:10
        Refund z Bakery Meiling 8 reverses=p
        lots Meiling 2026-11-30:Rally:10 2027-01-31:Rally:10 -:Rally:10
        """);

    [Fact]
    public void A_part_takes_its_share_of_the_rebate_back_and_the_last_part_all_of_it() => LedgerScript.Run(
        RulesTests.City +
        """
        Earn a Rally Meiling 100
        Pay p Meiling Bakery 100
        & Rebate r Rebate Meiling 3 earnedBy=p
        Refund u Bakery Meiling 33 reverses=p
        Refund v Bakery Meiling 1 reverses=p             => RebateIsNotTakenBack
        Refund v Bakery Meiling 1 reverses=p
        & RebateReturn y Meiling Rebate ≤1 reverses=r
        Refund w Bakery Meiling 66 reverses=p
        & RebateReturn z Meiling Rebate ≤1 reverses=r    => RebateIsNotTakenBack
        Refund w Bakery Meiling 66 reverses=p
        & RebateReturn z Meiling Rebate ≤3 reverses=r    => AlreadyReversed
        Refund w Bakery Meiling 66 reverses=p
        & RebateReturn z Meiling Rebate ≤2 reverses=r
        balance Meiling 100
        balance Rebate 50
        """);

    [Fact]
    public void A_refund_of_ended_points_follows_the_citys_rule_of_grace() => LedgerScript.Run(RulesTests.City +
        """
        Earn a Rally Meiling 10 last=2026-11-30
        Earn b Rally Meiling 10 last=2027-01-31
        Pay p Meiling Bakery 15
        Pay q Meiling Bakery 5
        day 2026-12-05
        Refund x Bakery Meiling 15 reverses=p last=2026-12-01 => LastDayIsNotValid
        Refund x Bakery Meiling 15 reverses=p last=2026-12-12
        lots Meiling 2026-12-12:Rally:10 2027-01-31:Rally:5
        Refund y Bakery Meiling 5 reverses=q
        lots Meiling 2026-12-12:Rally:10 2027-01-31:Rally:10
        """);

    [Fact]
    public void A_payment_is_taken_back_by_its_own_name_and_not_by_the_claim_that_it_used() => LedgerScript.Run(
        RulesTests.City +
        """
        Earn a Rally Meiling 20
        Pay p Meiling Bakery 10 claim=code
        Refund x Bakery Meiling 10 reverses=code       => ReversalIsNotValid
        Rebate b Rebate Meiling 1 earnedBy=code        => EarningPaymentUnknown
        Rebate b Rebate Meiling 1 earnedBy=p
        day 2027-03-31
        Refund x Bakery Meiling 10 reverses=code       => ReversalIsNotValid
        Refund x Bakery Meiling 10 reverses=p          => ReversedTransferIsTooOld
        """);

    [Fact]
    public void A_payment_of_long_ago_cannot_be_taken_back() => LedgerScript.Run(RulesTests.City +
        """
        Earn a Rally Meiling 100
        Pay p Meiling Bakery 10
        Pay q Meiling Bakery 10
        day 2027-03-01
        Refund x Bakery Meiling 10 reverses=p
        Pay r Meiling Bakery 10
        day 2027-03-02
        Refund y Bakery Meiling 10 reverses=q => ReversedTransferIsTooOld
        Refund z Bakery Meiling 10 reverses=r
        """);
}
