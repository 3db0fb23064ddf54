using System.Buffers.Binary;
using System.Security.Cryptography;

namespace CityLoop.Server.Pass;

/// <summary>
/// Counts how often each of any number of names came in a span of time, in memory of a fixed size: four rows of
/// counters, and a name's count is the lowest of its four (a count-min sketch, Cormode and Muthukrishnan 2005).
/// Nothing is thrown out to make room, so nobody can have their own count forgotten by sending in others. Too low is
/// impossible; too high takes as many names as there are counters, and nobody can choose whom it hits: the key is
/// random.
/// </summary>
sealed class AddressCounts(TimeProvider time, TimeSpan window, int max)
{
    const int Rows = 4;
    const int CountersInRow = 1 << 16;
    const int CountBits = 32;

    readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    // Two that come at once are two: what one has counted, the other must see.
    readonly Lock _counting = new();

    // In each the number of its span above, the count below: what an earlier span left counts as nothing.
    readonly long[] _counters = new long[Rows * CountersInRow];

    /// <summary>Counts one; false, and nothing counted, when the name has had its share.</summary>
    public bool Take(ReadOnlySpan<byte> name)
    {
        Span<int> places = stackalloc int[Rows];
        PlacesOf(name, places);
        lock (_counting)
        {
            var span = Now;
            var count = CountAt(places, span);
            if (count >= max)
                return false;
            // Only the lowest are raised: the others hold somebody else's count as well.
            foreach (var place in places)
                if (CountOf(_counters[place], span) == count)
                    _counters[place] = (span << CountBits) | (count + 1);
            return true;
        }
    }

    /// <summary>Whether the name has had its share.</summary>
    public bool IsFull(ReadOnlySpan<byte> name)
    {
        Span<int> places = stackalloc int[Rows];
        PlacesOf(name, places);
        lock (_counting)
            return CountAt(places, Now) >= max;
    }

    long Now => time.GetUtcNow().Ticks / window.Ticks;

    void PlacesOf(ReadOnlySpan<byte> name, Span<int> places)
    {
        Span<byte> digest = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, name, digest);
        for (var row = 0; row < Rows; row++)
            places[row] = row * CountersInRow
                + BinaryPrimitives.ReadUInt16LittleEndian(digest[(row * sizeof(ushort))..]);
    }

    long CountAt(ReadOnlySpan<int> places, long span)
    {
        var lowest = long.MaxValue;
        foreach (var place in places)
            lowest = Math.Min(lowest, CountOf(_counters[place], span));
        return lowest;
    }

    static long CountOf(long counter, long span) => counter >> CountBits == span ? counter & uint.MaxValue : 0;
}
