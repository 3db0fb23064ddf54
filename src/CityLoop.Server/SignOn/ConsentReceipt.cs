using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using System.Xml;
using CityLoop.Server.City;

namespace CityLoop.Server.SignOn;

/// <summary>One thing that goes to a service.</summary>
/// <param name="Source">Who knows it.</param>
sealed record ReceiptField(string Type, string Name, bool IsSensitive, string Source);

/// <summary>Who has a part in it, and how people reach them.</summary>
/// <param name="Sites">Where it is on the web.</param>
sealed record ReceiptParty(
    string Id, string Name, string Role, string Type, string? PostalAddress, string? Contact,
    IReadOnlyList<string> Sites);

/// <summary>What happened, and by whose doing.</summary>
/// <param name="Evidence">By what an agreement was given; null for everything else.</param>
sealed record ReceiptEvent(DateTimeOffset At, string State, string By, JsonObject? Evidence = null);

/// <summary>
/// What a person agreed to give a service, and what became of it, in the sections and with the field names of
/// ISO/IEC TS 27560. docs/reference/proofs.md has all of them, and says which are left out.
/// </summary>
sealed record ConsentReceipt
{
    public const string Schema = "ISO/IEC TS 27560:2023";

    static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true, Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
    };

    public required Guid Id { get; init; }
    public required Guid Person { get; init; }

    /// <summary>The page as it was read, all of it.</summary>
    public required JsonNode? Notice { get; init; }

    public required string Language { get; init; }
    public required string Service { get; init; }
    public required string Purpose { get; init; }
    public required string Basis { get; init; }
    public required IReadOnlyList<ReceiptField> Fields { get; init; }
    public required ReceiptParty Controller { get; init; }

    /// <summary>Who certifies what goes there; empty where the city itself knows it.</summary>
    public IReadOnlyList<ReceiptParty> Sources { get; init; } = [];

    public required string CollectionMethod { get; init; }
    public required string ProcessingMethod { get; init; }

    /// <summary>For how many days the service keeps it; 0 where it is read once.</summary>
    public required int KeptDays { get; init; }

    /// <summary>The page on which it is taken back.</summary>
    public required string WithdrawalPage { get; init; }

    public required DateTimeOffset GivenAt { get; init; }
    public required DateTimeOffset Until { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
    public required IReadOnlyList<ReceiptEvent> Events { get; init; }

    /// <summary>The party to whom a person agreed.</summary>
    /// <param name="controller">Who answered for the service then; null where nobody had written it down.</param>
    /// <param name="service">As it is registered now.</param>
    public static ReceiptParty ControllerOf(Guid id, Party? controller, string language, Service? service) => new(
        id.ToString(), controller?.Names[language] ?? service?.Names[language] ?? "", "controller", "service",
        controller?.PostalAddress, controller?.Contact, service is null ? [] :
            [.. service.RedirectUris.Select(uri => new Uri(uri).GetLeftPart(UriPartial.Authority)).Distinct()]);

    /// <summary>The receipt as a file.</summary>
    /// <param name="address">The city's own.</param>
    public IResult File(CityPack city, string address) => TypedResults.File(
        JsonSerializer.SerializeToUtf8Bytes(Of(city, address), Readable), "application/json", $"consent-{Id}.json");

    JsonObject Of(CityPack city, string address)
    {
        var name = city.Controller.Names[Language];
        return new JsonObject
        {
            ["schema_version"] = Schema,
            ["receipt_id"] = Id,
            ["record_id"] = Id,
            ["pii_principal_id"] = Person,
            ["pii_processing"] = new JsonArray(Processing(city.Names[Language], address)),
            ["party_identification"] = new JsonArray(
            [
                Written(Controller),
                Written(new ReceiptParty(
                    address, name, "processor", "city", city.Controller.PostalAddress, city.Controller.Contact,
                    [address])),
                .. Sources.Select(Written),
            ]),
            ["events"] = new JsonArray([.. Events.Select(Written)]),
        };
    }

    JsonObject Processing(string city, string address) => new()
    {
        ["privacy_notice"] = Notice,
        ["language"] = Language,
        ["service"] = Service,
        ["purpose"] = Purpose,
        ["lawful_basis"] = Basis,
        ["pii_information"] = new JsonArray([.. Fields.Select(field => new JsonObject
        {
            ["pii_type"] = field.Type,
            ["name"] = field.Name,
            ["sensitive_pii"] = field.IsSensitive,
            ["source"] = field.Source,
        })]),
        ["pii_controllers"] = new JsonArray(Controller.Id),
        ["pii_processors"] = new JsonArray(address),
        ["recipient_third_parties"] = new JsonArray(),
        ["collection_method"] = CollectionMethod,
        ["processing_method"] = ProcessingMethod,
        ["storage_locations"] = KeptDays == 0 ? new JsonArray() : new JsonArray(Controller.Id),
        ["retention_period"] = $"P{KeptDays}D",
        ["jurisdiction"] = city,
        ["withdrawal_method"] = address + WithdrawalPage,
        ["privacy_rights"] = new JsonObject
        {
            ["access"] = $"{address}/me/data/access",
            ["copy"] = $"{address}/me/data.json",
            ["erasure"] = $"{address}/me/data",
        },
        ["given_at"] = GivenAt,
        ["valid_until"] = EndedAt ?? Until,
    };

    static JsonNode Written(ReceiptParty party) => new JsonObject
    {
        ["party_id"] = party.Id,
        ["party_name"] = party.Name,
        ["party_role"] = party.Role,
        ["party_type"] = party.Type,
        ["party_address"] = party.PostalAddress,
        ["party_contact"] = party.Contact,
        ["party_url"] = new JsonArray([.. party.Sites.Select(site => (JsonNode)site)]),
    };

    JsonNode Written(ReceiptEvent one)
    {
        // From this event on it holds for so long; from its end on not at all.
        var holds = EndedAt <= one.At ? TimeSpan.Zero : Until - one.At;
        var told = new JsonObject
        {
            ["event_time"] = one.At,
            ["event_type"] = "explicit",
            ["event_state"] = one.State,
            ["entity_id"] = one.By,
            ["validity_duration"] = XmlConvert.ToString(holds > TimeSpan.Zero ? holds : TimeSpan.Zero),
        };
        if (one.Evidence is not null)
            told["evidence"] = one.Evidence;
        return told;
    }
}
