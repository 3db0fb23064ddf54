using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using CityLoop.Server.Shared;

namespace CityLoop.Server.TopUps;

/// <summary>
/// What people write on a bank transfer: an ISO 11649 creditor reference, "RF", two check digits (ISO 7064, mod 97-10)
/// and ten digits. One wrong or two exchanged digits make none.
/// </summary>
static partial class TransferReference
{
    const int Digits = 10;

    /// <summary>A new one; it says nothing about whom it is for.</summary>
    public static string New() => Of(RandomNumberGenerator.GetString("0123456789", Digits));

    public static string Of(string digits) =>
        string.Create(CultureInfo.InvariantCulture, $"RF{98 - Remainder(digits + "271500"):00}{digits}");

    /// <summary>In groups of four, as a person copies it.</summary>
    public static string Written(string reference) => string.Join(' ', reference.Chunk(4).Select(c => new string(c)));

    /// <summary>The one reference in what a payer wrote; null where there is none, or more than one.</summary>
    public static string? In(IEnumerable<string> said)
    {
        var found = said.SelectMany(text => Like().Matches(Plain(text)).Select(match => match.Value))
            .Where(IsValid).Distinct().Take(2).ToList();
        return found.Count == 1 ? found[0] : null;
    }

    public static bool IsValid(string reference) =>
        Like().Match(reference) is { Success: true } match && match.Length == reference.Length
        && Remainder($"{reference[4..]}2715{reference[2..4]}") == 1;

    /// <summary>As banks and people write it: in small letters, wide signs, with blanks and strokes between.</summary>
    static string Plain(string text) =>
        string.Concat(HalfWidth.Of(text).ToUpperInvariant().Where(char.IsAsciiLetterOrDigit));

    static int Remainder(string digits) => digits.Aggregate(0, (sum, digit) => (sum * 10 + (digit - '0')) % 97);

    [GeneratedRegex("RF[0-9]{12}")]
    private static partial Regex Like();
}
