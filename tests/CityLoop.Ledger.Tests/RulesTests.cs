namespace CityLoop.Ledger.Tests;

/// <summary>Limits, rules of accounts, backed and decaying currencies, as tables.</summary>
public sealed class RulesTests
{
    internal const string City =
        """
        currency 1 TCP 0
        open Issuing Issuing
        open Budget Rally
        open Budget Rebate
        open Person Meiling
        open Person Emma
        open Merchant Bakery
        open Merchant Books
        open Outside Bank
        Fund f1 Issuing Rally 1000
        Fund f2 Issuing Rebate 50
        day 2026-11-21

        """;

    [Fact]
    public void A_frozen_account_does_no_business_but_what_is_owed_goes_on() => LedgerScript.Run(City +
        """
        Earn a Rally Meiling 30 last=2026-11-21
        Pay p Meiling Bakery 10
        change Meiling Frozen
        Pay q Meiling Bakery 10               => DebitAccountIsFrozen
        Earn b Rally Meiling 10               => CreditAccountIsFrozen
        hold h Meiling Bakery 10 Pay 10       => DebitAccountIsFrozen
        Refund x Bakery Meiling 10 reverses=p
        day 2026-11-22
        Expire e Meiling Rally 30 last=2026-11-21
        change Meiling Open
        Earn b Rally Meiling 10
        change Meiling Closed                 => AccountIsNotEmpty
        Pay r Meiling Bakery 10
        change Meiling Closed
        Refund y Bakery Meiling 10 reverses=r => CreditAccountIsClosed
        Earn c Rally Meiling 1                => CreditAccountIsClosed
        change Meiling Open                   => AccountIsClosed
        change Nobody Frozen                  => AccountUnknown
        """);

    [Fact]
    public void An_account_stays_between_its_minimum_and_its_maximum() => LedgerScript.Run(City +
        """
        change Emma Open min=5 max=20
        Earn a Rally Emma 21                  => CreditAccountIsFull
        Earn a Rally Emma 20
        Pay p Emma Bakery 16                  => DebitAccountHasTooFewPoints
        Pay p Emma Bakery 15
        change Emma Open min=5 max=4          => AccountRuleIsNotValid
        change Emma Open min=-1               => AccountRuleIsNotValid
        change Bank Open min=-10
        Gift g Bank Emma 11                   => DebitAccountHasTooFewPoints
        Gift g Bank Emma 10
        Refund x Bakery Emma 15 reverses=p
        balance Emma 30
        """);

    [Fact]
    public void Limits_count_by_day_and_month_and_a_refund_gives_back_what_was_used() => LedgerScript.Run(City +
        """
        Earn a Rally Meiling 500
        limit 0 Pay Giver Day max=30          => LimitIsNotValid
        limit 1 Expire Giver Day max=30       => LimitIsNotValid
        limit 1 Refund Receiver Day max=30    => LimitIsNotValid
        limit 1 Pay Giver Day max=30
        limit 2 Pay Receiver Month max=50
        Pay p Meiling Bakery 20
        Pay q Meiling Bakery 11               => LimitIsReached
        hold h Meiling Bakery 11 Pay 10       => LimitIsReached
        Refund x Bakery Meiling 20 reverses=p
        hold h Meiling Bakery 30 Pay 10
        Pay q Meiling Bakery 1                => LimitIsReached
        Pay s Meiling Bakery 10 hold=h
        Pay q Meiling Bakery 20
        Pay r Meiling Bakery 1                => LimitIsReached
        day 2026-11-22
        Pay r Meiling Bakery 21               => LimitIsReached
        Pay r Meiling Bakery 20
        Pay t Meiling Books 10
        Pay u Meiling Books 1                 => LimitIsReached
        limit 1 Pay Giver Day max=31
        Pay u Meiling Books 1
        limit 1 Pay Giver Day
        Pay v Meiling Books 39
        Pay w Meiling Bakery 1                => LimitIsReached
        day 2026-12-01
        Pay w Meiling Bakery 50
        Pay x1 Meiling Bakery 1               => LimitIsReached
        day 2027-12-01
        Pay x1 Meiling Bakery 1
        """);

