using CityLoop.Server.Pass.Counter;
using Dapper;
using Npgsql;
using NpgsqlTypes;

namespace CityLoop.Server.Credentials.Offices;

/// <summary>What an office has in its register about one person.</summary>
/// <param name="Fields">A JSON object.</param>
sealed record RegisterRow(byte[] Print, string Fields, DateOnly ValidUntil);

/// <summary>A file that is to be a register, as two officers compare it: what is new in it, and its SHA-256.</summary>
sealed record RegisterUpload(string Type, string Sha256, long Added, long Removed, long Changed);

/// <summary>
/// The registers that the city keeps for offices without a system of their own. A register is what was imported last,
/// as a whole; an import waits beside it until a second officer has approved it.
/// </summary>
sealed class Registers(NpgsqlDataSource database, DocumentPrints prints, TimeProvider time)
{
    /// <summary>
    /// The row of whoever has one of these fingerprints, if it still holds today. Until the caller's transaction ends
    /// no other import becomes the register: that one takes back what the caller issues by this row.
    /// </summary>
    public static async Task<RegisterRow?> FindAsync(
        NpgsqlConnection connection, CredentialType type, IReadOnlyList<byte[]> of, DateOnly today,
        CancellationToken cancellation)
    {
        var register = await connection.ExecuteScalarAsync<Guid?>(new CommandDefinition(
            "select register from credentials.credential_type where code = @Code for share", type,
            cancellationToken: cancellation));
        return await connection.QueryFirstOrDefaultAsync<RegisterRow>(new CommandDefinition(
            """
            select print, fields::text as fields, valid_until from credentials.register_row
            where import = @register and print = any(@of) and valid_until >= @today
            order by valid_until desc limit 1
            """, new { register, of = of.ToArray(), today }, cancellationToken: cancellation));
    }

    /// <summary>How many lines a type's register has now.</summary>
    public async Task<long> CountAsync(CredentialType type, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            "select count(*) from credentials.register_row where import = @Register", new { type.Register },
            cancellationToken: cancellation));
    }

    /// <summary>Puts an import beside the register, in the caller's transaction; numbers end here.</summary>
    public async Task StageAsync(
        NpgsqlConnection connection, Guid import, IReadOnlyList<RegisterLine> lines, CancellationToken cancellation)
    {
        var made = new List<byte[]>(lines.Count);
        foreach (var line in lines)
            made.Add(await prints.OfAsync(line.Document, line.Number, cancellation));
        await using var copy = await connection.BeginBinaryImportAsync(
            "copy credentials.register_row (import, print, fields, valid_until) from stdin (format binary)",
            cancellation);
        foreach (var (line, print) in lines.Zip(made))
        {
            await copy.StartRowAsync(cancellation);
            await copy.WriteAsync(import, NpgsqlDbType.Uuid, cancellation);
            await copy.WriteAsync(print, NpgsqlDbType.Bytea, cancellation);
            await copy.WriteAsync(line.Fields, NpgsqlDbType.Jsonb, cancellation);
            await copy.WriteAsync(line.ValidUntil, NpgsqlDbType.Date, cancellation);
        }

        await copy.CompleteAsync(cancellation);
    }

    /// <summary>How an import differs from the register that it would replace, by lines.</summary>
    public static async Task<(long Added, long Removed, long Changed)> CompareAsync(
        NpgsqlConnection connection, string type, Guid import, CancellationToken cancellation) =>
        await connection.QuerySingleAsync<(long, long, long)>(new CommandDefinition(
            """
            select count(*) filter (where o.print is null), count(*) filter (where n.print is null),
              count(*) filter (where (n.fields, n.valid_until) <> (o.fields, o.valid_until))
            from (select * from credentials.register_row where import = @import) n
            full join (select r.* from credentials.register_row r
                       join credentials.credential_type t on t.code = @type and t.register = r.import) o using (print)
            """, new { type, import }, cancellationToken: cancellation));

    /// <summary>
    /// From now on the import is the register. Credentials about people whose line has gone or says something else are
    /// taken back, what is being issued at this moment, too: who shows one of them is asked for a new one. One that has
    /// run out is marked as well, for the ticket that was decided by it.
    /// </summary>
    public async Task ActivateAsync(
        NpgsqlConnection connection, string type, Guid import, CancellationToken cancellation) =>
        await connection.ExecuteAsync(new CommandDefinition(
            """
            select from credentials.credential_type where code = @type for no key update;
            update credentials.status_place p set revoked_at = @now
            from credentials.credential_type t
            where t.code = @type and p.type = @type and p.revoked_at is null and not exists (
              select from credentials.register_row n join credentials.register_row o using (print, fields)
              where n.import = @import and o.import = t.register and n.print = p.print
                and n.valid_until >= o.valid_until);
            delete from credentials.register_row r using credentials.credential_type t
            where t.code = @type and r.import = t.register;
            update credentials.credential_type set register = @import where code = @type
            """, new { type, import, now = time.GetUtcNow() }, cancellationToken: cancellation));

    /// <summary>The second officer said no.</summary>
    public static async Task DropAsync(NpgsqlConnection connection, Guid import, CancellationToken cancellation) =>
        await connection.ExecuteAsync(new CommandDefinition(
            "delete from credentials.register_row where import = @import", new { import },
            cancellationToken: cancellation));
}
