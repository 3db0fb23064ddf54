namespace CityLoop.Ledger;

/// <summary>
/// Where each budget's points went when they left the accounts that keep lots: ended, decayed, taken back with a
/// refund, paid out. With the lots that are still there every point that a budget gave is accounted for.
/// </summary>
public sealed partial class LedgerState
{
    readonly SortedDictionary<(int Budget, short Code, int To), Int128> _gone = [];

    /// <summary>What has left the accounts with lots, by the budget that funded it.</summary>
    public IReadOnlyList<GoneAmount> Gone =>
    [
        .. _gone.Select(gone => new GoneAmount(
            new AccountId(gone.Key.Budget), (TransferCode)gone.Key.Code, new AccountId(gone.Key.To), gone.Value)),
    ];

    /// <summary>Counts <see cref="_moving"/>, which has left an account with lots for one without.</summary>
    void CountGone(Transfer transfer)
    {
        foreach (var lot in _moving)
        {
            var key = (lot.Budget.Value, (short)transfer.Code, transfer.Credit.Value);
            var before = _gone.GetValueOrDefault(key);
            _undo?.Do(() => PutGone(key, before));
            PutGone(key, before + lot.Amount);
        }
    }

    void PutGone((int, short, int) key, Int128 amount)
    {
        if (amount == 0)
            _gone.Remove(key);
        else
            _gone[key] = amount;
    }

    void SaveGone(BinaryWriter writer)
    {
        writer.Write(_gone.Count);
        foreach (var ((budget, code, to), amount) in _gone)
        {
            writer.Write(budget);
            writer.Write(code);
            writer.Write(to);
            writer.Write((long)(amount >> 64));
            writer.Write((ulong)(amount & ulong.MaxValue));
        }
    }

    void LoadGone(BinaryReader reader)
    {
        for (var left = reader.ReadInt32(); left > 0; left--)
            _gone.Add(
                (reader.ReadInt32(), reader.ReadInt16(), reader.ReadInt32()),
                ((Int128)reader.ReadInt64() << 64) | reader.ReadUInt64());
    }
}

/// <summary>What left the accounts with lots.</summary>
/// <param name="Budget">The account that had funded it.</param>
/// <param name="To">Where it went: to its own budget or, with a refund's rebate, to another; or outside.</param>
/// <param name="Amount">In the smallest unit, since the beginning; in a long life more than 64 bits hold.</param>
public readonly record struct GoneAmount(AccountId Budget, TransferCode Code, AccountId To, Int128 Amount);
