namespace CityLoop.Ledger.Seals;

/// <summary>
/// Checks proofs as RFC 9162 says, sections 2.1.3.2 and 2.1.4.2; whatever comes in, the answer is yes or no.
/// </summary>
public static class MerkleProof
{
    /// <summary>True when the path leads from a leaf to the root of a tree of this size.</summary>
    /// <param name="leaf">From 0.</param>
    public static bool Includes(
        long leaf, long size, ReadOnlySpan<byte> leafHash, IReadOnlyList<byte[]> path, ReadOnlySpan<byte> root)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (leaf < 0 || leaf >= size || !AreHashes(path))
            return false;
        var (at, last) = (leaf, size - 1);
        var hash = leafHash.ToArray();
        foreach (var step in path)
        {
            if (last == 0)
                return false;
            if ((at & 1) == 1 || at == last)
            {
                hash = MerkleHash.OfNode(step, hash);
                while ((at & 1) == 0 && at != 0)
                    (at, last) = (at >> 1, last >> 1);
            }
            else
            {
                hash = MerkleHash.OfNode(hash, step);
            }

            (at, last) = (at >> 1, last >> 1);
        }

        return last == 0 && root.SequenceEqual(hash);
    }

    /// <summary>True when the tree of the older root is the beginning of the tree of the newer one.</summary>
    public static bool IsConsistent(
        long older, long newer, ReadOnlySpan<byte> olderRoot, ReadOnlySpan<byte> newerRoot,
        IReadOnlyList<byte[]> path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (older < 1 || older > newer || !AreHashes(path))
            return false;
        if (older == newer)
            return path.Count == 0 && olderRoot.SequenceEqual(newerRoot);
        if (path.Count == 0)
            return false;

        var steps = (older & (older - 1)) == 0 ? [olderRoot.ToArray(), .. path] : path;
        var (at, last) = (older - 1, newer - 1);
        while ((at & 1) == 1)
            (at, last) = (at >> 1, last >> 1);
        var (first, second) = (steps[0], steps[0]);
        foreach (var step in steps.Skip(1))
        {
            if (last == 0)
                return false;
            if ((at & 1) == 1 || at == last)
            {
                first = MerkleHash.OfNode(step, first);
                second = MerkleHash.OfNode(step, second);
                while ((at & 1) == 0 && at != 0)
                    (at, last) = (at >> 1, last >> 1);
            }
            else
            {
                second = MerkleHash.OfNode(second, step);
            }

            (at, last) = (at >> 1, last >> 1);
        }

        return last == 0 && olderRoot.SequenceEqual(first) && newerRoot.SequenceEqual(second);
    }

    static bool AreHashes(IReadOnlyList<byte[]> path) => path.All(hash => hash.Length == MerkleHash.Size);
}
