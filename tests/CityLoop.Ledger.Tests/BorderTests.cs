namespace CityLoop.Ledger.Tests;

/// <summary>Sets and times at the very border of what is taken.</summary>
public sealed class BorderTests
{
    [Fact]
    public void Commands_that_were_posted_apart_are_not_a_set_that_was_posted() => LedgerScript.Run(RulesTests.City +
        """
        Earn a Rally Meiling 10
        Earn x Rally Emma 10
        Earn b Rally Meiling 20
        Earn a Rally Meiling 10
        & Earn b Rally Meiling 20      => IdAlreadyPostedWithOtherContent
        Earn c Rally Meiling 1
        & Earn d Rally Meiling 2
        Earn c Rally Meiling 1
        & Earn d Rally Meiling 2       => AlreadyPosted
        Earn d Rally Meiling 2
        & Earn c Rally Meiling 1       => IdAlreadyPostedWithOtherContent
        """);

    [Fact]
    public void A_refused_set_gives_back_all_that_it_had_used_of_a_limit() => LedgerScript.Run(RulesTests.City +
        """
        Earn a Rally Meiling 100
        limit 1 Pay Giver Day max=30
        Pay p Meiling Bakery 10
        Pay q Meiling Bakery 5
        & Pay r Meiling Bakery 5
        & Pay s Meiling Bakery 11      => LimitIsReached@2
        Pay t Meiling Bakery 20
        Pay u Meiling Bakery 1         => LimitIsReached
        """);

    [Fact]
    public void What_happens_now_may_be_written_now_and_what_happens_a_microsecond_later_may_not()
    {
        var script = LedgerScript.Run(RulesTests.City);
        var at = script.Journal[^1].At.AddHours(1);

        Earn(at.AddMicroseconds(1)).ShouldBe(PostOutcome.EffectiveTimeIsInTheFuture);
        Earn(at).ShouldBe(PostOutcome.Posted);

        PostOutcome Earn(DateTimeOffset happened) => script.Books.Post(
            [new Transfer(DerivedId.From("now"), script["Rally"], script["Meiling"], 1, TransferCode.Earn)
            {
                EffectiveAt = happened,
            }], at, []).Outcome;
    }
}
