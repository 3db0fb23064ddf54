using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Shared;

/// <summary>
/// One numbered step of the schema: a file under <c>Migrations/</c>, never changed once it is released.
/// </summary>
sealed record SchemaMigration(int Number, string Name, string Sql)
{
    /// <summary>SHA-256 of the text in hexadecimal, so that a file changed after it was applied is seen.</summary>
    public string Checksum { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql)));
}

/// <summary>Brings a database to the schema of this program, forwards only.</summary>
static partial class SchemaMigrations
{
    /// <summary>An arbitrary number of our own: "cityloop" in ASCII.</summary>
    const long LockKey = 0x636974796c6f6f70;

    /// <summary>What is built into this program, by number.</summary>
    public static IReadOnlyList<SchemaMigration> BuiltIn { get; } = ReadBuiltIn();

    /// <summary>
    /// Applies what is missing, each file in a transaction of its own; many servers may start at once.
    /// </summary>
    /// <exception cref="CannotStartException">The database and this program do not fit.</exception>
    public static async Task ApplyAsync(
        NpgsqlDataSource source, IReadOnlyList<SchemaMigration> migrations, ILogger log,
        CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync("SELECT pg_advisory_lock(@LockKey)", new { LockKey });
        try
        {
            await connection.ExecuteAsync("""
                CREATE TABLE IF NOT EXISTS public.schema_migration (
                    number      int PRIMARY KEY,
                    name        text NOT NULL,
                    checksum    text NOT NULL,
                    applied_at  timestamptz NOT NULL DEFAULT now())
                """);
            var applied = (await connection.QueryAsync<(int Number, string Name, string Checksum)>(
                "SELECT number, name, checksum FROM public.schema_migration ORDER BY number")).ToList();
            RefuseWhatDoesNotFit(migrations, applied);
            foreach (var migration in migrations.ExceptBy(applied.Select(a => a.Number), m => m.Number))
            {
                await ApplyAsync(connection, migration, cancellation);
                Applied(log, migration.Number, migration.Name);
            }
        }
        finally
        {
            await connection.ExecuteAsync("SELECT pg_advisory_unlock(@LockKey)", new { LockKey });
        }
    }

    static async Task ApplyAsync(
        NpgsqlConnection connection, SchemaMigration migration, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await connection.ExecuteAsync(migration.Sql, transaction: transaction);
        await connection.ExecuteAsync(
            "INSERT INTO public.schema_migration (number, name, checksum) VALUES (@Number, @Name, @Checksum)",
            migration, transaction);
        await transaction.CommitAsync(cancellation);
    }

    static void RefuseWhatDoesNotFit(
        IReadOnlyList<SchemaMigration> migrations, List<(int Number, string Name, string Checksum)> applied)
    {
        foreach (var (number, name, checksum) in applied)
        {
            var known = migrations.FirstOrDefault(m => m.Number == number)
                ?? throw new CannotStartException(
                    $"The database is newer than this program: it has migration {number:0000}_{name}. "
                    + "Start the newer program.");
            if (known.Checksum != checksum)
                throw new CannotStartException(
                    $"The file Migrations/{number:0000}_{known.Name}.sql was changed after it was applied. "
                    + "Put its text back and write the change as a new migration.");
        }
    }

    static List<SchemaMigration> ReadBuiltIn()
    {
        var assembly = Assembly.GetExecutingAssembly();
        var migrations = new List<SchemaMigration>();
        foreach (var resource in assembly.GetManifestResourceNames())
        {
            if (!resource.StartsWith("Migrations/", StringComparison.Ordinal))
                continue;
            using var stream = assembly.GetManifestResourceStream(resource)!;
            using var text = new StreamReader(stream);
            var (number, name) = (
                resource["Migrations/".Length..].Split('_', 2)[0], Path.GetFileNameWithoutExtension(resource));
            migrations.Add(new SchemaMigration(
                int.Parse(number, CultureInfo.InvariantCulture), name[(number.Length + 1)..], text.ReadToEnd()));
        }

        if (migrations.GroupBy(m => m.Number).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new InvalidDataException($"Two migrations have the number {twice.Key:0000}.");
        return [.. migrations.OrderBy(m => m.Number)];
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Applied migration {Number:0000}_{Name}.")]
    static partial void Applied(ILogger log, int number, string name);
}
