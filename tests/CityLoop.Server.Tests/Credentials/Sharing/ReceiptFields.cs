using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using CityLoop.Server.Pass;
using CityLoop.Server.SignOn;

namespace CityLoop.Server.Tests.Credentials.Sharing;

/// <summary>What stands in the receipt of a consent, field by field, but for the notice.</summary>
static class ReceiptFields
{
    public static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true, Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
    };

    /// <summary>As the draft of a need has it.</summary>
    const int ConsentDays = 180;

    public static string Of(
        Service service, Guid consent, PersonId person, string address, DateTimeOffset given, DateTimeOffset until,
        DateTimeOffset? withdrawn)
    {
        var events = new List<object>
        {
            new
            {
                event_time = given, event_type = "explicit", event_state = "given", entity_id = person.Value,
                validity_duration = $"P{ConsentDays}D",
                evidence = new { method = "passkey", credential_id = "AQID", at = given },
            },
        };
        if (withdrawn is { } at)
            events.Add(new
            {
                event_time = at, event_type = "explicit", event_state = "withdrawn", entity_id = person.Value,
                validity_duration = "PT0S",
            });
        // Read again as the receipt is, so that both are written alike.
        return JsonNode.Parse(JsonSerializer.Serialize(new
        {
            schema_version = "ISO/IEC TS 27560:2023", receipt_id = consent, record_id = consent,
            pii_principal_id = person.Value,
            pii_processing = new[] { ProcessingOf(service, consent, address, given, until) },
            party_identification = new[]
            {
                PartyOf(
                    service.ClientId, "測試局", "controller", "service", "測試路 1 號", "04-1234-5678",
                    "https://service.example"),
                PartyOf(
                    address, "臺中市政府", "processor", "city", "407 臺中市西屯區示範路 1 號", "privacy@taichung.example", address),
                PartyOf(
                    $"{address}/offices/social-affairs", "社會局", "source", "office", "407 臺中市西屯區示範路 1 號",
                    "privacy@taichung.example"),
            },
            events,
        }))!.ToJsonString(Readable);
    }

    static object ProcessingOf(
        Service service, Guid consent, string address, DateTimeOffset given, DateTimeOffset until) => new
    {
        language = "zh-TW", service = "receipt-school", purpose = "減免學費", lawful_basis = "consent",
        pii_information = new[]
        {
            new
            {
                pii_type = "low-income.category", name = "類別（0 到 3）", sensitive_pii = true, source = "社會局",
            },
        },
        pii_controllers = new[] { service.ClientId },
        pii_processors = new[] { address },
        recipient_third_parties = Array.Empty<string>(),
        collection_method = "credential of the source, shown by the person",
        processing_method = "the city passes it on, sealed",
        storage_locations = new[] { service.ClientId },
        retention_period = "P30D",
        jurisdiction = "臺中市",
        withdrawal_method = $"{address}/me/proofs/{consent}",
        privacy_rights = new
        {
            access = $"{address}/me/data/access", copy = $"{address}/me/data.json", erasure = $"{address}/me/data",
        },
        given_at = given,
        valid_until = until,
    };

    static object PartyOf(
        string id, string name, string role, string type, string postal, string contact, params string[] sites) => new
    {
        party_id = id, party_name = name, party_role = role, party_type = type, party_address = postal,
        party_contact = contact, party_url = sites,
    };
}
