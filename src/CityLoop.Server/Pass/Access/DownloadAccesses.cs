using CityLoop.Server.Web;
using CityLoop.Server.Web.Languages;

namespace CityLoop.Server.Pass.Access;

/// <summary>The governance page's table as a file: the same lines, the same hidden ones.</summary>
static class DownloadAccesses
{
    public const string Address = "/desk/data.csv";

    public static void Map(IEndpointRouteBuilder desk) =>
        desk.MapGet(Address, HandleAsync).ExcludeFromDescription()
            .RequireAuthorization(policy => policy.RequireRole(Roles.CityStaff, Roles.Auditor));

    /// <summary>Who it was, as staff read it.</summary>
    public static string WhoOf(AccessSum sum, Texts t) =>
        sum.Names?[t.Language] ?? t[$"dataDesk.where.{(sum.Purpose is null ? "all" : sum.Where)}"];

    /// <summary>What for.</summary>
    public static string PurposeOf(AccessSum sum, Texts t) =>
        sum.Purpose is null ? t["dataDesk.allPurposes"] : AccessText.Say(t, "access.purpose", sum.Purpose);

    static async Task<IResult> HandleAsync(AccessSums sums, Texts t, CancellationToken cancellation) =>
        CsvDownload.Of(
            "data-accesses.csv",
            [
                t["dataDesk.month"], t["dataDesk.who"], t["dataDesk.purpose"], t["dataDesk.given"],
                t["dataDesk.people"], t["dataDesk.refused"],
            ],
            (await sums.ReadAsync(cancellation)).Select(sum => (IReadOnlyList<object>)
            [
                $"{sum.Month:yyyy-MM}", WhoOf(sum, t), PurposeOf(sum, t), Cell(sum.Given, t), Cell(sum.People, t),
                Cell(sum.Refused, t),
            ]));

    static object Cell(long? count, Texts t) => count is { } shown ? shown : t["dataDesk.hidden"];
}
