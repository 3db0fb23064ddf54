using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CityLoop.Ledger.Seals;
using CityLoop.Server.City;
using CityLoop.Server.Operations;
using Npgsql;

namespace CityLoop.Server.Ledger.Seals;

/// <summary>This server cannot seal the journal; the message says what an operator does about it.</summary>
sealed class CannotSealException(string message) : Exception(message);

/// <summary>The city's key: its private half lies in the data folder and nowhere else.</summary>
sealed class SealKey
{
    /// <summary>The file in the data folder, in the form that Go's notes keep private keys in.</summary>
    public const string FileName = "seal.key";

    const string Private = "PRIVATE+KEY+";
    readonly byte[] _seed;

    SealKey(string name, byte[] seed)
    {
        _seed = seed;
        Public = new NoteKey(name, NoteKey.Log, Ed25519.PublicOf(seed));
    }

    public NoteKey Public { get; }

    public SignedNote Sign(Checkpoint says)
    {
        var text = says.ToString();
        return new SignedNote(
            text, [new NoteSignature(Public.Name, Public.Id, Ed25519.Sign(_seed, Encoding.UTF8.GetBytes(text)))]);
    }

    /// <summary>The key in the data folder; made at the first start of a city that has none.</summary>
    /// <exception cref="CannotSealException">The journal is sealed with another key.</exception>
    public static async Task<SealKey> OpenAsync(
        CityOptions options, CityPack city, NpgsqlDataSource database, CancellationToken cancellation)
    {
        var file = Path.Combine(options.DataFolder, FileName);
        var known = await KnownAsync(database, cancellation);
        if (!File.Exists(file) && known is not null)
            throw new CannotSealException(
                $"This journal is sealed with a key that is not here. Copy {FileName} from the data folder of the "
                + $"server that has it to {options.DataFolder}. Until then nothing is sealed.");
        var key = File.Exists(file) ? Read(file) : Make(file, city.Seals.Origin);
        known ??= await NoteAsync(database, key.Public, cancellation);
        return known == key.Public.ToString()
            ? key
            : throw new CannotSealException(
                $"This journal is sealed with another key than {file}. Put the right file there, from the server that "
                + "has it or from a backup. Until then nothing is sealed.");
    }

    /// <summary>The public key with which this journal is sealed; null before the first seal.</summary>
    public static async Task<string?> KnownAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select key from ledger.seal_key");
        return (string?)await command.ExecuteScalarAsync(cancellation);
    }

    /// <summary>The public half of the key in a data folder; null where there is none.</summary>
    /// <exception cref="CannotSealException">The file is no key.</exception>
    public static NoteKey? PublicIn(string folder) =>
        Path.Combine(folder, FileName) is var file && File.Exists(file) ? Read(file).Public : null;

    static async Task<string> NoteAsync(NpgsqlDataSource database, NoteKey key, CancellationToken cancellation)
    {
        await using (var command = database.CreateCommand(
            "insert into ledger.seal_key (key) values ($1) on conflict do nothing"))
        {
            command.Parameters.AddWithValue(key.ToString());
            await command.ExecuteNonQueryAsync(cancellation);
        }

        return (await KnownAsync(database, cancellation))!;
    }

    static SealKey Make(string file, string origin)
    {
        var key = new SealKey(origin, RandomNumberGenerator.GetBytes(Ed25519.SeedBytes));
        // Never half a key under the name, and nobody else may read it from its first byte on.
        var unfinished = file + ".new";
        File.Delete(unfinished);
        var opening = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            opening.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var stream = new FileStream(unfinished, opening))
        {
            stream.Write(Encoding.UTF8.GetBytes(key.PrivateText()));
            stream.Flush(flushToDisk: true);
        }

        File.Move(unfinished, file);
        return key;
    }

    static SealKey Read(string file)
    {
        var text = File.ReadAllText(file).Trim();
        if (text.StartsWith(Private, StringComparison.Ordinal)
            && text[Private.Length..].Split('+', 3) is [var name, _, var secret]
            && Bytes(secret) is [NoteKey.Log, .. { Length: Ed25519.SeedBytes } seed])
        {
            var key = new SealKey(name, seed);
            if (key.PrivateText().Trim() == text)
                return key;
        }

        throw new CannotSealException($"{file} is not a key. Put it back from a backup. Until then nothing is sealed.");
    }

    static byte[] Bytes(string base64)
    {
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var length) ? bytes[..length] : [];
    }

    string PrivateText() => string.Create(CultureInfo.InvariantCulture,
        $"{Private}{Public.Name}+{Public.Id:x8}+{Convert.ToBase64String([NoteKey.Log, .. _seed])}\n");
}
