using System.Net.Mail;
using System.Text.RegularExpressions;

namespace CityLoop.Server.City;

/// <summary>Who answers by law for what is done with people's data, and how people reach them.</summary>
/// <param name="PostalAddress">On one line, as on a letter.</param>
/// <param name="Contact">An e-mail address, a telephone number, or the address of a form.</param>
sealed partial record Party(LocalNames Names, string PostalAddress, string Contact)
{
    public const int NameMax = 80;
    public const int PostalAddressMax = 200;
    public const int ContactMax = 200;

    /// <summary>Where a link with this contact leads.</summary>
    public static string LinkOf(string contact) =>
        contact.StartsWith("https://", StringComparison.Ordinal) ? contact
        : contact.Contains('@', StringComparison.Ordinal) ? $"mailto:{contact}"
        : "tel:" + string.Concat(contact.Where(c => char.IsAsciiDigit(c) || c == '+'));

    public static bool IsPostalAddress(string text) =>
        text.Length is >= 5 and <= PostalAddressMax && !text.Any(char.IsControl);

    public static bool IsContact(string text) =>
        text.Length <= ContactMax && (Telephone().IsMatch(text) || IsEmail(text) || IsForm(text));

    static bool IsEmail(string text) =>
        !text.Any(char.IsWhiteSpace) && MailAddress.TryCreate(text, out var address) && address.Address == text
        && address.Host.Contains('.', StringComparison.Ordinal);

    static bool IsForm(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address is { Scheme: "https", UserInfo: "" };

    // From a city's own short number (1999) to a number abroad with blanks between its groups.
    [GeneratedRegex(@"^\+?[0-9](?:[ -]?[0-9]){2,17}$")]
    private static partial Regex Telephone();
}
