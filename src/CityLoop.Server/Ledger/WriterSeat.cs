using CityLoop.Ledger;
using Npgsql;

namespace CityLoop.Server.Ledger;

/// <summary>
/// The one seat of the journal's writer: an advisory lock of the database, held by a connection. Who takes it says
/// who it is and where it takes posts from the others.
/// </summary>
sealed class WriterSeat(NpgsqlDataSource database, Guid server, string address)
{
    /// <summary>Any number will do as long as every server uses the same: "CityLoop" in ASCII.</summary>
    const long LockKey = 0x436974794C6F6F70;

    /// <summary>Takes the seat; the connection that is returned is the seat.</summary>
    /// <exception cref="JournalHasAnotherWriterException">Another server sits there.</exception>
    /// <exception cref="IOException">A lost connection of our own still holds it: try again.</exception>
    public async Task<NpgsqlConnection> TakeAsync(CancellationToken cancellation)
    {
        // Not from the pool: a pooled connection would keep the lock for the next borrower.
        var settings = new NpgsqlConnectionStringBuilder(database.ConnectionString)
        {
            Pooling = false,
            ApplicationName = "cityloop-writer",
            KeepAlive = 5,
        };
        var connection = new NpgsqlConnection(settings.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellation);
            await using var take = new NpgsqlCommand("select pg_try_advisory_lock($1)", connection);
            take.Parameters.AddWithValue(LockKey);
            if ((bool)(await take.ExecuteScalarAsync(cancellation))!)
            {
                await SayWhoAsync(connection, cancellation);
                return connection;
            }

            var holder = await HolderAsync(database, cancellation);
            throw holder?.Server == server
                ? new IOException("The writer's lock is still held by a lost connection of this server.")
                : new JournalHasAnotherWriterException();
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>The server that sat there last, and its address.</summary>
    public static async Task<(Guid Server, string Address)?> HolderAsync(
        NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select server, address from ledger.writer");
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? (row.GetGuid(0), row.GetString(1)) : null;
    }

    async Task SayWhoAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            insert into ledger.writer (server, address) values ($1, $2)
            on conflict (is_the_one) do update set server = excluded.server, address = excluded.address, since = now()
            """, connection);
        command.Parameters.AddWithValue(server);
        command.Parameters.AddWithValue(address);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
