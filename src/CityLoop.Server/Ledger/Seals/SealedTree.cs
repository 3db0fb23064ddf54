using System.Buffers.Binary;
using CityLoop.Ledger.Seals;

namespace CityLoop.Server.Ledger.Seals;

/// <summary>
/// The writer's tree over the journal: goes forward with each batch that is durable, and back behind one that is not.
/// </summary>
sealed class SealedTree
{
    readonly JournalTree _durable = new();
    readonly JournalTree _next = new();
    readonly List<SubtreeHash> _completed = [];
    byte[] _entry = new byte[1024];
    int _durableCompleted;

    /// <summary>The last entry that is in the tree and durable.</summary>
    public long Size => _durable.Size;

    /// <summary>The tree of what is durable, for a seal.</summary>
    public JournalTree Durable => _durable;

    /// <summary>The hashes that became complete since the last seal, and are durable.</summary>
    public IReadOnlyList<SubtreeHash> Completed => _completed[.._durableCompleted];

    /// <summary>The tree begins where a seal ended.</summary>
    public void StartFrom(JournalTree sealedTree)
    {
        _durable.CopyFrom(sealedTree);
        _completed.Clear();
        _durableCompleted = 0;
        Begin();
    }

    /// <summary>A batch begins; what was taken in of one that failed is forgotten.</summary>
    public void Begin()
    {
        _next.CopyFrom(_durable);
        _completed.RemoveRange(_durableCompleted, _completed.Count - _durableCompleted);
    }

    /// <summary>Takes in the next row, in PostgreSQL's binary form; answers its leaf as the journal keeps it.</summary>
    public int Take(ReadOnlySpan<byte> row)
    {
        if (_entry.Length <= row.Length)
            _entry = new byte[row.Length * 2];
        Span<byte> leaf = stackalloc byte[MerkleHash.Size];
        var length = EntryBytes.OfRow(row, _entry.AsSpan(1));
        MerkleHash.OfPrefixedLeaf(_entry.AsSpan(0, 1 + length), leaf);
        _next.Append(leaf, _completed);
        return BinaryPrimitives.ReadInt32BigEndian(leaf);
    }

    /// <summary>All that was taken in is durable.</summary>
    public void Keep()
    {
        _durable.CopyFrom(_next);
        _durableCompleted = _completed.Count;
    }

    /// <summary>A seal is kept, with the hashes that were complete.</summary>
    public void Sealed()
    {
        _completed.RemoveRange(0, _durableCompleted);
        _durableCompleted = 0;
    }
}
