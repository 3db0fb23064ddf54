using System.Net;
using System.Security.Claims;
using System.Text;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Levels;
using CityLoop.Server.Shared;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Web.Nonsense;
using Dapper;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace CityLoop.Server.Tests.Web;

/// <summary>
/// Who may use which endpoint: the committed table is what was decided, the running city is what is so. A new endpoint
/// that nobody has decided on fails here.
/// </summary>
public sealed class AuthorizationMatrixTests(TestCity city) : IClassFixture<TestCity>
{
    static readonly string Committed = Path.Combine(Checkout.Root, "docs", "reference", "authorization.md");

    static readonly (string Name, string[] Roles, AssuranceLevel Level)[] Readers =
    [
        ("stranger", [], AssuranceLevel.SelfAsserted),
        ("resident", [Roles.Resident], AssuranceLevel.ContactVerified),
        ("shop worker", [Roles.Resident, Roles.ShopWorker], AssuranceLevel.ContactVerified),
        ("city staff", [Roles.Resident, Roles.CityStaff], AssuranceLevel.ContactVerified),
        ("staff without contact", [Roles.Resident, Roles.CityStaff], AssuranceLevel.SelfAsserted),
        ("auditor", [Roles.Resident, Roles.Auditor], AssuranceLevel.ContactVerified),
    ];

    [Fact]
    public async Task The_committed_table_decides_on_every_endpoint_and_no_other()
    {
        var table = new StringBuilder(
            """
            # Who may use what

            Every endpoint of the city, and who is let in. The table is written from the running city
            (`CITYLOOP_RENEW=1`, test class `AuthorizationMatrixTests`) and committed: read the difference before you
            commit it, a new *yes* is a door. A test compares, and knocks at every door that is closed here.

            """).AppendLine();
        table.AppendLine($"| endpoint | {string.Join(" | ", Readers.Select(reader => reader.Name))} |");
        table.AppendLine($"|---{string.Concat(Enumerable.Repeat("|---", Readers.Length))}|");
        foreach (var (endpoint, method) in Doors())
        {
            var decisions = new List<string>();
            foreach (var reader in Readers)
                decisions.Add(await IsLetInAsync(endpoint, reader) ? "yes" : "–");
            table.AppendLine($"| `{method} {RouteOf(endpoint)}` | {string.Join(" | ", decisions)} |");
        }

        if (Environment.GetEnvironmentVariable("CITYLOOP_RENEW") == "1")
            await File.WriteAllTextAsync(Committed, table.ToString());

        string[] now = table.ToString().Split('\n'), decided = await File.ReadAllLinesAsync(Committed);
        now.Where(line => line.Length > 0).Except(decided).ShouldBeEmpty("not decided on in docs/reference");
        decided.Where(line => line.Length > 0).Except(now).ShouldBeEmpty("decided on, but it is not there");
    }

    [Fact]
    public async Task Whoever_is_not_let_in_stands_before_a_closed_door()
    {
        var knocked = 0;
        foreach (var reader in Readers)
        {
            using var client = await ComeInAsync(reader);
            foreach (var (endpoint, method) in Doors())
            {
                // What is open to everybody looks for itself: a signature, a code, a token.
                if (endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null)
                    continue;
                var what = $"{reader.Name}: {method} {RouteOf(endpoint)}";
                using var request = new HttpRequestMessage(new HttpMethod(method), new Requests(endpoint).Address());
                using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
                if (await IsLetInAsync(endpoint, reader))
                    answer.StatusCode.ShouldNotBe(HttpStatusCode.Unauthorized, what);
                else if (IsClosed(answer))
                    knocked++;
                else
                    throw new ShouldAssertException($"{what} was let in: {answer.StatusCode}");
            }
        }

        knocked.ShouldBeGreaterThan(150, "the search for doors is broken");
    }

    IEnumerable<(RouteEndpoint Endpoint, string Method)> Doors() =>
        city.Endpoints().SelectMany(e => e.Methods().Except(["HEAD"]).DefaultIfEmpty("GET"), (e, method) => (e, method))
            .OrderBy(door => RouteOf(door.e), StringComparer.Ordinal)
            .ThenBy(door => door.method, StringComparer.Ordinal);

    static string RouteOf(RouteEndpoint endpoint) => "/" + endpoint.RoutePattern.RawText!.TrimStart('/');

    async Task<bool> IsLetInAsync(
        RouteEndpoint endpoint, (string Name, string[] Roles, AssuranceLevel Level) reader)
    {
        if (endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null)
            return true;
        using var scope = city.Services.CreateScope();
        var policies = scope.ServiceProvider.GetRequiredService<IAuthorizationPolicyProvider>();
        var policy = await AuthorizationPolicy.CombineAsync(
            policies, endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>(),
            endpoint.Metadata.GetOrderedMetadata<AuthorizationPolicy>()) ?? await policies.GetFallbackPolicyAsync();
        var who = reader.Roles.Length == 0
            ? new ClaimsPrincipal(new ClaimsIdentity())
            : People.Principal(
                new Person
                {
                    Id = Guid.AllBitsSet, Name = "", Language = "en", Roles = reader.Roles, CreatedAt = default,
                    Level = reader.Level,
                }, Guid.AllBitsSet);
        return (await scope.ServiceProvider.GetRequiredService<IAuthorizationService>()
            .AuthorizeAsync(who, null, policy!)).Succeeded;
    }

    // To the door of the pass, or to the page that says which level is missing; a program gets 401 or 403.
    static bool IsClosed(HttpResponseMessage answer) =>
        answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
        || (answer.StatusCode == HttpStatusCode.Found && answer.Headers.Location!.ToString() is { } to
            && (to.StartsWith("/sign-in?returnUrl=", StringComparison.Ordinal)
                || to.StartsWith("/me/level?need=", StringComparison.Ordinal)));

    async Task<HttpClient> ComeInAsync((string Name, string[] Roles, AssuranceLevel Level) reader)
    {
        var client = city.Visit(followsRedirects: false);
        if (reader.Roles.Length == 0)
            return client;
        using var scope = city.Services.CreateScope();
        var people = scope.ServiceProvider.GetRequiredService<PersonStore>();
        var id = Guid.CreateVersion7(city.Clock.GetUtcNow());
        await people.MakeAsync(id, "zh-TW", default);
        foreach (var role in reader.Roles)
            await people.GrantAsync(new PersonId(id), role, default);
        if (reader.Level == AssuranceLevel.ContactVerified)
        {
            await using var connection = await city.Database.OpenConnectionAsync();
            await connection.ExecuteAsync(
                "insert into pass.contact (value, kind, person, verified_at) values (@value, 'email', @id, now())",
                new { value = $"{id:N}@example.org", id });
        }

        var key = await city.Get<Sessions>().BeginAsync(
            new PersonId(id), "test", SignInMethod.Code, null, default);
        client.DefaultRequestHeaders.Add("Cookie", $"{SessionAuthentication.CookieName}={key}");
        return client;
    }
}
