using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Merchants;
using CityLoop.Server.Tests.Missions;
using Dapper;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace CityLoop.Server.Tests.Web.Nonsense;

/// <summary>
/// Nonsense at every door, by somebody of every role: whatever is sent, the answer is a clear no, nothing is lost,
/// no point moves, and the server has nothing to complain about.
/// </summary>
public sealed partial class NonsenseTests(TestCity city) : IClassFixture<TestCity>
{
    static readonly string[] Somebody = [Cast.LinMeiling, Cast.HuangZhiming, Cast.WangYating, Cast.LiShufen];

    /// <summary>Pages of one shop, spot or mission, whose forms are there only when the place is.</summary>
    string[] Places =>
    [
        $"/pay/{Cast.SunflowerBakery}", $"/pay/{Cast.SunflowerBakery}?amount=5",
        $"/spots/{city.CodeOf("old-station")}", "/missions/heritage-rally",
    ];

    int _checked;

    [Fact]
    public async Task Slow_because_it_knocks_at_every_call_for_programs()
    {
        await NothingBadHappensAsync(async clients =>
        {
            foreach (var call in Endpoints().Where(e => e.IsForPrograms && e.Method != "GET"))
            {
                var client = await WhoMayAsync(clients, call);
                foreach (var body in NonsenseValues.Bodies.Concat(call.NearlyRightBodies()))
                    await CheckAsync(call, body, await SendAsync(client, call, body));
                await CheckAsync(call, "bytes", await client.SendAsync(
                    new HttpRequestMessage(new HttpMethod(call.Method), call.Address())
                    {
                        Content = new ByteArrayContent([0xFF, 0xFE, 0x00, 0xC3, 0x28])
                        {
                            Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
                        },
                    }));
                await CheckAsync(call, "text", await SendAsync(client, call, "{}", "text/plain"));
                await CheckTooLargeAsync(call, client);
            }
        });
    }

    [Fact]
    public async Task Slow_because_it_fills_every_blank_of_every_address()
    {
        var samples = await city.MakePlacesAsync();
        await NothingBadHappensAsync(async clients =>
        {
            foreach (var call in Endpoints())
            {
                var client = await WhoMayAsync(clients, call);
                foreach (var value in NonsenseValues.Texts)
                {
                    foreach (var blank in value is "" or "." or ".." ? [] : call.Blanks)
                        await CheckAsync(
                            call, value, await SendAsync(client, call, "{}", address: call.Address(blank, value)));
                    if (call.Method == "GET" && call.Queries.Any())
                        await CheckAsync(call, value, await SendAsync(client, call, "", address: PlaceOf(call) + "?"
                            + string.Join('&', call.Queries.Select(q => $"{q}={Uri.EscapeDataString(value)}"))));
                }
            }
        });

        // What stands behind the question mark is read only where the page finds what it shows.
        string PlaceOf(Requests call) => call.IsForPrograms ? call.Address() : call.Endpoint.AddressIn(samples);
    }

    [Fact]
    public async Task Slow_because_it_fills_in_every_form_of_every_page()
    {
        var pages = Endpoints().Where(e => e.Endpoint.Metadata.GetMetadata<ComponentTypeMetadata>() is not null
            && !e.Blanks.Any()).Select(e => e.Address()).Concat(Places).Distinct().ToList();
        await city.GiveAsync(Cast.LinMeiling, 100);
        var known = new HashSet<string>(); // the choice of language stands on every page
        await NothingBadHappensAsync(async clients =>
        {
            foreach (var client in clients)
                foreach (var page in pages)
                {
                    using var shown = await client.GetAsync(page);
                    var text = await shown.Content.ReadAsStringAsync();
                    foreach (var form in PageForm.AllIn(text).Where(f => !f.EndsTheVisit && known.Add(f.ToString())))
                        foreach (var value in NonsenseValues.Texts.Append(NonsenseValues.Long))
                            await CheckPageAsync(
                                page, form, value, await form.SendAsync(client, new Uri(city.Address, page), value));
                }
        });
        pages.Count.ShouldBeGreaterThan(4);
        known.ShouldContain(form => form.StartsWith($"get /pay/{Cast.SunflowerBakery} ", StringComparison.Ordinal));
        known.ShouldContain(form => form.StartsWith(
            $"post /pay/{Cast.SunflowerBakery}?amount=5 (", StringComparison.Ordinal));
        known.ShouldContain(form => form.StartsWith(
            $"post /spots/{city.CodeOf("old-station")}/answer (", StringComparison.Ordinal));
    }

