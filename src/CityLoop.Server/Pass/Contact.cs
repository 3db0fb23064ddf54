using System.Net.Mail;
using CityLoop.Server.Shared;

namespace CityLoop.Server.Pass;

enum ContactKind
{
    Email,
    Phone,
}

/// <summary>Where a person can be reached, in the one way of writing it that leads to one person.</summary>
sealed record Contact(ContactKind Kind, string Value)
{
    const int EmailMax = 254;

    /// <summary>
    /// Reads an e-mail address, or a phone number as people write it: "0912-345-678" (Taiwan), "+81 90 1234 5678".
    /// </summary>
    public static Contact? Read(string? typed)
    {
        var text = HalfWidth.Of(typed).Trim();
        return text.Contains('@', StringComparison.Ordinal) ? ReadEmail(text) : ReadPhone(text);
    }

    /// <summary>A contact as the tables keep it.</summary>
    public static Contact Of(string kind, string value) =>
        new(kind == "email" ? ContactKind.Email : ContactKind.Phone, value);

    /// <summary>How tables name the kind.</summary>
    public string KindName => Kind == ContactKind.Email ? "email" : "phone";

    /// <summary>Enough to recognise one's own contact, too little to learn another's: "m•••@example.org".</summary>
    public string Masked()
    {
        if (Kind == ContactKind.Phone)
            return "•••" + Value[^3..];
        var at = Value.IndexOf('@', StringComparison.Ordinal);
        return Value[..1] + "•••" + Value[at..];
    }

    /// <summary>Printing a contact into a log would publish it.</summary>
    public override string ToString() => Masked();

    static Contact? ReadEmail(string text)
    {
        if (text.Length > EmailMax || text.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || "<>,;".Contains(c)))
            return null;
        return MailAddress.TryCreate(text, out var address) && address.Address == text && address.Host.Contains('.')
            ? new Contact(ContactKind.Email, text.ToLowerInvariant())
            : null;
    }

    // Lengths: ITU-T E.164, at most 15 digits; shorter than 8 is no number that a message reaches.
    static Contact? ReadPhone(string text)
    {
        var digits = new string([.. text.Where(char.IsAsciiDigit)]);
        if (text.Any(c => !char.IsAsciiDigit(c) && !"+ -().".Contains(c)) || text.LastIndexOf('+') > 0)
            return null;
        if (!text.StartsWith('+'))
            digits = digits.StartsWith('0') ? string.Concat("886", digits.AsSpan(1)) : "";
        return digits.Length is >= 8 and <= 15 ? new Contact(ContactKind.Phone, "+" + digits) : null;
    }
}