    [Fact]
    public void A_mission_may_pay_each_person_only_so_much() => LedgerScript.Run(City +
        """
        limit 1 Earn ReceiverAndReference Day max=100
        Earn a Rally Meiling 60 ref=bus
        Earn b Rally Meiling 41 ref=bus       => LimitIsReached
        Earn b Rally Meiling 40 ref=bus
        Earn c Rally Meiling 50 ref=walk
        Earn d Rally Emma 100 ref=bus
        Earn e Rally Emma 100
        Earn f Rally Emma 1 ref=walk
        & Earn g Rally Emma 100 ref=walk      => LimitIsReached@1
        Earn g Rally Emma 100 ref=walk
        """);

    [Fact]
    public void A_backed_currency_never_has_more_in_the_world_than_in_trust() => LedgerScript.Run(
        """
        currency 1 YEN 0 backed
        open Issuing Issuing
        open Outside Bank
        open Funding Trust
        open Budget TopUps
        open Person Meiling
        Fund f Issuing TopUps 1               => FundingIsTooLow
        Deposit d Bank Trust 100
        Fund f Issuing TopUps 101             => FundingIsTooLow
        Fund f Issuing TopUps 100
        Earn e TopUps Meiling 60
        outstanding YEN 100
        Withdraw w Trust Bank 1               => FundingIsTooLow
        Gift g Bank Meiling 1                 => FundingIsTooLow
        PayOut p Meiling Bank 60
        outstanding YEN 40
        Withdraw w Trust Bank 61              => FundingIsTooLow
        Withdraw w Trust Bank 60
        Unfund u TopUps Issuing 40
        Withdraw v Trust Bank 40
        outstanding YEN 0
        """);

    [Fact]
    public void Points_of_some_currencies_may_not_be_given_to_others() => LedgerScript.Run(
        """
        currency 1 VOU 0 notGiven
        open Issuing Issuing
        open Budget Relief
        open Person Meiling
        open Person Emma
        Fund f Issuing Relief 100
        Earn a Relief Meiling 10
        Gift g Meiling Emma 1                 => CurrencyMayNotBeGiven
        """);

    [Fact]
    public void A_decaying_currency_loses_its_share_each_month_when_it_is_touched() => LedgerScript.Run(
        """
        currency 1 MELT 0 decay=100000
        open Issuing Issuing
        open Budget Rally
        open Budget Other
        open Person Meiling
        open Person Emma
        open Merchant Bakery
        Fund f Issuing Rally 1000
        Fund f2 Issuing Other 1000
        day 2026-11-21
        Earn a Rally Meiling 100
        Earn b Other Meiling 5
        day 2026-12-01
        balance Meiling 95
        spendable Meiling 95
        balance Rally 900
        day 2027-01-01
        lots Meiling -:Rally:81 -:Other:5
        Decay d Meiling Rally 20              => DecayIsNotDue
        Pay p Meiling Bakery 87               => DebitAccountHasTooFewPoints
        balance Rally 900
        Pay p Meiling Bakery 82
        balance Rally 919
        lots Meiling -:Other:4
        lots Bakery -:Rally:81 -:Other:1
        Earn c Rally Emma 10
        Gift g Emma Meiling 10
        day 2027-02-01
        lots Meiling -:Rally:9 -:Other:4
        balance Bakery 82
        """);

    [Fact]
    public void What_happened_cannot_happen_later_than_it_is_written() => LedgerScript.Run(City +
        """
        Earn a Rally Meiling 10 minutesAgo=-1 => EffectiveTimeIsInTheFuture
        Earn a Rally Meiling 10 minutesAgo=60
        """);

    [Fact]
    public void Days_currencies_and_limits_stand_alone() => LedgerScript.Run(City +
        """
        Earn a Rally Meiling 1
        & day 2026-12-01                      => CommandStandsAlone@1
        Earn a Rally Meiling 1
        & currency 2 ABC 0                    => CommandStandsAlone@1
        Earn a Rally Meiling 1
        & limit 1 Pay Giver Day max=1         => CommandStandsAlone@1
        """);

