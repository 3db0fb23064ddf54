using System.Text.RegularExpressions;
using CityLoop.Server.City;

namespace CityLoop.Server.Credentials.Offices;

/// <summary>An office as an officer typed it in, before anything is believed.</summary>
public sealed partial record OfficeDraft
{
    public const int NameMax = 80;
    public const int SourceMax = 200;
    const int AddressMax = 400;
    const int KeysMax = 8_000;

    public static readonly IReadOnlyList<string> Refreshes = ["at_once", "daily", "weekly", "monthly", "yearly"];

    /// <summary>In addresses, for ever: <c>social-affairs</c>.</summary>
    public string Code { get; init; } = "";
    public TypedText Name { get; init; } = TypedText.None;
    public TypedText Source { get; init; } = TypedText.None;
    public string Refresh { get; init; } = "daily";

    /// <summary>Empty, as the contact, for an office that is reached where its city is.</summary>
    public string PostalAddress { get; init; } = "";
    public string Contact { get; init; } = "";

    /// <summary>Of its own system; empty when the city keeps its registers.</summary>
    public string Address { get; init; } = "";

    /// <summary>The JWK set of its own system.</summary>
    public string PublicKeys { get; init; } = "";

    public static OfficeDraft Of(IFormCollection form)
    {
        string One(string name) => form[name].ToString().Trim();
        return new OfficeDraft
        {
            Code = One("code").ToLowerInvariant(),
            Name = TypedText.Of(form, "name"),
            Source = TypedText.Of(form, "source"),
            Refresh = One("refresh"),
            PostalAddress = One("postalAddress"),
            Contact = One("contact"),
            Address = One("address"),
            PublicKeys = One("publicKeys"),
        };
    }

    internal static OfficeDraft Of(Office office) => new()
    {
        Code = office.Code,
        Name = TypedText.Of(office.Names),
        Source = TypedText.Of(office.Sources),
        Refresh = office.Refresh,
        PostalAddress = office.PostalAddress ?? "",
        Contact = office.Contact ?? "",
        Address = office.Address?.AbsoluteUri ?? "",
        PublicKeys = office.PublicKeys ?? "",
    };

    /// <summary>What is at fault, each with its own sentence; null when the draft can be asked for.</summary>
    public string? Fault() =>
        !IsCode(Code) ? "office_code_needed"
        : !Name.Fits(NameMax) ? "office_name_needed"
        : !Source.Fits(SourceMax) ? "office_source_needed"
        : !Refreshes.Contains(Refresh) ? "office_refresh_needed"
        : (PostalAddress.Length > 0 || Contact.Length > 0)
            && !(Party.IsPostalAddress(PostalAddress) && Party.IsContact(Contact)) ? "office_contact_needed"
        : Address.Length > 0 && !IsAddress(Address) ? "office_address_not_taken"
        : Address.Length > 0 && (PublicKeys.Length > KeysMax || Shared.Jose.PublicKeys.Read(PublicKeys) is null)
            ? "office_keys_not_taken"
        : null;

    /// <summary>By these the second officer compares the keys with what the office says on the telephone.</summary>
    public IEnumerable<string> KeyThumbprints() => Address.Length == 0 ? [] :
        (Shared.Jose.PublicKeys.Read(PublicKeys) ?? []).Select(key => key.Thumbprint());

    internal static bool IsCode(string code) => CodeForm().IsMatch(code);

    // What it answers is about people: nobody reads along, and this machine's own programs are for trying out.
    static bool IsAddress(string text) =>
        text.Length <= AddressMax && Uri.TryCreate(text, UriKind.Absolute, out var address)
        && address is { Fragment: "", UserInfo: "" }
        && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback));

    [GeneratedRegex("^[a-z][a-z0-9-]{1,39}$")]
    private static partial Regex CodeForm();
}
