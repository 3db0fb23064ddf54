namespace CityLoop.Ledger.Tests.Simulation;

/// <summary>Whatever disk, fence or recovery do wrong without a word, some history shows it.</summary>
public sealed class JournalLieTests(ITestOutputHelper output)
{
    [Theory]
    [MemberData(nameof(Lies))]
    public void A_lie_of_the_journal_is_found(string name)
    {
        for (var seed = 0; seed < 300; seed++)
            try
            {
                new CrashSimulation(seed, Enum.Parse<JournalLie>(name)).Live(rounds: 12);
            }
            catch (Exception found)
            {
                output.WriteLine($"{name} in history {seed}: {(found.InnerException ?? found).Message}");
                return;
            }

        Assert.Fail($"{name} was not found: no history shows it.");
    }

    public static TheoryData<string> Lies() => [.. Enum.GetNames<JournalLie>().Where(name => name != "None")];
}
