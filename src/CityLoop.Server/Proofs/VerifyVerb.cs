using System.CommandLine;
using System.Globalization;
using CityLoop.Ledger.Seals;
using CityLoop.Server.City;
using CityLoop.Server.Ledger.Seals;
using CityLoop.Server.Operations;
using CityLoop.Server.Shared;
using Npgsql;

namespace CityLoop.Server.Proofs;

/// <summary>`./cityloop verify`: recomputes the books from the journal alone and names the first wrong entry.</summary>
static class VerifyVerb
{
    static readonly Option<string?> Key = new("--key")
    {
        Description = "The city's public key as you know it (name+number+key); default: the one in the data folder",
    };

    static readonly Option<string?> Seal = new("--seal")
    {
        Description = "A seal that you have kept, as it came from /api/v1/ledger/checkpoint: the journal must "
            + "continue it",
    };

    public static Command Create()
    {
        var command = new Command("verify", "Checks every entry, hash, seal and snapshot of the books.") { Key, Seal };
        // Not on the city's services: a journal that was tampered with is one that they do not start on.
        command.SetAction(async (parsed, cancellation) =>
        {
            using var logs = Verb.Logs(LogLevel.Warning);
            var options = Verb.OptionsOf(parsed);
            await using var database = await Database.OpenAsync(
                options.Database, TimeProvider.System, logs.CreateLogger<Database>(), cancellation);
            try
            {
                return await RunAsync(parsed, options, database.Source, Verb.OutputOf(parsed), cancellation);
            }
            catch (CannotSealException e)
            {
                throw new CannotStartException(e.Message);
            }
            catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedTable
                or PostgresErrorCodes.UndefinedColumn or PostgresErrorCodes.InvalidSchemaName)
            {
                throw new CannotStartException(
                    "This database has no seals: it is older than this program, or empty. Start the city once.");
            }
        });
        return command;
    }

    static async Task<int> RunAsync(
        ParseResult parsed, CityOptions options, NpgsqlDataSource database, CommandOutput output,
        CancellationToken cancellation)
    {
        var city = CityPack.Load(options.CityFolder);
        var (key, doubt) = await KeyAsync(parsed.GetValue(Key), options, database, cancellation);
        var check = new JournalCheck(database, key, city.Seals.Witnesses, Kept(parsed.GetValue(Seal), key));
        var result = await check.RunAsync(
            entries => output.Progress(string.Create(CultureInfo.InvariantCulture, $"{entries:N0} entries")),
            cancellation);
        output.ProgressEnds();
        var findings = doubt is null ? result.Findings : [doubt, .. result.Findings];
        foreach (var finding in findings)
            output.Line(finding.Says);
        output.Line(string.Create(CultureInfo.InvariantCulture,
            $"{result.Entries:N0} entries and {result.Seals:N0} seals checked: ")
            + (findings.Count == 0 ? "all is as it was written." : "the books are NOT as they were written."));
        output.Json(new
        {
            Ok = findings.Count == 0,
            result.Entries,
            result.Seals,
            Key = key?.ToString(),
            First = findings.Count == 0 ? null : findings[0],
            Findings = findings,
        });
        return findings.Count == 0 ? ExitCode.Done : ExitCode.Refused;
    }

    /// <summary>The key that is believed, and what speaks against the one that the database names.</summary>
    static async Task<(NoteKey? Key, Finding? Doubt)> KeyAsync(
        string? given, CityOptions options, NpgsqlDataSource database, CancellationToken cancellation)
    {
        var known = await SealKey.KnownAsync(database, cancellation);
        var believed = given is null
            ? SealKey.PublicIn(options.DataFolder) ?? (known is null ? null : NoteKey.Parse(known))
            : NoteKey.Parse(given)
                ?? throw new CannotStartException("--key is not a public key, as city.example/journal+…+….");
        return (believed, known is null || known == believed?.ToString()
            ? null
            : Finding.Key("The database names another key than the city's: somebody may have sealed in its name."));
    }

    static SignedNote? Kept(string? file, NoteKey? key)
    {
        if (file is null)
            return null;
        if (!File.Exists(file))
            throw new CannotStartException($"There is no file {file}. Name a seal that you have kept.");
        return SignedNote.Parse(File.ReadAllText(file)) is { } note && Checkpoint.Parse(note.Text) is not null
            && key is not null && note.IsSignedBy(key, Ed25519.Verify)
                ? note
                : throw new CannotStartException($"{file} is not a seal that was signed with {key}.");
    }
}
