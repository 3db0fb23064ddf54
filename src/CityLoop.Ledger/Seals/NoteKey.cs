using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CityLoop.Ledger.Seals;

/// <summary>True when a signature of 64 bytes over a message is that of an Ed25519 key of 32 bytes.</summary>
public delegate bool VerifySignature(byte[] publicKey, byte[] message, byte[] signature);

/// <summary>
/// A key whose signatures notes carry, in the public form that others write down (C2SP signed-note): the key's name,
/// its short number and its 32 bytes, as <c>city.example/journal+1a2b3c4d+AbC…</c>.
/// </summary>
/// <param name="Type">What the key signs: <see cref="Log"/> or <see cref="Witness"/>.</param>
public sealed record NoteKey(string Name, byte Type, byte[] PublicKey)
{
    /// <summary>The type of a key that signs the note itself.</summary>
    public const byte Log = 0x01;

    /// <summary>The type of a key that countersigns with a time (C2SP tlog-cosignature/v1).</summary>
    public const byte Witness = 0x04;

    const int PublicBytes = 32;

    /// <summary>The first four bytes of a SHA-256 over name, type and key: which key, not who.</summary>
    public uint Id
    {
        get
        {
            byte[] named = [.. Encoding.UTF8.GetBytes(Name), (byte)'\n', Type, .. PublicKey];
            return BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(named));
        }
    }

    /// <summary>The form that others write down.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Name}+{Id:x8}+{Convert.ToBase64String([Type, .. PublicKey])}");

    /// <summary>Reads the public form; null when it is none, or names another number than its key has.</summary>
    public static NoteKey? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        // Base64 may hold a plus, names and numbers hold none.
        if (text.Split('+', 3) is not [var name, var id, var key] || !IsName(name))
            return null;
        var bytes = SignedNote.FromBase64(key);
        if (bytes is not { Length: 1 + PublicBytes } || bytes[0] is not (Log or Witness))
            return null;
        var read = new NoteKey(name, bytes[0], bytes[1..]);
        return read.ToString() == string.Create(CultureInfo.InvariantCulture, $"{name}+{id}+{key}") ? read : null;
    }

    /// <summary>True for what may name a key: not empty, without blanks, plus or control characters.</summary>
    public static bool IsName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Length > 0 && !name.Any(c => c == '+' || char.IsWhiteSpace(c) || char.IsControl(c));
    }

    /// <inheritdoc/>
    public bool Equals(NoteKey? other) => other is not null && ToString() == other.ToString();

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);
}
