using System.Globalization;
using System.Text.RegularExpressions;
using CityLoop.Server.City;

namespace CityLoop.Server.SignOn;

/// <summary>A service as an officer typed it in, before anything is believed.</summary>
public sealed partial record ServiceDraft
{
    public const int NameMax = 80;
    public const int PurposeMax = 300;
    const int UrisMax = 20;
    const int UriMax = 400;
    const int KeysMax = 8_000;

    public TypedText Name { get; init; } = TypedText.None;
    public TypedText Purpose { get; init; } = TypedText.None;
    public TypedText Controller { get; init; } = TypedText.None;
    public string PostalAddress { get; init; } = "";
    public string Contact { get; init; } = "";
    public string Sector { get; init; } = "";
    public IReadOnlyList<string> RedirectUris { get; init; } = [];
    public IReadOnlyList<string> SignOutUris { get; init; } = [];
    public IReadOnlyList<string> Scopes { get; init; } = [];
    public string Level { get; init; } = "1";
    public string ConsentDays { get; init; } = "365";
    public string Authentication { get; init; } = "none";
    public string PublicKeys { get; init; } = "";

    public static ServiceDraft Of(IFormCollection form)
    {
        string One(string name) => form[name].ToString().Trim();
        string[] Lines(string name) => One(name).Split('\n', StringSplitOptions.RemoveEmptyEntries
            | StringSplitOptions.TrimEntries);
        return new ServiceDraft
        {
            Name = TypedText.Of(form, "name"),
            Purpose = TypedText.Of(form, "purpose"),
            Controller = TypedText.Of(form, "controller"),
            PostalAddress = One("postalAddress"),
            Contact = One("contact"),
            Sector = One("sector").ToLowerInvariant(),
            RedirectUris = Lines("redirectUris"),
            SignOutUris = Lines("signOutUris"),
            Scopes = [.. form["scopes"].OfType<string>().Distinct()],
            Level = One("level"),
            ConsentDays = One("consentDays"),
            Authentication = One("authentication"),
            PublicKeys = One("publicKeys"),
        };
    }

    internal static ServiceDraft Of(Service service) => new()
    {
        Name = TypedText.Of(service.Names),
        Purpose = TypedText.Of(service.Purposes),
        Controller = service.Controller is { } controller ? TypedText.Of(controller.Names) : TypedText.None,
        PostalAddress = service.Controller?.PostalAddress ?? "",
        Contact = service.Controller?.Contact ?? "",
        Sector = service.Sector,
        RedirectUris = service.RedirectUris,
        SignOutUris = service.SignOutUris,
        Scopes = service.Scopes,
        Level = service.LevelMin.ToString(CultureInfo.InvariantCulture),
        ConsentDays = service.ConsentDays.ToString(CultureInfo.InvariantCulture),
        Authentication = ServiceStore.Written(service.Authentication),
        PublicKeys = service.PublicKeys ?? "",
    };

    /// <summary>The field at fault, each with its own sentence; null when the draft can be registered.</summary>
    public string? Fault() =>
        !Name.Fits(NameMax) ? "service_name_needed"
        : !Purpose.Fits(PurposeMax) ? "service_purpose_needed"
        : !Controller.Fits(Party.NameMax) ? "service_controller_needed"
        : !Party.IsPostalAddress(PostalAddress) ? "service_postal_address_needed"
        : !Party.IsContact(Contact) ? "service_contact_needed"
        : !SectorName().IsMatch(Sector) ? "service_sector_needed"
        : RedirectUris.Count is 0 or > UrisMax || !RedirectUris.All(IsAddress) ? "service_redirect_not_taken"
        : SignOutUris.Count > UrisMax || !SignOutUris.All(IsAddress) ? "service_sign_out_not_taken"
        : Scopes.Except(SignOn.Scopes.Choosable).Any() || LevelNumber is null || Days is null
            || ServiceStore.ReadAuthentication(Authentication) is null ? "service_choice_not_taken"
        : Authentication == "private_key_jwt"
            && (PublicKeys.Length > KeysMax || Shared.Jose.PublicKeys.Read(PublicKeys) is null)
            ? "service_keys_not_taken"
        : null;

    /// <summary>The service, as it stands now with what was typed.</summary>
    /// <param name="before">What it was; null for a new one.</param>
    internal Service ToService(Guid id, Service? before)
    {
        var authentication = ServiceStore.ReadAuthentication(Authentication)!.Value;
        return new Service
        {
            Id = id,
            Names = Name.Names,
            Purposes = Purpose.Names,
            // What was asked for before services said this leaves it as it is.
            Controller = Controller.Chinese.Length > 0
                ? new Party(Controller.Names, PostalAddress, Contact) : before?.Controller,
            // Another sector would give every person another name there: it stays as it was registered.
            Sector = before?.Sector ?? Sector,
            RedirectUris = RedirectUris,
            SignOutUris = SignOutUris,
            Scopes = Scopes,
            LevelMin = LevelNumber!.Value,
            ConsentDays = Days!.Value,
            Terms = before?.Terms ?? 1,
            Authentication = authentication,
            SecretHash = authentication == ClientAuthentication.SecretBasic ? before?.SecretHash : null,
            PublicKeys = authentication == ClientAuthentication.PrivateKeyJwt ? PublicKeys : null,
            SuspendedAt = before?.SuspendedAt,
        };
    }

    int? LevelNumber => int.TryParse(Level, NumberStyles.None, CultureInfo.InvariantCulture, out var level)
        && level is >= 0 and <= Levels.Max ? level : null;

    int? Days => int.TryParse(ConsentDays, NumberStyles.None, CultureInfo.InvariantCulture, out var days)
        && days is >= 1 and <= 3_650 ? days : null;

    /// <summary>
    /// An address that an answer may go to: HTTPS, or this very machine while a service is being built. Compared letter
    /// by letter later, so nothing in it may be written in two ways.
    /// </summary>
    public static bool IsAddress(string text) =>
        text.Length <= UriMax && text.All(c => c is > ' ' and < '\x7f' and not '"' and not '<' and not '>' and not '\\')
        && Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Fragment.Length == 0 && uri.UserInfo.Length == 0
        && !text.Contains('#', StringComparison.Ordinal)
        && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback))
        && text.StartsWith(uri.GetLeftPart(UriPartial.Authority) + "/", StringComparison.Ordinal);

    [GeneratedRegex(@"^[a-z0-9](?:[a-z0-9.-]{1,98}[a-z0-9])$")]
    private static partial Regex SectorName();
}
