using System.Security.Cryptography;
using System.Text;
using CityLoop.Server.Shared;

namespace CityLoop.Server.Pass.Cards;

/// <summary>
/// What a card's QR code holds: 128 random bits as 26 letters and digits (Crockford's base 32, which leaves out I, L, O
/// and U). It says nothing of anybody, and nobody guesses it: not among a million cards in the age of the universe.
/// </summary>
sealed class CardCode
{
    public const int Length = 26;
    const int Bytes = 16;
    const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    CardCode(string text) => Text = text;

    /// <summary>As it stands in the QR code.</summary>
    public string Text { get; }

    /// <summary>What the table keeps.</summary>
    public byte[] Hash => SHA256.HashData(Encoding.ASCII.GetBytes(Text));

    public static CardCode New() => Of(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>Reads what a till scanned or somebody typed; blanks, dashes and small letters do not matter.</summary>
    public static CardCode? Read(string? typed)
    {
        var text = new StringBuilder(Length);
        foreach (var character in HalfWidth.Of(typed))
        {
            if (character is ' ' or '-')
                continue;
            var letter = char.ToUpperInvariant(character);
            if (text.Length == Length || !Alphabet.Contains(letter))
                return null;
            text.Append(letter);
        }

        return text.Length == Length ? new CardCode(text.ToString()) : null;
    }

    /// <summary>Printing a code into a log would publish it.</summary>
    public override string ToString() => "a card's code";

    static CardCode Of(ReadOnlySpan<byte> bytes)
    {
        // 128 bits are 25 times 5 and 3 more: the last letter carries those.
        var text = new StringBuilder(Length);
        var (bits, count) = (0, 0);
        foreach (var value in bytes)
        {
            (bits, count) = ((bits << 8 | value) & 0xFFF, count + 8);
            while (count >= 5)
                text.Append(Alphabet[bits >> (count -= 5) & 31]);
        }

        text.Append(Alphabet[bits << (5 - count) & 31]);
        return new CardCode(text.ToString());
    }
}
