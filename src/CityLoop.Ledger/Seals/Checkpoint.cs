using System.Globalization;

namespace CityLoop.Ledger.Seals;

/// <summary>
/// What a seal says (C2SP tlog-checkpoint): the journal called so has so many entries and this root.
/// </summary>
public sealed record Checkpoint(string Origin, long Size, byte[] Root)
{
    /// <summary>The three lines that are signed.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Origin}\n{Size}\n{Convert.ToBase64String(Root)}\n");

    /// <summary>
    /// Reads the text of a note; null when it says anything else, lines of other programs' extensions included.
    /// </summary>
    public static Checkpoint? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Split('\n') is not [{ Length: > 0 } origin, var digits, var hash, ""]
            || !long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            || SignedNote.FromBase64(hash) is not { Length: MerkleHash.Size } root)
            return null;
        var read = new Checkpoint(origin, size, root);
        return read.ToString() == text ? read : null;
    }
}
