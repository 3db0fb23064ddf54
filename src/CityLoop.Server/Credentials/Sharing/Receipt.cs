using System.Buffers.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using CityLoop.Server.City;
using CityLoop.Server.Pass;
using CityLoop.Server.SignOn;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CityLoop.Server.Credentials.Sharing;

/// <summary>
/// The receipt of a consent in the sections and with the field names of ISO/IEC TS 27560: which record, what was shown
/// and agreed to, who is a party to it, and what happened. docs/reference/proofs.md says which fields are left out.
/// </summary>
static class Receipt
{
    public const string Schema = "ISO/IEC TS 27560:2023";

    static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true, Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
    };

    public static void Map(IEndpointRouteBuilder pages) =>
        pages.MapGet("/me/proofs/{consent:guid}/receipt.json", HandleAsync).RequireAuthorization(Roles.Resident)
            .ExcludeFromDescription();

    public static string AddressOf(Guid consent) => $"/me/proofs/{consent}/receipt.json";

    static async Task<Results<FileContentHttpResult, NotFound>> HandleAsync(
        Guid consent, HttpContext context, ConsentStore consents, ServiceStore services, Issuer issuer, CityPack city)
    {
        var cancellation = context.RequestAborted;
        if (await consents.FindAsync(context.User.PersonId(), consent, cancellation) is not { } found)
            return TypedResults.NotFound();
        var events = await consents.EventsAsync(consent, cancellation);
        var service = await services.FindAsync(found.Read.Service, cancellation);
        return TypedResults.File(
            JsonSerializer.SerializeToUtf8Bytes(
                Of(found, events, service, city.Names, issuer.Of(context.Request)), Readable), "application/json",
            $"consent-{consent}.json");
    }

    /// <summary>The receipt.</summary>
    /// <param name="service">Where the controller is found now; null when it is registered no more.</param>
    /// <param name="address">The city's own.</param>
    static JsonObject Of(
        Consent consent, IReadOnlyList<ConsentEvent> events, Service? service, LocalNames city, string address)
    {
        var notice = consent.Read;
        return new JsonObject
        {
            ["schema_version"] = Schema,
            ["receipt_id"] = consent.Id,
            ["record_id"] = consent.Id,
            ["pii_principal_id"] = consent.Person,
            ["pii_processing"] = new JsonArray(ProcessingOf(consent, notice, city[notice.Language], address)),
            ["party_identification"] = new JsonArray(
                PartyOf(notice.Service.ToString(), notice.ServiceCalled[notice.Language], "controller", "service",
                    service is null ? [] : [.. service.RedirectUris.Select(OriginOf).Distinct()]),
                PartyOf(address, city[notice.Language], "processor", "city", [address])),
            ["events"] = new JsonArray([.. events.Select(one => EventOf(one, consent, address))]),
        };
    }

    static JsonObject ProcessingOf(Consent consent, ConsentNotice notice, string city, string address) => new()
    {
        ["privacy_notice"] = JsonSerializer.SerializeToNode(notice),
        ["language"] = notice.Language,
        ["service"] = notice.ServiceCalled[notice.Language],
        ["purpose"] = notice.Purpose[notice.Language],
        ["lawful_basis"] = notice.Basis,
        ["pii_information"] = new JsonArray([.. notice.Parts.SelectMany(part => part.Fields, (part, field) =>
            (JsonNode)new JsonObject
            {
                ["pii_type"] = $"{part.Type}.{field.Name}",
                ["name"] = field.Called[notice.Language],
                ["sensitive_pii"] = field.IsSensitive,
                ["source"] = part.OfficeCalled[notice.Language],
            })]),
        ["pii_controllers"] = new JsonArray(notice.Service.ToString()),
        ["pii_processors"] = new JsonArray(address),
        ["recipient_third_parties"] = new JsonArray(),
        ["collection_method"] = "credential of the source, shown by the person",
        ["processing_method"] = notice.IsHosted
            ? "the city decides for the controller and keeps no field" : "the city passes it on, sealed",
        // Sealed for the controller, or read once: the city stores no field either way.
        ["storage_locations"] = notice.IsHosted ? new JsonArray() : new JsonArray(notice.Service.ToString()),
        ["retention_period"] = $"P{(notice.IsHosted ? 0 : notice.KeptDays)}D",
        ["jurisdiction"] = city,
        ["withdrawal_method"] = $"{address}/me/proofs/{consent.Id}",
        ["privacy_rights"] = new JsonObject
        {
            ["access"] = $"{address}/me/data/access",
            ["copy"] = $"{address}/me/data.json",
            ["erasure"] = $"{address}/me/data",
        },
        ["given_at"] = consent.GivenAt,
        ["valid_until"] = consent.EndedAt ?? consent.Until,
    };

    static JsonObject PartyOf(string id, string name, string role, string type, IReadOnlyList<string> sites) => new()
    {
        ["party_id"] = id,
        ["party_name"] = name,
        ["party_role"] = role,
        ["party_type"] = type,
        ["party_url"] = new JsonArray([.. sites.Select(site => (JsonNode)site)]),
    };

    static string OriginOf(string address) => new Uri(address).GetLeftPart(UriPartial.Authority);

    static JsonObject EventOf(ConsentEvent one, Consent consent, string address)
    {
        var told = new JsonObject
        {
            ["event_time"] = one.At,
            ["event_type"] = "explicit",
            ["event_state"] = one.Event == "revoked" ? "withdrawn" : one.Event,
            ["entity_id"] = one.Event switch
            {
                "given" or "revoked" or "replaced" => consent.Person.ToString(),
                "asked" or "fetched" => consent.Read.Service.ToString(),
                _ => address,
            },
        };
        if (one.Event != "given")
            return told;
        told["validity_duration"] = $"P{consent.Read.ConsentDays}D";
        told["evidence"] = new JsonObject
        {
            ["method"] = "passkey",
            ["credential_id"] = Base64Url.EncodeToString(consent.Passkey),
            ["at"] = consent.ApprovedAt,
        };
        return told;
    }
}
