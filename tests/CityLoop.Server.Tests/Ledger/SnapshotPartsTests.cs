using System.Security.Cryptography;
using CityLoop.Server.Ledger;

namespace CityLoop.Server.Tests.Ledger;

/// <summary>Kept books are cut into parts and put together again, wherever the cuts fall.</summary>
public sealed class SnapshotPartsTests
{
    const int Part = 256 << 10;

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(Part - 1, 1)]
    [InlineData(Part, 1)]
    [InlineData(Part + 1, 2)]
    [InlineData(2 * Part, 2)]
    [InlineData(3 * Part + 5, 4)]
    public void What_is_written_is_read_whatever_the_pieces(int length, int parts)
    {
        var (random, written) = (new Random(length), new byte[length]);
        random.NextBytes(written);
        var kept = new List<byte[]>();
        using var writer = new SnapshotParts(part => kept.Add(part.Bytes.ToArray()));
        for (var at = 0; at < length;)
        {
            var piece = Math.Min(length - at, random.Next(1, 3) == 1 ? 16 : random.Next(1, 2 * Part));
            writer.Write(written.AsSpan(at, piece));
            at += piece;
        }

        writer.Complete();
        writer.Count.ShouldBe(parts);
        kept.Count.ShouldBe(parts);
        writer.Digest.ShouldBe(SHA256.HashData(written));

        using var reader = new SnapshotParts(parts, number => kept[number]);
        var (read, buffer) = (new MemoryStream(), new byte[2 * Part]);
        while (reader.Read(buffer.AsSpan(0, random.Next(1, 2 * Part))) is > 0 and var count)
            read.Write(buffer, 0, count);
        read.ToArray().AsSpan().SequenceEqual(written).ShouldBeTrue();
    }
}