    [Fact]
    public void A_refund_gives_back_what_was_used_of_a_limit_that_looks_at_the_reference() => LedgerScript.Run(City +
        """
        Earn a Rally Meiling 500
        limit 1 Pay Giver Day max=30 ref=stall
        limit 2 Pay ReceiverAndReference Month max=40
        Pay p Meiling Bakery 30 ref=stall
        Pay q Meiling Bakery 1 ref=stall      => LimitIsReached
        Refund x Bakery Meiling 30 reverses=p
        Pay q Meiling Bakery 30 ref=stall
        Pay r Meiling Bakery 40 ref=counter
        Pay s Meiling Bakery 1 ref=counter    => LimitIsReached
        Refund y Bakery Meiling 40 reverses=r
        Pay s Meiling Bakery 40 ref=counter
        Pay t Meiling Bakery 1 ref=stall      => LimitIsReached
        """);

    [Fact]
    public void A_budget_stays_open_while_anybody_has_its_points() => LedgerScript.Run(
        """
        currency 1 MELT 0 decay=100000
        open Issuing Issuing
        open Budget Rally
        open Person Meiling
        open Merchant Bakery
        open Outside Bank
        Fund f Issuing Rally 100
        day 2026-11-21
        Earn a Rally Meiling 100 last=2027-01-15
        change Rally Closed                   => AccountIsNotEmpty
        hold h Meiling Bakery 100 Pay 10
        change Rally Closed                   => AccountIsNotEmpty
        release r h Meiling
        day 2026-12-01
        Pay p Meiling Bakery 90
        balance Rally 10
        Unfund u Rally Issuing 10
        change Rally Closed                   => AccountIsNotEmpty
        PayOut o Bakery Bank 90
        change Rally Closed
        """);

    [Fact]
    public void A_payment_can_be_refunded_when_the_budget_of_its_rebate_is_closed() => LedgerScript.Run(City +
        """
        Earn a Rally Meiling 100
        Pay p Meiling Bakery 60
        & Rebate r Rebate Meiling 3 earnedBy=p
        Unfund u Rebate Issuing 47
        Gift g Meiling Bank 43
        Earn b Rally Meiling 10
        change Rebate Closed
        Refund x Bakery Meiling 60 reverses=p
        balance Meiling 70
        """);

    [Fact]
    public void No_rule_of_an_account_is_too_extreme_to_be_decided() => LedgerScript.Run(City +
        """
        change Emma Open max=-9223372036854775808
        Earn a Rally Emma 1                   => CreditAccountIsFull
        Earn a Rally Emma ≤1                  => DebitAccountHasTooFewPoints
        change Bank Open min=-9223372036854775808
        Gift g Bank Meiling 9223372036854775
        """);

    [Fact]
    public void The_outside_cannot_promise_more_than_a_number_can_hold()
    {
        var script = LedgerScript.Run(City);
        var outcomes = Enumerable.Range(0, 1_100).Select(i => script.Books.Post(
            [
                new PlaceHold(
                    DerivedId.From($"hold {i}"), script["Bank"], script["Meiling"], Transfer.MaxAmount,
                    TransferCode.Gift, DateTimeOffset.MaxValue),
            ], DateTimeOffset.UnixEpoch, []).Outcome).ToList();

        outcomes.Count(o => o == PostOutcome.Posted).ShouldBe(1_000);
        outcomes[^1].ShouldBe(PostOutcome.CreditBalanceIsTooLarge);
        script.Books.Account(script["Bank"]).Spendable.ShouldBe(-1_000 * Transfer.MaxAmount);
        script.Books.Post(
            [new Transfer(
                DerivedId.From("gift"), script["Bank"], script["Meiling"], Transfer.MaxAmount, TransferCode.Gift)],
            DateTimeOffset.UnixEpoch, []).Outcome.ShouldBe(PostOutcome.CreditBalanceIsTooLarge);
    }
}
