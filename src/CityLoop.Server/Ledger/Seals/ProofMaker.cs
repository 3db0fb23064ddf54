using CityLoop.Ledger.Seals;
using Npgsql;

namespace CityLoop.Server.Ledger.Seals;

/// <summary>Makes proofs from the kept hashes and, below 256 entries, from the journal's rows.</summary>
sealed class ProofMaker(NpgsqlDataSource database)
{
    /// <summary>An entry's bytes; null when the journal has none of this number.</summary>
    public async Task<byte[]?> EntryAsync(long sequence, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await RawRows.ReadAsync(connection, sequence - 1, 1, cancellation);
        return rows.Count == 1 && rows.Sequence(0) == sequence ? rows.Entry(0) : null;
    }

    /// <summary>The path from an entry to the root over so many; a seal must cover them.</summary>
    public Task<IReadOnlyList<byte[]>> InclusionAsync(long sequence, long size, CancellationToken cancellation) =>
        HashesAsync(ProofPath.Inclusion(sequence - 1, size), cancellation);

    /// <summary>The path that shows one seal to be the beginning of a later one.</summary>
    public Task<IReadOnlyList<byte[]>> ConsistencyAsync(long older, long newer, CancellationToken cancellation) =>
        HashesAsync(ProofPath.Consistency(older, newer), cancellation);

    async Task<IReadOnlyList<byte[]>> HashesAsync(IReadOnlyList<LeafRange> path, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var leaves = new Dictionary<long, RawRows>();
        var hashes = new List<byte[]>(path.Count);
        foreach (var part in path)
        {
            var edge = new List<byte[]>();
            foreach (var subtree in part.Subtrees())
                edge.Add(subtree.Height >= JournalTree.TileHeight
                    ? await KeptAsync(connection, subtree, cancellation)
                    : await FromRowsAsync(connection, subtree, leaves, cancellation));
            hashes.Add(MerkleHash.OfEdge(edge));
        }

        return hashes;
    }

    static async Task<byte[]> KeptAsync(NpgsqlConnection connection, Subtree subtree, CancellationToken cancellation)
    {
        var (level, more) = (subtree.Height / JournalTree.TileHeight, subtree.Height % JournalTree.TileHeight);
        await using var command = new NpgsqlCommand(
            "select hash from ledger.tile_hash where level = $1 and position >= $2 and position < $3 order by position",
            connection);
        command.Parameters.AddWithValue((short)level);
        command.Parameters.AddWithValue(subtree.Index << more);
        command.Parameters.AddWithValue((subtree.Index + 1) << more);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var row256 = new List<byte[]>();
        while (await row.ReadAsync(cancellation))
            row256.Add(row.GetFieldValue<byte[]>(0));
        return row256.Count == 1 << more ? Above(row256) : throw Incomplete(subtree);
    }

    static async Task<byte[]> FromRowsAsync(
        NpgsqlConnection connection, Subtree subtree, Dictionary<long, RawRows> read, CancellationToken cancellation)
    {
        var (first, end) = (subtree.Leaves.First, subtree.Leaves.End);
        var block = first / JournalTree.TileEntries * JournalTree.TileEntries;
        if (!read.TryGetValue(block, out var rows))
            read.Add(block, rows = await RawRows.ReadAsync(
                connection, block, JournalTree.TileEntries, cancellation));
        if (rows.Count < end - block)
            throw Incomplete(subtree);
        var hashes = new List<byte[]>();
        for (var leaf = first; leaf < end; leaf++)
            hashes.Add(MerkleHash.OfLeaf(rows.Entry((int)(leaf - block))));
        return Above(hashes);
    }

    /// <summary>The hash above a row of a power of two.</summary>
    static byte[] Above(List<byte[]> row)
    {
        while (row.Count > 1)
            row = [.. row.Chunk(2).Select(pair => MerkleHash.OfNode(pair[0], pair[1]))];
        return row[0];
    }

    static InvalidDataException Incomplete(Subtree subtree) => new(
        $"What was kept of the entries {subtree.Leaves.First + 1} to {subtree.Leaves.End} is not complete: "
        + "run './cityloop verify'.");
}
