using System.Buffers.Text;
using System.Security.Claims;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using CityLoop.Server.City;
using CityLoop.Server.Pass;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CityLoop.Server.Credentials.Sharing;

/// <summary>
/// The receipt of a consent, with the fields of ISO/IEC TS 27560: which record, who controls the data, what for, on
/// what ground, which fields from which source, for how long, how to take it back, what was shown, and what happened.
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
        Guid consent, ClaimsPrincipal who, ConsentStore consents, CityPack city, CancellationToken cancellation)
    {
        if (await consents.FindAsync(who.PersonId(), consent, cancellation) is not { } found)
            return TypedResults.NotFound();
        var events = await consents.EventsAsync(consent, cancellation);
        return TypedResults.File(
            JsonSerializer.SerializeToUtf8Bytes(Of(found, events, city.Names), Readable), "application/json",
            $"consent-{consent}.json");
    }

    public static JsonObject Of(Consent consent, IReadOnlyList<ConsentEvent> events, LocalNames city)
    {
        var notice = consent.Read;
        var language = notice.Language;
        return new JsonObject
        {
            ["schema_version"] = Schema,
            ["record_id"] = consent.Id,
            ["pii_principal_id"] = consent.Person,
            ["language"] = language,
            ["pii_controllers"] = new JsonArray(new JsonObject
            {
                ["party_id"] = notice.Service,
                ["party_name"] = notice.ServiceCalled[language],
                ["role"] = "controller",
            }),
            ["pii_processors"] = new JsonArray(new JsonObject
            {
                ["party_name"] = city[language],
                ["role"] = notice.IsHosted ? "decides for the controller and keeps no field" : "passes on, sealed",
            }),
            ["recipients"] = new JsonArray(notice.ServiceCalled[language]),
            ["notice"] = JsonSerializer.SerializeToNode(notice),
            ["pii_processing"] = new JsonArray(ProcessingOf(consent, notice, language)),
            ["withdrawal_method"] = $"/me/proofs/{consent.Id}",
            ["events"] = new JsonArray([.. events.Select(one => EventOf(one, consent))]),
        };
    }

    static JsonObject ProcessingOf(Consent consent, ConsentNotice notice, string language) => new()
    {
        ["purpose"] = notice.Purpose[language],
        ["lawful_basis"] = notice.Basis,
        ["pii_information"] = new JsonArray([.. notice.Parts.SelectMany(part => part.Fields, (part, field) =>
            (JsonNode)new JsonObject
            {
                ["pii_type"] = $"{part.Type}.{field.Name}",
                ["name"] = field.Called[language],
                ["is_sensitive"] = field.IsSensitive,
                ["source"] = part.OfficeCalled[language],
            })]),
        ["collection_method"] = "credential of the source, shown by the person",
        ["given_at"] = consent.GivenAt,
        ["valid_until"] = consent.EndedAt ?? consent.Until,
        ["duration_days"] = notice.ConsentDays,
        ["retention_days"] = notice.IsHosted ? 0 : notice.KeptDays,
    };

    static JsonObject EventOf(ConsentEvent one, Consent consent)
    {
        var told = new JsonObject { ["event_time"] = one.At, ["event_state"] = one.Event };
        if (one.Event == "given")
            told["evidence"] = new JsonObject
            {
                ["method"] = "passkey",
                ["credential_id"] = Base64Url.EncodeToString(consent.Passkey),
                ["at"] = consent.ApprovedAt,
            };
        return told;
    }
}
