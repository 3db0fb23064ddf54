using System.Buffers.Binary;
using System.Text;

namespace CityLoop.Ledger.Seals;

/// <summary>One line under a note: whose key, and its signature.</summary>
public sealed record NoteSignature(string Name, uint KeyId, byte[] Signature)
{
    const int IdBytes = 4;

    /// <summary>The line as it stands in the note, without its end.</summary>
    public override string ToString()
    {
        var bytes = new byte[IdBytes + Signature.Length];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, KeyId);
        Signature.CopyTo(bytes, IdBytes);
        return $"{SignedNote.Dash}{Name} {Convert.ToBase64String(bytes)}";
    }

    /// <summary>Reads a line; null when it is none.</summary>
    public static NoteSignature? Parse(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        if (!line.StartsWith(SignedNote.Dash, StringComparison.Ordinal)
            || line[SignedNote.Dash.Length..].Split(' ') is not [var name, var text]
            || !NoteKey.IsName(name) || SignedNote.FromBase64(text) is not { Length: > IdBytes } bytes)
            return null;
        return new NoteSignature(name, BinaryPrimitives.ReadUInt32BigEndian(bytes), bytes[IdBytes..]);
    }

    /// <summary>True when name and number are those of a key; the signature itself is another question.</summary>
    public bool IsOf(NoteKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Name == key.Name && KeyId == key.Id;
    }
}

/// <summary>A text and the signatures under it (C2SP signed-note).</summary>
/// <param name="Text">Ends with a new line.</param>
public sealed record SignedNote(string Text, IReadOnlyList<NoteSignature> Signatures)
{
    /// <summary>How a line of a signature begins: an em dash and a blank.</summary>
    public const string Dash = "\u2014 ";

    /// <summary>The most signatures that are read: the city's own and fifteen witnesses.</summary>
    public const int SignaturesMax = 16;

    /// <summary>The whole note.</summary>
    public override string ToString() =>
        Text + "\n" + string.Concat(Signatures.Select(signature => signature + "\n"));

    /// <summary>Reads a note; null when it is none. Nothing is believed yet.</summary>
    public static SignedNote? Parse(string note)
    {
        ArgumentNullException.ThrowIfNull(note);
        var split = note.LastIndexOf("\n\n", StringComparison.Ordinal);
        if (split < 0 || !note.EndsWith('\n') || note.Any(c => char.IsControl(c) && c != '\n'))
            return null;
        var lines = note[(split + 2)..].Split('\n')[..^1];
        var signatures = lines.Select(NoteSignature.Parse).OfType<NoteSignature>().ToList();
        return lines.Length is 0 or > SignaturesMax || signatures.Count != lines.Length
            ? null
            : new SignedNote(note[..(split + 1)], signatures);
    }

    /// <summary>True when the key has signed this text and no line of its name and number is false.</summary>
    public bool IsSignedBy(NoteKey key, VerifySignature verify)
    {
        ArgumentNullException.ThrowIfNull(verify);
        var own = Signatures.Where(signature => signature.IsOf(key)).ToList();
        return own.Count > 0
            && own.All(line => verify(key.PublicKey, Encoding.UTF8.GetBytes(Text), line.Signature));
    }

    /// <summary>Strict Base64: what is not written exactly as it would be written anew is refused.</summary>
    internal static byte[]? FromBase64(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length)
            && Convert.ToBase64String(bytes.AsSpan(0, length)) == text
                ? bytes[..length]
                : null;
    }
}
