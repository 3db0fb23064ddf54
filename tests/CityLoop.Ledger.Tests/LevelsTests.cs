namespace CityLoop.Ledger.Tests;

/// <summary>Limits for those whom the city does not know so well, as tables.</summary>
public sealed class LevelsTests
{
    [Fact]
    public void A_limit_up_to_a_level_binds_the_less_surely_known_alone() => LedgerScript.Run(RulesTests.City +
        """
        Earn a Rally Meiling 200
        Earn b Rally Emma 200
        limit 1 Pay Giver Day max=30 level=0
        limit 2 Pay Giver Day max=60 level=1
        level Emma 1
        Pay p Meiling Bakery 31               => LimitIsReached
        Pay p Meiling Bakery 30
        Pay q Emma Bakery 60
        Pay r Emma Bakery 1                   => LimitIsReached
        level Emma 2
        Pay r Emma Bakery 100
        level Emma 0
        Pay s Emma Bakery 1                   => LimitIsReached
        day 2026-11-22
        Pay s Emma Bakery 1
        & Pay t Emma Bakery 30                => LimitIsReached@1
        """);

    [Fact]
    public void What_was_paid_before_a_level_rose_and_after_it_fell_counts_and_between_it_does_not() =>
        LedgerScript.Run(RulesTests.City +
        """
        Earn a Rally Meiling 300
        limit 1 Pay Giver Day max=50 level=0
        Pay p Meiling Bakery 40
        level Meiling 1
        Pay q Meiling Bakery 100
        level Meiling 0
        Pay r Meiling Bakery 11               => LimitIsReached
        Pay r Meiling Bakery 10
        Refund x Bakery Meiling 40 reverses=p
        Pay s Meiling Bakery 41               => LimitIsReached
        Pay s Meiling Bakery 40
        """);

    [Fact]
    public void Who_receives_is_looked_at_where_the_limit_is_on_receiving() => LedgerScript.Run(RulesTests.City +
        """
        limit 1 Earn Receiver Month max=50 level=0
        limit 2 Earn ReceiverAndReference Day max=20 level=0
        level Emma 1
        Earn a Rally Meiling 21 ref=bus       => LimitIsReached
        Earn a Rally Meiling 20 ref=bus
        Earn b Rally Meiling 31               => LimitIsReached
        Earn b Rally Emma 500 ref=bus
        """);

    [Fact]
    public void A_level_is_set_on_an_account_that_is_there_and_open() => LedgerScript.Run(RulesTests.City +
        """
        level Meiling -1                      => AccountRuleIsNotValid
        level Meiling 16                      => AccountRuleIsNotValid
        level Meiling 15
        change Emma Frozen
        level Emma 1
        change Emma Closed
        level Emma 0                          => AccountIsClosed
        limit 1 Pay Giver Day max=1 level=16  => LimitIsNotValid
        limit 1 Pay Giver Day max=1 level=-1  => LimitIsNotValid
        """);

    [Fact]
    public void A_level_of_no_account_is_refused()
    {
        var books = new LedgerState();

        books.Post([new SetLevel(DerivedId.From("level", "1"), new AccountId(1), 1)], DateTimeOffset.UnixEpoch, [])
            .Outcome.ShouldBe(PostOutcome.AccountUnknown);
    }
}