    IEnumerable<Requests> Endpoints() => city.Services.GetRequiredService<EndpointDataSource>().Endpoints
        .OfType<RouteEndpoint>().Select(e => new Requests(e)).Where(e => e.Endpoint.DisplayName != "no such page");

    async Task NothingBadHappensAsync(Func<HttpClient[], Task> nonsense)
    {
        var clients = await Task.WhenAll(Somebody.Select(who => city.SignInAsync(who)));
        var (moved, complaints) = (await MovedAsync(), city.Log.Lines.Count);

        await nonsense(clients);

        city.Log.Lines.Skip(complaints).Where(l => l.StartsWith("Error", StringComparison.Ordinal)
            || l.StartsWith("Critical", StringComparison.Ordinal)).ShouldBeEmpty();
        (await MovedAsync()).ShouldBe(moved);
        _checked.ShouldBeGreaterThan(200);
        (await clients[0].GetAsync("/health/ready")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    async Task<long> MovedAsync()
    {
        await using var connection = await city.Database.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>("select count(*) from ledger.journal where kind = 4");
    }

    /// <summary>The first of us whom the door does not turn away, so that the nonsense gets as far as it can.</summary>
    static async Task<HttpClient> WhoMayAsync(HttpClient[] clients, Requests call)
    {
        foreach (var client in clients)
        {
            using var answer = await SendAsync(client, call, "");
            if (answer.StatusCode is not (HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized))
                return client;
        }

        return clients[0];
    }

    static Task<HttpResponseMessage> SendAsync(
        HttpClient client, Requests call, string body, string type = "application/json", string? address = null)
    {
        var request = new HttpRequestMessage(new HttpMethod(call.Method), address ?? call.Address());
        // A connection on which a large body was cut short is not for the next call.
        request.Headers.ConnectionClose = body.Length > 1 << 20 ? true : null;
        if (call.Method != "GET")
            request.Content = new StringContent(body, Encoding.UTF8, type);
        // An answer without end (live counters) is judged by its beginning.
        return client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    async Task CheckAsync(Requests call, string sent, HttpResponseMessage answer)
    {
        using var _ = answer;
        _checked++;
        var what = $"{call.Name} on {(sent.Length > 200 ? sent[..200] + "…" : sent)}";
        ((int)answer.StatusCode).ShouldBeLessThan(500, $"{what}\n{city.Log.Lines.LastOrDefault()}");
        var isHandled = answer.RequestMessage!.RequestUri!.AbsolutePath.StartsWith("/api/", StringComparison.Ordinal);
        if ((int)answer.StatusCode < 400 || !isHandled)
            return;
        var text = await answer.Content.ReadAsStringAsync();
        // An address that is none (a NUL in it) is turned away before there is anybody to answer it.
        if (text.Length == 0 && answer.Headers.ConnectionClose == true)
            return;
        var problem = JsonDocument.Parse(text).RootElement;
        answer.Content.Headers.ContentType?.MediaType.ShouldBe("application/problem+json", what);
        Code().IsMatch(problem.GetProperty("code").GetString() ?? "").ShouldBeTrue(what);
        problem.ToString().ShouldNotContain("   at ");
    }

    /// <summary>The server may say no and hang up while the body is still on its way.</summary>
    async Task CheckTooLargeAsync(Requests call, HttpClient client)
    {
        try
        {
            await CheckAsync(call, "2 MB", await SendAsync(client, call, new string('[', 2 << 20)));
        }
        catch (HttpRequestException hungUp)
        {
            hungUp.InnerException.ShouldBeAssignableTo<IOException>();
        }
    }

    async Task CheckPageAsync(string page, PageForm form, string value, HttpResponseMessage answer)
    {
        using var _ = answer;
        _checked++;
        var what = $"{page}, {form}, with {(value.Length > 100 ? value[..100] + "…" : value)}";
        ((int)answer.StatusCode).ShouldBeLessThan(500, $"{what}\n{city.Log.Lines.LastOrDefault()}");
        (await answer.Content.ReadAsStringAsync()).ShouldNotContain("<script>alert(1)", customMessage: what);
        answer.RequestMessage!.RequestUri!.Host.ShouldBe("localhost", what);
    }

    [GeneratedRegex("^[a-z0-9]+(_[a-z0-9]+)*$")]
    private static partial Regex Code();
}
