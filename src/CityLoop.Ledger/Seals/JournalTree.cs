using System.Numerics;
using System.Security.Cryptography;

namespace CityLoop.Ledger.Seals;

/// <summary>
/// The Merkle tree over the journal, of which only the right edge is kept: the hashes of the complete subtrees that
/// its size is made of, largest first ("peaks"). An entry costs one more hash on average, and no memory.
/// </summary>
public sealed class JournalTree
{
    /// <summary>Levels of the tree between two rows of kept hashes (C2SP tlog-tiles): 256 below each.</summary>
    public const int TileHeight = 8;

    /// <summary>How many entries stand below the lowest kept hash.</summary>
    public const int TileEntries = 1 << TileHeight;

    const int PeaksMax = 64;
    readonly byte[] _peaks = new byte[PeaksMax * MerkleHash.Size];

    /// <summary>How many entries the tree has: the number of its last one.</summary>
    public long Size { get; private set; }

    /// <summary>The tree of a size whose peaks are known.</summary>
    /// <param name="peaks">The hashes of its complete subtrees, largest first.</param>
    /// <exception cref="ArgumentException">That size has another number of peaks.</exception>
    public static JournalTree Of(long size, ReadOnlySpan<byte> peaks)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        if (peaks.Length != PeakCount(size) * MerkleHash.Size)
            throw new ArgumentException($"A tree of {size} entries has {PeakCount(size)} peaks.", nameof(peaks));
        var tree = new JournalTree { Size = size };
        peaks.CopyTo(tree._peaks);
        return tree;
    }

    /// <summary>The hashes of the complete subtrees, largest first.</summary>
    public ReadOnlySpan<byte> Peaks => _peaks.AsSpan(0, PeakCount(Size) * MerkleHash.Size);

    /// <summary>Takes the next entry in.</summary>
    /// <param name="leaf">The entry's leaf hash.</param>
    /// <param name="completed">
    /// Is given the hash of each subtree of height 8, 16, 24 … that this entry completes.
    /// </param>
    public void Append(ReadOnlySpan<byte> leaf, ICollection<SubtreeHash>? completed = null)
    {
        var count = PeakCount(Size);
        leaf.CopyTo(_peaks.AsSpan(count * MerkleHash.Size));
        var merges = BitOperations.TrailingZeroCount(~Size);
        Size++;
        for (var height = 1; height <= merges; height++)
        {
            var left = _peaks.AsSpan((count - height) * MerkleHash.Size, MerkleHash.Size);
            var right = _peaks.AsSpan((count - height + 1) * MerkleHash.Size, MerkleHash.Size);
            MerkleHash.OfNode(left, right, left);
            if (completed is not null && height % TileHeight == 0)
                completed.Add(new SubtreeHash(height / TileHeight, (Size >> height) - 1, left.ToArray()));
        }
    }

    /// <summary>The root: what a seal signs. Of an empty tree, the hash of nothing.</summary>
    public byte[] Root()
    {
        var root = new byte[MerkleHash.Size];
        var count = PeakCount(Size);
        if (count == 0)
        {
            SHA256.HashData([], root);
            return root;
        }

        Peak(count - 1).CopyTo(root);
        for (var i = count - 2; i >= 0; i--)
            MerkleHash.OfNode(Peak(i), root, root);
        return root;
    }

    /// <summary>Becomes the same tree as another; to go back behind a batch that was not appended.</summary>
    public void CopyFrom(JournalTree other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Size = other.Size;
        other.Peaks.CopyTo(_peaks);
    }

    static int PeakCount(long size) => BitOperations.PopCount((ulong)size);

    ReadOnlySpan<byte> Peak(int i) => _peaks.AsSpan(i * MerkleHash.Size, MerkleHash.Size);
}

/// <summary>The hash of a complete subtree of the journal's tree that is kept, so that proofs are quick.</summary>
/// <param name="Level">1 for 256 entries, 2 for 65,536 and so on (the level of a C2SP tile that holds it).</param>
/// <param name="Index">Which of its level, from 0.</param>
public sealed record SubtreeHash(int Level, long Index, byte[] Hash)
{
    /// <summary>The journal numbers below it.</summary>
    public (long First, long Last) Entries =>
        ((Index << Shift) + 1, (Index + 1) << Shift);

    int Shift => Level * JournalTree.TileHeight;
}
