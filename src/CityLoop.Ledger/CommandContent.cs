namespace CityLoop.Ledger;

/// <summary>What a command says beside its id: two commands with one id must say the same.</summary>
static class CommandContent
{
    /// <summary>64 bits over all fields. Not against forgers: a caller can only collide with itself.</summary>
    public static ulong Digest(LedgerCommand command) => command switch
    {
        Transfer t => OfTransfer(t),
        OpenAccount a => Mixing.Mix(Mixing.Mix(2UL, a.Currency.Value), (long)a.Kind),
        BeginDay d => Mixing.Mix(3UL, d.Day.DayNumber),
        DefineCurrency c => OfCurrency(c),
        _ => throw Unknown(command),
    };

    public static ArgumentOutOfRangeException Unknown(LedgerCommand command) =>
        new(nameof(command), command, "The ledger does not know this command.");

    static ulong OfTransfer(Transfer t)
    {
        var digest = Mixing.Mix(1UL, ((long)t.Debit.Value << 32) | (uint)t.Credit.Value);
        digest = Mixing.Mix(digest, t.Amount);
        digest = Mixing.Mix(digest, ((long)t.Code << 32) | (uint)(t.LastDay?.DayNumber ?? int.MaxValue));
        digest = Mixing.Mix(digest, t.EffectiveAt?.UtcTicks ?? -1);
        digest = Mixing.Mix(digest, t.Reverses);
        digest = Mixing.Mix(digest, t.Claim);
        return Mixing.Mix(digest, t.Reference);
    }

    static ulong OfCurrency(DefineCurrency c)
    {
        var digest = Mixing.Mix(Mixing.Mix(4UL, c.Currency.Value), c.Scale);
        foreach (var letter in c.Code)
            digest = Mixing.Mix(digest, letter);
        return digest;
    }
}
