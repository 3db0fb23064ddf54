using CityLoop.Ledger.Seals;
using CityLoop.Server.Ledger.Seals;

namespace CityLoop.Server.Proofs;

/// <summary>
/// Holds a tree that grows from the journal alone against everything that was kept or signed of it.
/// </summary>
sealed class SealCheck(
    NoteKey? key, IReadOnlyList<NoteKey> witnesses, IEnumerable<Seal> seals, Seal? keptElsewhere,
    Dictionary<(int Level, long Index), byte[]> hashes)
{
    readonly Queue<Seal> _seals = new((keptElsewhere is null ? seals : [.. seals, keptElsewhere]).OrderBy(s => s.Size));
    readonly List<SubtreeHash> _completed = [];
    readonly List<SubtreeHash> _doubtful = [];
    readonly JournalTree _tree = new();
    long _proved;

    /// <summary>What was found, in the order of the journal.</summary>
    public List<Finding> Findings { get; } = [];

    public int SealsChecked { get; private set; }

    /// <summary>Takes in the next entry's leaf; what is kept or signed at this size is compared.</summary>
    public void Append(ReadOnlySpan<byte> leaf)
    {
        _tree.Append(leaf, _completed);
        foreach (var made in _completed)
            if (!hashes.Remove((made.Level, made.Index), out var kept) || !kept.AsSpan().SequenceEqual(made.Hash))
                _doubtful.Add(made with { Hash = kept ?? [] });
        _completed.Clear();
        while (_seals.TryPeek(out var seal) && seal.Size <= _tree.Size)
            Compare(_seals.Dequeue());
    }

    /// <summary>The journal has ended: what was signed or kept beyond it shows that there was more.</summary>
    public void End()
    {
        if (_seals.Count > 0)
            Findings.Add(Finding.Missing(_tree.Size + 1, _seals.Max(seal => seal.Size)));
        // Hashes are kept together with the seal that covers them.
        foreach (var kept in _doubtful.Where(doubt => doubt.Hash.Length > 0))
            Findings.Add(Finding.Hash(kept.Entries.First, kept.Entries.Last, "is wrong"));
        foreach (var (level, index) in hashes.Keys.Order())
        {
            var (first, last) = new SubtreeHash(level, index, []).Entries;
            Findings.Add(Finding.Hash(first, last, "has no place in this journal"));
        }
    }

    void Compare(Seal seal)
    {
        SealsChecked++;
        if (seal.Size < _tree.Size)
        {
            Findings.Add(Finding.Seal(seal.Size, "covers no number of entries that a journal can have"));
            return;
        }

        var note = SignedNote.Parse(seal.Note);
        if (note is null || key is null || !note.IsSignedBy(key, Ed25519.Verify)
            || Checkpoint.Parse(note.Text) is not { } says || says.Origin != key.Name)
        {
            Findings.Add(Finding.Seal(seal.Size, "is not signed with the city's key"));
            return;
        }

        if (says.Size != seal.Size || !says.Root.AsSpan().SequenceEqual(seal.Root))
            Findings.Add(Finding.Seal(seal.Size, "is kept with another size or root than was signed"));
        else if (!says.Root.AsSpan().SequenceEqual(_tree.Root()))
            Findings.Add(WrongWithin(seal.Size));
        else
            CompareKept(seal, note);
        _doubtful.Clear();
    }

    void CompareKept(Seal seal, SignedNote note)
    {
        foreach (var doubt in _doubtful)
            Findings.Add(Finding.Hash(
                doubt.Entries.First, doubt.Entries.Last, doubt.Hash.Length == 0 ? "is missing" : "is wrong"));
        if (seal != keptElsewhere && !seal.Peaks.AsSpan().SequenceEqual(_tree.Peaks))
            Findings.Add(Finding.Seal(seal.Size, "is kept with other peaks than the journal gives"));
        foreach (var said in seal.Witnesses)
            if (witnesses.FirstOrDefault(witness => witness.Name == said.Name) is { } witness
                && (NoteSignature.Parse(said.Line) is not { } line
                    || Countersignature.Verified(line, witness, note.Text, Ed25519.Verify) is null))
                Findings.Add(Finding.Witness(seal.Size, said.Name));
        _proved = seal.Size;
    }

    /// <summary>The root is signed and is another: kept hashes say where in between, as far as they go.</summary>
    Finding WrongWithin(long size)
    {
        var first = _proved + 1;
        foreach (var doubt in _doubtful.Where(doubt => doubt.Level == 1))
            return Finding.ChangedWithin(
                Math.Max(first, doubt.Entries.First), doubt.Hash.Length == 0 ? size : doubt.Entries.Last);
        // All 256s before the last entries are as they were.
        return Finding.ChangedWithin(Math.Max(first, (size & ~(JournalTree.TileEntries - 1L)) + 1), size);
    }
}
