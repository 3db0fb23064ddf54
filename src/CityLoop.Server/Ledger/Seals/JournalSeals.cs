using CityLoop.Ledger.Seals;
using CityLoop.Server.City;
using CityLoop.Server.Operations;
using Npgsql;

namespace CityLoop.Server.Ledger.Seals;

/// <summary>How often the journal is sealed; configuration section <c>Seals</c>.</summary>
sealed record SealOptions
{
    /// <summary>Seconds between two seals while there is something new; what is younger is not yet proved.</summary>
    public double EverySeconds { get; init; } = 10;
}

/// <summary>Makes seals for whoever writes the journal.</summary>
sealed class JournalSeals(
    NpgsqlDataSource database, CityOptions options, CityPack city, TimeProvider clock)
{
    /// <summary>Rows read at once while a tree is rebuilt; a few megabytes.</summary>
    const int RowsMax = 10_000;

    SealKey? _key;

    /// <summary>How long the journal may grow without a seal.</summary>
    public TimeSpan Every { get; } = TimeSpan.FromSeconds(options.Seals.EverySeconds);

    /// <summary>
    /// Brings a tree to the journal's end: from the newest seal where it has none yet, else from where it stands.
    /// </summary>
    /// <param name="connection">The writer's own.</param>
    /// <exception cref="InvalidDataException">The journal is not the one that was sealed.</exception>
    public async Task CatchUpAsync(
        SealedTree tree, NpgsqlConnection connection, long last, CancellationToken cancellation)
    {
        if (tree.Size == 0 && await SealStore.NewestAsync(database, cancellation) is { } seal)
            tree.StartFrom(TreeOf(seal));
        if (tree.Size > last)
            throw Wrong($"the seals cover {tree.Size} entries and it ends with entry {last}");
        var leafless = await LeaflessAsync(connection, cancellation);
        while (tree.Size < last)
        {
            var rows = await RawRows.ReadAsync(connection, tree.Size, RowsMax, cancellation);
            tree.Begin();
            for (var row = 0; row < rows.Count; row++)
            {
                var sequence = rows.Sequence(row);
                if (sequence != tree.Size + row + 1)
                    throw Wrong($"entry {tree.Size + row + 1} is missing");
                if (tree.Take(rows.Row(row)) != rows.Leaf(row) && (rows.Leaf(row) is not null || sequence > leafless))
                    throw Wrong($"entry {sequence} is not what was written");
            }

            if (rows.Count == 0)
                throw Wrong($"entry {tree.Size + 1} is missing");
            tree.Keep();
        }
    }

    /// <summary>Seals what is durable; false when the newest seal covers it already.</summary>
    /// <param name="connection">The writer's own: the seat is held by it.</param>
    /// <exception cref="CannotSealException">The key is not here; the message says what to do.</exception>
    public async Task<bool> SealAsync(SealedTree tree, NpgsqlConnection connection, CancellationToken cancellation)
    {
        _key ??= await SealKey.OpenAsync(options, city, database, cancellation);
        if (tree.Size == 0 || await IsSealedAsync(connection, tree.Size, cancellation))
            return false;
        var root = tree.Durable.Root();
        var note = _key.Sign(new Checkpoint(_key.Public.Name, tree.Size, root));
        await SealStore.SaveAsync(
            connection,
            new Seal(tree.Size, root, tree.Durable.Peaks.ToArray(), note.ToString(), clock.GetUtcNow(), []),
            tree.Completed, cancellation);
        tree.Sealed();
        return true;
    }

    /// <summary>How many entries of the journal's beginning are from before there were leaves.</summary>
    public static async Task<long> LeaflessAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select last from ledger.leafless", connection);
        return (long?)await command.ExecuteScalarAsync(cancellation) ?? 0;
    }

    static async Task<bool> IsSealedAsync(NpgsqlConnection connection, long size, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "select exists (select from ledger.seal where size >= $1)", connection);
        command.Parameters.AddWithValue(size);
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    static JournalTree TreeOf(Seal seal)
    {
        try
        {
            var tree = JournalTree.Of(seal.Size, seal.Peaks);
            if (tree.Root().AsSpan().SequenceEqual(seal.Root))
                return tree;
        }
        catch (ArgumentException)
        {
            // Another number of peaks: told below.
        }

        throw Wrong($"the seal over {seal.Size} entries does not fit itself");
    }

    static InvalidDataException Wrong(string what) => new(
        $"The journal is not the one that was sealed: {what}. Nothing is written to it; './cityloop verify' names the "
        + "first wrong entry.");
}
