using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CityLoop.Server.City;
using CityLoop.Server.Credentials.Offices;
using CityLoop.Server.Pass;
using CityLoop.Server.SignOn;

namespace CityLoop.Server.Credentials.Sharing;

/// <summary>
/// The receipt of a consent to a proof: which record, what was shown and agreed to, who is a party to it, and what
/// happened.
/// </summary>
static class Receipt
{
    public static void Map(IEndpointRouteBuilder pages) =>
        pages.MapGet("/me/proofs/{consent:guid}/receipt.json", HandleAsync).RequireAuthorization(Roles.Resident)
            .ExcludeFromDescription();

    public static string AddressOf(Guid consent) => $"/me/proofs/{consent}/receipt.json";

    static async Task<IResult> HandleAsync(
        Guid consent, HttpContext context, ConsentStore consents, ServiceStore services, OfficeStore offices,
        Issuer issuer, CityPack city)
    {
        var cancellation = context.RequestAborted;
        if (await consents.FindAsync(context.User.PersonId(), consent, cancellation) is not { } found)
            return TypedResults.NotFound();
        var events = await consents.EventsAsync(consent, cancellation);
        var service = await services.FindAsync(found.Read.Service, cancellation);
        var address = issuer.Of(context.Request);
        var sources = new List<ReceiptParty>();
        foreach (var code in found.Read.Parts.Select(part => part.Office).Distinct())
            if (await offices.FindAsync(code, cancellation) is { } office)
                sources.Add(SourceOf(office, found.Read.Language, city.Controller, address));
        return (Of(found, events, service, address) with { Sources = sources }).File(city, address);
    }

    /// <summary>The receipt.</summary>
    /// <param name="service">As it is registered now.</param>
    /// <param name="address">The city's own.</param>
    static ConsentReceipt Of(
        Consent consent, IReadOnlyList<ConsentEvent> events, Service? service, string address)
    {
        var notice = consent.Read;
        return new ConsentReceipt
        {
            Id = consent.Id,
            Person = consent.Person,
            Notice = JsonSerializer.SerializeToNode(notice),
            Language = notice.Language,
            Service = notice.ServiceCalled[notice.Language],
            Purpose = notice.Purpose[notice.Language],
            Basis = notice.Basis,
            Fields =
            [
                .. notice.Parts.SelectMany(part => part.Fields, (part, field) => new ReceiptField(
                    $"{part.Type}.{field.Name}", field.Called[notice.Language], field.IsSensitive,
                    part.OfficeCalled[notice.Language])),
            ],
            Controller = ConsentReceipt.ControllerOf(
                notice.Service, notice.Controller?.Party ?? service?.Controller, notice.Language, service),
            CollectionMethod = "credential of the source, shown by the person",
            // Sealed for the controller, or read once: the city stores no field either way.
            ProcessingMethod = notice.IsHosted
                ? "the city decides for the controller and keeps no field" : "the city passes it on, sealed",
            KeptDays = notice.IsHosted ? 0 : notice.KeptDays,
            WithdrawalPage = $"/me/proofs/{consent.Id}",
            GivenAt = consent.GivenAt,
            Until = consent.Until,
            EndedAt = consent.EndedAt,
            Events = [.. events.Select(one => EventOf(one, consent, address))],
        };
    }

    static ReceiptParty SourceOf(Office office, string language, Party city, string address) => new(
        OfficeAddresses.Issuer(address, office.Code), office.Names[language], "source", "office",
        office.PostalAddress ?? city.PostalAddress, office.Contact ?? city.Contact, []);

    static ReceiptEvent EventOf(ConsentEvent one, Consent consent, string address) => new(
        one.At,
        one.Event == "revoked" ? "withdrawn" : one.Event,
        one.Event switch
        {
            "given" or "revoked" or "replaced" => consent.Person.ToString(),
            "asked" or "fetched" => consent.Read.Service.ToString(),
            _ => address,
        },
        one.Event != "given" ? null : new JsonObject
        {
            ["method"] = "passkey",
            ["credential_id"] = Base64Url.EncodeToString(consent.Passkey),
            ["at"] = consent.ApprovedAt,
        });
}
