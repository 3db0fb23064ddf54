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
        PlaceHold h => OfHold(h),
        ReleaseHold r => Mixing.Mix(Mixing.Mix(6UL, r.Account.Value), r.Hold),
        ChangeAccount c => Mixing.Mix(
            Mixing.Mix(Mixing.Mix(Mixing.Mix(7UL, c.Account.Value), (long)c.Status), c.Minimum), c.Maximum),
        SetLimit l => OfLimit(l.Limit),
        SetLevel l => Mixing.Mix(Mixing.Mix(10UL, l.Account.Value), l.Level),
        _ => throw Unknown(command),
    };

    public static ArgumentOutOfRangeException Unknown(LedgerCommand command) =>
        new(nameof(command), command, "The ledger does not know this command.");

    /// <summary>Of a transfer "at most" the amount that was asked counts, not the one that could be moved.</summary>
    static ulong OfTransfer(Transfer t)
    {
        var digest = Mixing.Mix(t.AtMost is null ? 1UL : 9UL, ((long)t.Debit.Value << 32) | (uint)t.Credit.Value);
        digest = Mixing.Mix(digest, t.AtMost ?? t.Amount);
        digest = Mixing.Mix(digest, ((long)t.Code << 32) | (uint)(t.LastDay?.DayNumber ?? int.MaxValue));
        digest = Mixing.Mix(digest, t.EffectiveAt?.UtcTicks ?? -1);
        digest = Mixing.Mix(digest, t.Reverses);
        digest = Mixing.Mix(digest, t.EarnedBy);
        digest = Mixing.Mix(digest, t.Hold);
        digest = Mixing.Mix(digest, t.Claim);
        return Mixing.Mix(digest, t.Reference);
    }

    static ulong OfHold(PlaceHold h)
    {
        var digest = Mixing.Mix(5UL, ((long)h.Debit.Value << 32) | (uint)h.Credit.Value);
        digest = Mixing.Mix(Mixing.Mix(digest, h.Amount), (long)h.Code);
        digest = Mixing.Mix(digest, h.Until.UtcTicks);
        return Mixing.Mix(Mixing.Mix(digest, h.Claim), h.Reference);
    }

    static ulong OfLimit(Limit l)
    {
        var digest = Mixing.Mix(8UL, ((long)l.Number << 32) | (long)l.Currency.Value);
        digest = Mixing.Mix(digest, ((long)l.Code << 32) | ((long)l.Per << 8) | (long)l.Period);
        digest = Mixing.Mix(Mixing.Mix(digest, l.Max), l.Reference);
        return l.UpToLevel is { } level ? Mixing.Mix(digest, level) : digest;
    }

    static ulong OfCurrency(DefineCurrency c)
    {
        var digest = Mixing.Mix(Mixing.Mix(4UL, c.Currency.Value), c.Scale);
        foreach (var letter in c.Code)
            digest = Mixing.Mix(digest, letter);
        return Mixing.Mix(digest, ((long)c.DecayPerMonth << 2) | (c.IsBacked ? 2L : 0) | (c.MayBeGiven ? 1L : 0));
    }
}
