using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using CityLoop.Server.Tests.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace CityLoop.Server.Tests.Web.Nonsense;

/// <summary>
/// Text that no table can keep (NUL) and no reader can show (half a character), at every door that takes text.
/// </summary>
public sealed partial class UnreadableTextTests(TestCity city) : IClassFixture<TestCity>
{
    static readonly string[] Somebody = [Cast.LinMeiling, Cast.HuangZhiming, Cast.WangYating];

    [Fact]
    public async Task Every_call_for_programs_refuses_it_by_name()
    {
        var clients = await Task.WhenAll(Somebody.Select(who => city.SignInAsync(who)));
        var calls = Endpoints().Where(e => e.IsForPrograms && e.Method != "GET").ToList();
        foreach (var call in calls)
            foreach (var text in NonsenseValues.Unreadable)
                (await CodesAsync(clients, call, $$"""{"id":"x","name":{{text}}}""")).ShouldContain(
                    "400 bad_text", $"{call.Name} on {text}");
        calls.Count.ShouldBeGreaterThan(10);
        city.Log.Lines.ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_address_that_a_form_is_sent_to_refuses_it()
    {
        var clients = await Task.WhenAll(Somebody.Select(who => city.SignInAsync(who)));
        var tokens = await Task.WhenAll(clients.Select(async c => Token().Match(await c.GetStringAsync("/me"))));
        var forms = Endpoints().Where(e => !e.IsForPrograms && e.Method == "POST" && e.FormFields.Any()).ToList();
        foreach (var form in forms)
            foreach (var field in form.FormFields)
            {
                var statuses = new List<HttpStatusCode>();
                foreach (var (client, token) in clients.Zip(tokens))
                    statuses.Add((await client.PostAsync(form.Address(), new FormUrlEncodedContent(
                        form.FormFields.ToDictionary(f => f, f => f == field ? "a\0b" : "00")
                            .Append(new("__RequestVerificationToken", token.Groups[1].Value))))).StatusCode);
                statuses.ShouldContain(HttpStatusCode.BadRequest, $"{form.Name}: {field}");
                statuses.ShouldAllBe(s => s == HttpStatusCode.BadRequest || s == HttpStatusCode.Forbidden, form.Name);
            }

        forms.Select(f => f.Address()).ShouldContain("/carbon/unlink");
        forms.Select(f => f.Address()).ShouldContain("/me/passkeys/name");
        city.Log.Lines.ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_page_refuses_it_in_its_address()
    {
        using var client = await city.SignInAsync(Cast.WangYating);
        var pages = Endpoints().Where(e => e.Method == "GET" && e.Queries.Any()).ToList();
        foreach (var page in pages)
            foreach (var query in page.Queries)
            {
                using var answer = await client.GetAsync($"{page.Address()}?{query}=a%00b");
                answer.StatusCode.ShouldBeOneOf(HttpStatusCode.BadRequest, HttpStatusCode.Forbidden);
            }

        pages.Count.ShouldBeGreaterThan(5);
        city.Log.Lines.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("""{"name":"😀 \ud83d\ude00 \\ud800 \\u0000 \"\u0041"}""", true)]
    [InlineData("""{"name":"\ud83d\\ude00"}""", false)]
    [InlineData("""{"name":"\ud83d"}""", false)]
    [InlineData("""{"name":"\ude00\ud83d"}""", false)]
    [InlineData("""{"\u0000":1}""", false)]
    [InlineData("", true)]
    public void Whole_characters_are_let_through_and_halves_are_not(string json, bool isReadable) =>
        CityLoop.Server.Web.ReadableText.IsReadable(Encoding.UTF8.GetBytes(json)).ShouldBe(isReadable);

    async Task<IReadOnlyList<string>> CodesAsync(HttpClient[] clients, Requests call, string body)
    {
        var codes = new List<string>();
        foreach (var client in clients)
        {
            using var answer = await client.SendAsync(new HttpRequestMessage(new(call.Method), call.Address())
            {
                Content = new StringContent(body, Encoding.UTF8, "application/json"),
            });
            var problem = Code().Match(await answer.Content.ReadAsStringAsync());
            codes.Add($"{(int)answer.StatusCode} {problem.Groups[1].Value}");
        }

        codes.ShouldAllBe(code => code.StartsWith('4'), $"{call.Name} on {body}");
        return codes;
    }

    IEnumerable<Requests> Endpoints() => city.Services.GetRequiredService<EndpointDataSource>().Endpoints
        .OfType<RouteEndpoint>().Select(e => new Requests(e)).Where(e => e.Endpoint.DisplayName != "no such page");

    [GeneratedRegex("\"code\":\"([a-z_]+)\"")]
    private static partial Regex Code();

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex Token();
}
