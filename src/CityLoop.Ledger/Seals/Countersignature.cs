using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace CityLoop.Ledger.Seals;

/// <summary>
/// A witness's word (C2SP tlog-cosignature/v1): at this time I saw this seal, and it continues every one that I saw
/// before.
/// </summary>
/// <param name="Timestamp">Seconds since 1970-01-01T00:00:00Z.</param>
public sealed record Countersignature(NoteKey Witness, long Timestamp, byte[] Signature)
{
    const int TimeBytes = 8, SignatureBytes = 64;

    /// <summary>The bytes that a witness signs.</summary>
    public static byte[] MessageOf(long timestamp, string noteText) => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture, $"cosignature/v1\ntime {timestamp}\n{noteText}"));

    /// <summary>Reads a line under a note as the word of a witness; null when it is not that, or not true.</summary>
    public static Countersignature? Verified(
        NoteSignature line, NoteKey witness, string noteText, VerifySignature verify)
    {
        ArgumentNullException.ThrowIfNull(line);
        ArgumentNullException.ThrowIfNull(verify);
        if (witness.Type != NoteKey.Witness || !line.IsOf(witness)
            || line.Signature.Length != TimeBytes + SignatureBytes)
            return null;
        var timestamp = BinaryPrimitives.ReadInt64BigEndian(line.Signature);
        var signature = line.Signature[TimeBytes..];
        return timestamp >= 0 && verify(witness.PublicKey, MessageOf(timestamp, noteText), signature)
            ? new Countersignature(witness, timestamp, signature)
            : null;
    }

    /// <summary>The line under the note.</summary>
    public NoteSignature ToLine()
    {
        var bytes = new byte[TimeBytes + SignatureBytes];
        BinaryPrimitives.WriteInt64BigEndian(bytes, Timestamp);
        Signature.CopyTo(bytes, TimeBytes);
        return new NoteSignature(Witness.Name, Witness.Id, bytes);
    }
}
