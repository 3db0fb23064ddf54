using System.Numerics;

namespace CityLoop.Ledger.Seals;

/// <summary>Leaves of the tree, counted from 0: from the first up to, but not with, the end.</summary>
public readonly record struct LeafRange(long First, long End)
{
    /// <summary>How many leaves.</summary>
    public long Count => End - First;

    /// <summary>The complete subtrees that this part of a tree is made of, from left to right.</summary>
    public IEnumerable<Subtree> Subtrees()
    {
        for (var at = First; at < End;)
        {
            var height = BitOperations.Log2((ulong)(End - at));
            if (at != 0)
                height = Math.Min(height, BitOperations.TrailingZeroCount(at));
            yield return new Subtree(height, at >> height);
            at += 1L << height;
        }
    }
}

/// <summary>A complete subtree: 2^height leaves, the index-th of its height from 0.</summary>
public readonly record struct Subtree(int Height, long Index)
{
    /// <summary>Its leaves.</summary>
    public LeafRange Leaves => new(Index << Height, (Index + 1) << Height);
}

/// <summary>Which parts of the tree a proof is made of (RFC 9162, sections 2.1.3.1 and 2.1.4.1).</summary>
public static class ProofPath
{
    /// <summary>The parts whose hashes prove that a leaf stands in a tree, from the leaf upwards.</summary>
    /// <param name="leaf">From 0.</param>
    /// <param name="size">The tree's size; above <paramref name="leaf"/>.</param>
    public static IReadOnlyList<LeafRange> Inclusion(long leaf, long size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(leaf);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(leaf, size);
        var path = new List<LeafRange>();
        var (first, end) = (0L, size);
        while (end - first > 1)
        {
            var middle = first + LargestPowerBelow(end - first);
            path.Add(leaf < middle ? new LeafRange(middle, end) : new LeafRange(first, middle));
            (first, end) = leaf < middle ? (first, middle) : (middle, end);
        }

        path.Reverse();
        return path;
    }

    /// <summary>The parts whose hashes prove that a tree is the beginning of a larger one.</summary>
    /// <param name="older">The smaller size, from 1.</param>
    /// <param name="newer">The larger size; the same size needs no proof and has an empty one.</param>
    public static IReadOnlyList<LeafRange> Consistency(long older, long newer)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(older);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(older, newer);
        var path = new List<LeafRange>();
        var (first, end) = (0L, newer);
        var isWholeOlder = true;
        while (end != older)
        {
            var middle = first + LargestPowerBelow(end - first);
            if (older <= middle)
            {
                path.Add(new LeafRange(middle, end));
                end = middle;
            }
            else
            {
                path.Add(new LeafRange(first, middle));
                first = middle;
                isWholeOlder = false;
            }
        }

        // The older root itself is known to whoever asks.
        if (!isWholeOlder)
            path.Add(new LeafRange(first, end));
        path.Reverse();
        return path;
    }

    static long LargestPowerBelow(long count) => 1L << BitOperations.Log2((ulong)(count - 1));
}
