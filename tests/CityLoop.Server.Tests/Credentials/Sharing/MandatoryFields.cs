using System.Text.Json.Nodes;

namespace CityLoop.Server.Tests.Credentials.Sharing;

/// <summary>
/// What ISO/IEC TS 27560:2023 makes mandatory, by section, after the W3C's guide to it (DPV, "Consent records and
/// receipts as per ISO/IEC TS 27560:2023", table of terms, version of 2024-08-01).
/// </summary>
static class MandatoryFields
{
    static readonly string[] Header = ["schema_version", "receipt_id", "record_id", "pii_principal_id"];

    static readonly string[] Processing =
    [
        "privacy_notice", "language", "purpose", "pii_information", "pii_controllers", "storage_locations",
        "retention_period", "jurisdiction", "recipient_third_parties", "withdrawal_method",
    ];

    static readonly string[] Information = ["pii_type"];

    static readonly string[] Party = ["party_id", "party_address", "party_name", "party_contact", "party_type"];

    static readonly string[] Event = ["event_time", "validity_duration", "entity_id", "event_type", "event_state"];

    /// <summary>No list of nobody or nothing is empty by mistake.</summary>
    static readonly string[] MayBeEmpty = ["storage_locations", "recipient_third_parties"];

    /// <summary>The mandatory fields that a receipt lacks or leaves empty, each with where.</summary>
    public static IReadOnlyList<string> MissingIn(JsonNode receipt) =>
    [
        .. Missing("", receipt, Header),
        .. Each(receipt, "pii_processing", Processing),
        .. receipt["pii_processing"]!.AsArray().SelectMany(one => Each(one!, "pii_information", Information)),
        .. Each(receipt, "party_identification", Party),
        .. Each(receipt, "events", Event),
        .. receipt["pii_processing"]!.AsArray().SelectMany(one => one!["pii_controllers"]!.AsArray())
            .Where(id => !receipt["party_identification"]!.AsArray().Any(party =>
                (string?)party!["party_id"] == (string?)id)).Select(id => $"no party {id}"),
    ];

    static IEnumerable<string> Each(JsonNode of, string section, string[] fields) =>
        of[section] is JsonArray { Count: > 0 } many
            ? many.SelectMany(one => Missing(section + ".", one!, fields)) : [section];

    static IEnumerable<string> Missing(string section, JsonNode of, string[] fields) =>
        fields.Where(field => IsEmpty(of[field]) && !(MayBeEmpty.Contains(field) && of[field] is JsonArray))
            .Select(field => section + field);

    static bool IsEmpty(JsonNode? value) => value switch
    {
        null => true,
        JsonArray many => many.Count == 0,
        JsonObject one => one.Count == 0,
        _ => value.ToString().Length == 0,
    };
}
