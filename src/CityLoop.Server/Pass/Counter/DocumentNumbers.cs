using CityLoop.Server.Shared;

namespace CityLoop.Server.Pass.Counter;

/// <summary>The number on a document, as two people who type it would agree on it.</summary>
static class DocumentNumbers
{
    /// <summary>Too short, too long, or with signs that no document has.</summary>
    public const string NotANumber = "document_number_not_valid";

    /// <summary>Its check digit says that a digit is wrong.</summary>
    public const string CannotBeRight = "document_number_wrong";

    /// <summary>The kind of a number that is the same on each document that bears it.</summary>
    public const string National = "national_id";

    const int LengthMin = 5;
    const int LengthMax = 20;

    // The letters of Taiwan's counties, in the order of their numbers from 10 on.
    const string Counties = "ABCDEFGHJKLMNPQRSTUVXYWZIO";

    /// <summary>Kinds of document on which a national number may stand, which a person has for life.</summary>
    static readonly string[] Bearers =
        [National, "health_card", "residence_permit", "driving_licence", Documents.HouseholdRegister];

    static readonly int[] Weights = [1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1];

    /// <summary>Half width, capital letters, without spaces and hyphens.</summary>
    public static string Normalised(string? typed) => string.Concat(
        HalfWidth.Of(typed).Where(c => !char.IsWhiteSpace(c) && c != '-').Select(char.ToUpperInvariant));

    /// <summary>Why a number cannot be one of this document; null when it can.</summary>
    public static string? FaultOf(string document, string number) =>
        number.Length is < LengthMin or > LengthMax || !number.All(char.IsAsciiLetterOrDigit) ? NotANumber
        : KindOf(document, number) == National && IsTaiwanese(number) && !HasRightCheckDigit(number) ? CannotBeRight
        : null;

    /// <summary>
    /// Whose number it is that stands on a document: a person's own, which other documents bear as well, or one of this
    /// kind of document alone.
    /// </summary>
    public static string KindOf(string document, string number) =>
        Bearers.Contains(document) && IsTaiwanese(number) ? National : document;

    /// <summary>The kinds of document on which this number may stand beside the one that names it.</summary>
    public static IEnumerable<string> OtherBearers(string document, string number) =>
        KindOf(document, number) == National ? Bearers.Where(bearer => bearer != National) : [];

    // A letter and nine digits: the form of Taiwan's identity numbers and, since 2021, of its residence permits.
    static bool IsTaiwanese(string number) =>
        number.Length == 10 && char.IsAsciiLetter(number[0]) && number[1..].All(char.IsAsciiDigit);

    // The county's two digits and the nine that follow, weighted, end in 0 (Ministry of the Interior, 身分證字號檢查碼).
    static bool HasRightCheckDigit(string number)
    {
        if (number[1] is not ('1' or '2' or '8' or '9'))
            return false;
        var county = Counties.IndexOf(number[0], StringComparison.Ordinal) + 10;
        int[] digits = [county / 10, county % 10, .. number[1..].Select(digit => digit - '0')];
        return digits.Zip(Weights, (digit, weight) => digit * weight).Sum() % 10 == 0;
    }
}
