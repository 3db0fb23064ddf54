namespace CityLoop.Server.Operations.Import;

/// <summary>What became of the rows: read = posted + held + all refused + alreadyPosted.</summary>
/// <param name="Read">Rows of earned.csv and gifts.csv, good and bad; headers and empty lines are none.</param>
/// <param name="Posted">Rows whose points reached whom they were meant for in this run, escrow or not.</param>
/// <param name="Held">Rows whose points entered escrow in this run and still lie there at its end.</param>
/// <param name="Refused">By the stable name of the reason, in its order.</param>
/// <param name="AlreadyPosted">Rows whose points an earlier row or run had posted or held.</param>
sealed record ImportSummary(
    int Read, int Posted, int Held, SortedDictionary<string, int> Refused, int AlreadyPosted)
{
    /// <summary>The sum that <see cref="Read"/> must be.</summary>
    public int Sum() => Posted + Held + Refused.Values.Sum() + AlreadyPosted;
}
