namespace CityLoop.Twin.Tests;

public sealed class ChanceTests
{
    /// <summary>The first output of the reference SplitMix64 (prng.di.unimi.it/splitmix64.c) for two seeds.</summary>
    [Theory]
    [InlineData(1_234_567UL, 6_457_827_717_110_365_317UL)]
    [InlineData(0UL, 16_294_208_416_658_607_535UL)]
    public void Mixing_is_that_of_SplitMix64(ulong seed, ulong first) => Chance.Mix(seed).ShouldBe(first);

    [Fact]
    public void Chance_is_even_over_persons_and_days_and_between_questions()
    {
        var chance = new Chance(42);
        var tenths = new int[10];
        var together = 0;
        for (var person = 0; person < 1_000; person++)
            for (var day = 0; day < 100; day++)
            {
                tenths[(int)(10 * chance.Of(Fate.JoinsOnDay, person, day))]++;
                if (chance.Happens(0.5, Fate.JoinsOnDay, person, day)
                    && chance.Happens(0.5, Fate.ShopsOnDay, person, day))
                    together++;
            }

        // 100,000 draws: a tenth is 10,000 ± 95, a quarter 25,000 ± 137; five deviations are allowed.
        tenths.ShouldAllBe(count => Math.Abs(count - 10_000) < 475);
        Math.Abs(together - 25_000).ShouldBeLessThan(685);
    }

    [Fact]
    public void The_answer_does_not_depend_on_what_was_asked_before()
    {
        var chance = new Chance(7);
        var first = chance.Of(Fate.Purchase, 3, 14);
        chance.Of(Fate.Purchase, 3, 15);

        chance.Of(Fate.Purchase, 3, 14).ShouldBe(first);
        new Chance(8).Of(Fate.Purchase, 3, 14).ShouldNotBe(first);
    }
}
