using System.Net;
using System.Security.Claims;
using System.Text;
using System.Text.RegularExpressions;
using CityLoop.Server.City;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Family;
using CityLoop.Server.Pass.Levels;
using CityLoop.Server.Shared;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Web.Nonsense;
using CityLoop.Server.Web;
using CityLoop.Server.Web.Errors;
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

    /// <param name="Roles">None for a stranger.</param>
    /// <param name="IsActing">A guardian who acts for a child just now.</param>
    sealed record Reader(string Name, string[] Roles, AssuranceLevel Level, bool IsActing = false);

    static readonly Reader[] Readers =
    [
        new("stranger", [], AssuranceLevel.SelfAsserted),
        new("resident", [Roles.Resident], AssuranceLevel.ContactVerified),
        new("resident, identity checked", [Roles.Resident], AssuranceLevel.IdentityChecked),
        new("guardian acting for a child", [Roles.Resident], AssuranceLevel.ContactVerified, IsActing: true),
        new("shop worker", [Roles.Resident, Roles.ShopWorker], AssuranceLevel.ContactVerified),
        new("city staff", [Roles.Resident, Roles.CityStaff], AssuranceLevel.ContactVerified),
        new("staff without contact", [Roles.Resident, Roles.CityStaff], AssuranceLevel.SelfAsserted),
        new("auditor", [Roles.Resident, Roles.Auditor], AssuranceLevel.ContactVerified),
    ];

    [Fact]
    public async Task The_committed_table_decides_on_every_endpoint_and_no_other()
    {
        var table = new StringBuilder(
            """
            # Who may use what

            Every endpoint of the city, and who is let in. The table is written from the running city
            (`CITYLOOP_RENEW=1`, test class `AuthorizationMatrixTests`) and committed: read the difference before you
            commit it, a new *yes* is a door. A test compares, and knocks at every door as each of these people.

            *sign in*: is led to the sign-in page. *401*, *403*: is refused so. *level 1*: has the role, and is told to
            give a contact first (a program gets 403, `contact_needed`).

            """).AppendLine();
        table.AppendLine($"| endpoint | {string.Join(" | ", Readers.Select(reader => reader.Name))} |");
        table.AppendLine($"|---{string.Concat(Enumerable.Repeat("|---", Readers.Length))}|");
        foreach (var (endpoint, method) in Doors())
        {
            var decisions = new List<string>();
            foreach (var reader in Readers)
                decisions.Add(await DecisionAsync(endpoint, reader));
            table.AppendLine($"| `{method} {RouteOf(endpoint)}` | {string.Join(" | ", decisions)} |");
        }

        if (Environment.GetEnvironmentVariable("CITYLOOP_RENEW") == "1")
            await File.WriteAllTextAsync(Committed, table.ToString());

        string[] now = table.ToString().Split('\n'), decided = await File.ReadAllLinesAsync(Committed);
        now.Where(line => line.Length > 0).Except(decided).ShouldBeEmpty("not decided on in docs/reference");
        decided.Where(line => line.Length > 0).Except(now).ShouldBeEmpty("decided on, but it is not there");
    }

    [Fact]
    public async Task Each_door_opens_to_whom_the_table_says_and_refuses_the_others_as_it_says()
    {
        var (opened, refused) = (0, 0);
        foreach (var reader in Readers)
        {
            using var client = await ComeInAsync(reader);
            foreach (var (endpoint, method) in Doors())
            {
                // What is open to everybody looks for itself: a signature, a code, a token.
                if (endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null)
                    continue;
                using var request = new HttpRequestMessage(new HttpMethod(method), new Requests(endpoint).Address());
                using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
                var decision = await DecisionAsync(endpoint, reader);
                (await SaidAsync(answer)).ShouldBe(decision, $"{reader.Name}: {method} {RouteOf(endpoint)}");
                _ = decision == "yes" ? opened++ : refused++;
            }
        }

        (opened, refused).ShouldSatisfyAllConditions(
            () => opened.ShouldBeGreaterThan(300, "the search for doors is broken"),
            () => refused.ShouldBeGreaterThan(300, "the search for doors is broken"));
    }

    IEnumerable<(RouteEndpoint Endpoint, string Method)> Doors() =>
        city.Endpoints().SelectMany(e => e.Methods().Except(["HEAD"]).DefaultIfEmpty("GET"), (e, method) => (e, method))
            .OrderBy(door => RouteOf(door.e), StringComparer.Ordinal)
            .ThenBy(door => door.method, StringComparer.Ordinal);

    static string RouteOf(RouteEndpoint endpoint) => "/" + endpoint.RoutePattern.RawText!.TrimStart('/');

    /// <summary>yes, or how the reader is refused.</summary>
    async Task<string> DecisionAsync(RouteEndpoint endpoint, Reader reader)
    {
        if (endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null)
            return "yes";
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
                    Level = reader.IsActing ? AssuranceLevel.SelfAsserted : reader.Level,
                }, Guid.AllBitsSet, reader.IsActing ? Guid.AllBitsSet : null);
        var result = await scope.ServiceProvider.GetRequiredService<IAuthorizationService>()
            .AuthorizeAsync(who, null, policy!);
        if (result.Succeeded)
            return "yes";
        if (reader.Roles.Length == 0)
            return ErrorPages.IsForPrograms(RouteOf(endpoint)) ? "401" : "sign in";
        var missing = result.Failure!.FailedRequirements.ToList();
        return missing.All(one => one is LevelRequirement)
            ? $"level {(int)missing.Cast<LevelRequirement>().Max(one => one.Level)}"
            : "403";
    }

    /// <summary>An answer in the table's words; yes is everything that neither refuses nor leads away.</summary>
    static async Task<string> SaidAsync(HttpResponseMessage answer)
    {
        if (answer.StatusCode == HttpStatusCode.Unauthorized)
            return "401";
        if (answer.StatusCode == HttpStatusCode.Found && answer.Headers.Location!.ToString() is { } to)
            return to.StartsWith("/sign-in", StringComparison.Ordinal) ? "sign in"
                : Regex.Match(to, @"^/me/level\?need=(\d)") is { Success: true } level ? $"level {level.Groups[1]}"
                : "yes";
        if (answer.StatusCode != HttpStatusCode.Forbidden)
            return "yes";
        return answer.Content.Headers.ContentType?.MediaType == "text/html" ? "403"
            : await answer.ProblemCodeAsync(HttpStatusCode.Forbidden) switch
            {
                "not_permitted" => "403",
                "contact_needed" => "level 1",
                "identity_check_needed" => "level 2",
                var other => other,
            };
    }

    async Task<HttpClient> ComeInAsync(Reader reader)
    {
        var client = city.Visit(followsRedirects: false);
        if (reader.Roles.Length == 0)
            return client;
        var person = await MakeAsync(reader);
        var sessions = city.Get<Sessions>();
        var key = (await sessions.BeginAsync(person, "test", SignInMethod.Code, null, default))!;
        client.DefaultRequestHeaders.Add("Cookie", $"{SessionAuthentication.CookieName}={key}");
        client.DefaultRequestHeaders.Add(Security.ApiHeader, "1");
        if (reader.IsActing)
        {
            var family = city.Get<FamilyStore>();
            await family.AddAsync(person, "Sora", city.Get<CityClock>().Today.AddYears(-1), default);
            var child = (await family.ChildrenOfAsync(person, default)).Single().Id;
            var session = (await sessions.FindAsync(key, default))!.SessionId();
            (await family.ActForAsync(person, session, new PersonId(child), default)).ShouldBeTrue();
        }

        return client;
    }

    async Task<PersonId> MakeAsync(Reader reader)
    {
        using var scope = city.Services.CreateScope();
        var people = scope.ServiceProvider.GetRequiredService<PersonStore>();
        var id = Guid.CreateVersion7(city.Clock.GetUtcNow());
        await people.MakeAsync(id, "zh-TW", default);
        foreach (var role in reader.Roles)
            await people.GrantAsync(new PersonId(id), role, default);
        await using var connection = await city.Database.OpenConnectionAsync();
        if (reader.Level >= AssuranceLevel.ContactVerified)
            await connection.ExecuteAsync(
                "insert into pass.contact (value, kind, person, verified_at) values (@value, 'email', @id, now())",
                new { value = $"{id:N}@example.org", id });
        if (reader.Level == AssuranceLevel.IdentityChecked)
            await connection.ExecuteAsync(
                """
                insert into pass.identity_check
                  (id, person, document, first_officer, recorded_at, second_officer, approved_at)
                values (@id, @id, 'passport', @first, now(), @second, now())
                """,
                new
                {
                    id,
                    first = PersonId.OfCast(Cast.WangYating).Value,
                    second = PersonId.OfCast(Cast.ZhangJianguo).Value,
                });
        if (reader.Roles.Contains(Roles.ShopWorker))
            await connection.ExecuteAsync(
                "insert into merchants.worker select @id, id from merchants.merchant limit 1", new { id });
        return new PersonId(id);
    }
}
