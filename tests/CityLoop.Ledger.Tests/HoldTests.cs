namespace CityLoop.Ledger.Tests;

/// <summary>Points that are set aside, and transfers of as much as there is, as tables.</summary>
public sealed class HoldTests
{
    [Fact]
    public void Held_points_are_gone_at_once_and_come_back_with_their_last_days() => LedgerScript.Run(RulesTests.City +
        """
        Earn a Rally Meiling 10 last=2027-01-31
        Earn b Rebate Meiling 10
        hold h Meiling Bakery 15 Pay 10
        balance Meiling 20
        held Meiling 15
        spendable Meiling 5
        Pay p Meiling Books 6                => DebitAccountHasTooFewPoints
        hold i Meiling Books 6 Pay 10        => DebitAccountHasTooFewPoints
        change Meiling Closed                => AccountIsNotEmpty
        release r h Meiling
        spendable Meiling 20
        held Meiling 0
        lots Meiling 2027-01-31:Rally:10 -:Rebate:10
        """);

    [Fact]
    public void A_hold_is_settled_in_part_and_resolves_at_most_once() => LedgerScript.Run(RulesTests.City +
        """
        Earn a Rally Meiling 20 last=2027-01-31
        hold h Meiling Bakery 15 Pay 10 claim=code
        Pay p Meiling Bakery 16 hold=h       => HoldDoesNotMatch
        Pay p Meiling Books 15 hold=h        => HoldDoesNotMatch
        Gift p Meiling Bakery 15 hold=h      => HoldDoesNotMatch
        Pay p Meiling Bakery 15 hold=x       => HoldUnknown
        Pay p Meiling Bakery 15 hold=a       => HoldIsNotOpen
        Pay p Meiling Bakery 15 hold=code    => HoldIsNotOpen
        Pay p Meiling Bakery 9 hold=h
        lots Meiling 2027-01-31:Rally:11
        lots Bakery -:Rally:9
        held Meiling 0
        Pay q Meiling Bakery 6 hold=h        => HoldIsNotOpen
        release r h Meiling                  => HoldIsNotOpen
        Pay p Meiling Bakery 9 hold=h        => AlreadyPosted
        Refund x Bakery Meiling 9 reverses=p
        lots Meiling 2027-01-31:Rally:20
        Pay z Meiling Bakery 1 claim=code    => ClaimAlreadyUsed
        """);

    [Fact]
    public void A_hold_does_not_lead_around_the_limit_of_another_reference() => LedgerScript.Run(RulesTests.City +
        """
        Earn a Rally Meiling 20
        limit 1 Pay Giver Day max=5 ref=lottery
        hold h Meiling Bakery 15 Pay 10 ref=bread
        hold i Meiling Bakery 5 Pay 10 ref=lottery
        Pay p Meiling Bakery 15 hold=h ref=lottery => HoldDoesNotMatch
        Pay p Meiling Bakery 15 hold=h             => HoldDoesNotMatch
        Pay p Meiling Bakery 15 hold=h ref=bread
        Pay q Meiling Bakery 5 hold=i ref=lottery
        """);

    [Fact]
    public void A_claim_is_no_second_name_of_a_hold()
    {
        var script = LedgerScript.Run(RulesTests.City +
            """
            Earn a Rally Meiling 20
            hold h Meiling Bakery 15 Pay 10 claim=code
            """);
        script.Books.FindHold(DerivedId.From("h")).ShouldNotBeNull();
        script.Books.FindHold(DerivedId.From("code")).ShouldBeNull();
    }

    [Fact]
    public void After_its_time_a_hold_can_only_be_released() => LedgerScript.Run(RulesTests.City +
        """
        Earn a Rally Meiling 20
        hold h Meiling Bakery 15 Pay 0       => HoldHasTimedOut
        hold h Meiling Bakery 15 Pay 10
        wait 10
        Pay p Meiling Bakery 15 hold=h       => HoldHasTimedOut
        release r h Emma                     => HoldDoesNotMatch
        release r h Meiling
        spendable Meiling 20
        """);

    [Fact]
    public void Points_that_ended_while_they_were_held_can_be_settled_but_not_spent_elsewhere() =>
        LedgerScript.Run(RulesTests.City +
        """
        Earn a Rally Meiling 20 last=2026-11-21
        hold h Meiling Bakery 15 Pay 100
        hold i Meiling Bakery 5 Pay 100
        day 2026-11-22
        Pay p Meiling Bakery 15 hold=h
        release r i Meiling
        balance Meiling 5
        spendable Meiling 0
        Expire e Meiling Rally 5 last=2026-11-21
        balance Bakery 15
        """);

    [Fact]
    public void All_my_points_and_the_rest_in_cash() => LedgerScript.Run(RulesTests.City +
        """
        Earn a Rally Meiling 30
        Pay p Meiling Bakery ≤50
        balance Meiling 0
        balance Bakery 30
        Pay p Meiling Bakery ≤50              => AlreadyPosted
        Pay p Meiling Bakery 50               => IdAlreadyPostedWithOtherContent
        Pay q Meiling Bakery ≤50              => DebitAccountHasTooFewPoints
        Pay q Meiling Bakery ≤0               => AmountIsNotPositive
        Refund x Bakery Meiling 30 reverses=p
        balance Meiling 30
        change Books Open max=12
        Pay r Meiling Books ≤50
        balance Books 12
        Pay s Meiling Books ≤50               => DebitAccountHasTooFewPoints
        """);
}
