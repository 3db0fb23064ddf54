namespace CityLoop.Ledger;

/// <summary>The books in memory: decides commands in order and can be rebuilt from the journal at any time.</summary>
public sealed class LedgerState
{
}
