using System.Text.Json;
using System.Text.Json.Nodes;
using CityLoop.Server.City;
using CityLoop.Server.Pass;
using CityLoop.Server.Web.Languages;

namespace CityLoop.Server.SignOn;

/// <summary>The receipt of an agreement to sign in at a service.</summary>
static class SignInReceipt
{
    public static void Map(IEndpointRouteBuilder pages) =>
        pages.MapGet("/me/services/{agreement:guid}/receipt.json", HandleAsync).RequireAuthorization(Roles.Resident)
            .ExcludeFromDescription();

    public static string AddressOf(Guid agreement) => $"/me/services/{agreement}/receipt.json";

    static async Task<IResult> HandleAsync(
        Guid agreement, HttpContext context, Consents consents, ServiceStore services, Issuer issuer, CityPack city,
        TextCatalogue texts, TimeProvider time)
    {
        var cancellation = context.RequestAborted;
        if (await consents.FindAsync(context.User.PersonId(), agreement, cancellation) is not { } found)
            return TypedResults.NotFound();
        var (address, language) = (issuer.Of(context.Request), found.Read.Language);
        var service = await services.FindAsync(found.Service, cancellation);
        var end = found.End(time.GetUtcNow());
        return new ConsentReceipt
        {
            Id = found.Id,
            Person = found.Person,
            Notice = JsonSerializer.SerializeToNode(found.Read),
            Language = language,
            Service = found.Read.ServiceCalled[language],
            Purpose = found.Read.Purpose[language],
            Basis = "consent",
            Fields =
            [
                .. Agreement.ClaimsOf(found.Scopes).Select(one => new ReceiptField(
                    one.Claim, texts.Say(language, one.TextKey), IsSensitive: false, city.Controller.Names[language])),
            ],
            Controller = ConsentReceipt.ControllerOf(
                found.Service, found.Read.Controller?.Party ?? service?.Controller, language, service),
            CollectionMethod = "the person's pass",
            ProcessingMethod = "the city tells it at each sign-in, and when the service asks while it is signed in",
            KeptDays = found.Read.ConsentDays,
            WithdrawalPage = "/me/services",
            GivenAt = found.GivenAt,
            Until = found.Until,
            EndedAt = end?.At,
            Events = EventsOf(found, end, address),
        }.File(city, address);
    }

    static IReadOnlyList<ReceiptEvent> EventsOf(
        Agreement agreement, (string Reason, DateTimeOffset At)? end, string address)
    {
        var person = agreement.Person.ToString();
        var given = new ReceiptEvent(agreement.GivenAt, "given", person, new JsonObject
        {
            ["method"] = agreement.Method,
            ["at"] = agreement.SignedInAt,
        });
        return end is not var (reason, at) ? [given]
            : [given, new ReceiptEvent(at, reason, reason is "withdrawn" or "replaced" ? person : address)];
    }
}
