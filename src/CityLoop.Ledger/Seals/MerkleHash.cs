using System.Security.Cryptography;

namespace CityLoop.Ledger.Seals;

/// <summary>
/// The hashes of a Merkle tree as RFC 9162, section 2.1.1, has them: SHA-256 over a byte that tells leaves from inner
/// nodes, so that no inner node can be shown as an entry.
/// </summary>
public static class MerkleHash
{
    /// <summary>Bytes of a hash.</summary>
    public const int Size = 32;

    const byte LeafPrefix = 0, NodePrefix = 1;

    /// <summary>The hash of a leaf, from bytes that begin with room for one byte before the entry.</summary>
    /// <param name="prefixed">
    /// The entry's bytes from place 1 on; place 0 is written. Hashing in place spares a copy of every entry.
    /// </param>
    public static void OfPrefixedLeaf(Span<byte> prefixed, Span<byte> hash)
    {
        prefixed[0] = LeafPrefix;
        SHA256.HashData(prefixed, hash);
    }

    /// <summary>The hash of a leaf.</summary>
    public static byte[] OfLeaf(ReadOnlySpan<byte> entry)
    {
        var prefixed = new byte[entry.Length + 1];
        entry.CopyTo(prefixed.AsSpan(1));
        var hash = new byte[Size];
        OfPrefixedLeaf(prefixed, hash);
        return hash;
    }

    /// <summary>The hash of a node above two others.</summary>
    public static void OfNode(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, Span<byte> hash)
    {
        Span<byte> both = stackalloc byte[1 + 2 * Size];
        both[0] = NodePrefix;
        left.CopyTo(both[1..]);
        right.CopyTo(both[(1 + Size)..]);
        SHA256.HashData(both, hash);
    }

    /// <summary>The hash of a node above two others.</summary>
    public static byte[] OfNode(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        var hash = new byte[Size];
        OfNode(left, right, hash);
        return hash;
    }

    /// <summary>The hash above a row of complete subtrees, largest first, as a tree's right edge has them.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static byte[] OfEdge(IReadOnlyList<byte[]> subtrees)
    {
        ArgumentNullException.ThrowIfNull(subtrees);
        if (subtrees.Count == 0)
            throw new ArgumentException("An edge has at least one subtree.", nameof(subtrees));
        var hash = subtrees[^1];
        for (var i = subtrees.Count - 2; i >= 0; i--)
            hash = OfNode(subtrees[i], hash);
        return hash;
    }
}
