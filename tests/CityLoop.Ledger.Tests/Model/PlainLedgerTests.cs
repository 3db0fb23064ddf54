namespace CityLoop.Ledger.Tests.Model;

/// <summary>The ledger beside the plain ledger: whatever a city does, both say the same.</summary>
public sealed class PlainLedgerTests(ITestOutputHelper output)
{
    const int Cities = 300, SetsPerCity = 2_000;

    [Fact]
    public void The_ledger_does_what_the_plain_rules_say()
    {
        var (compared, posted) = (0, 0);
        for (var seed = 0; seed < Cities; seed++)
        {
            var (all, accepted) = Live(seed, PlainFault.None);
            (compared, posted) = (compared + all, posted + accepted);
        }

        output.WriteLine(
            $"{compared} operations compared, {posted} of them posted, in the cities of seeds 0 to {Cities - 1}.");
        compared.ShouldBeGreaterThan(600_000);
        posted.ShouldBeGreaterThan(compared / 4, "a city in which nothing succeeds shows nothing");
    }

    static (int All, int Posted) Live(int seed, PlainFault fault)
    {
        var comparison = new Comparison(new PlainLedger(fault));
        try
        {
            var city = new RandomCity(seed, comparison.After);
            city.Live(SetsPerCity);
            comparison.CompareAll(city.Books);
            return (comparison.Count, city.Answers.Count(a => a.Result.Outcome == PostOutcome.Posted));
        }
        catch (Exception e)
        {
            throw new DifferenceException(
                $"City {seed} after {comparison.Count} operations: ledger and plain rules differ. {e.Message}", e);
        }
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_rule_told_wrong_is_found(string name)
    {
        var fault = Enum.Parse<PlainFault>(name);
        for (var seed = 0; seed < 40; seed++)
            try
            {
                Live(seed, fault);
            }
            catch (DifferenceException found)
            {
                output.WriteLine($"{fault}: {found.Message}");
                return;
            }

        Assert.Fail($"{fault} was not found: the simulation does not live this rule.");
    }

    public static TheoryData<string> Faults() => [.. Enum.GetNames<PlainFault>().Where(name => name != "None")];
}

/// <summary>Ledger and plain rules say different things.</summary>
public sealed class DifferenceException(string message, Exception inner) : Exception(message, inner);
