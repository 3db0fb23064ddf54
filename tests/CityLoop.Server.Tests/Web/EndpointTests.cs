using System.Net;
using System.Text.RegularExpressions;
using CityLoop.Server.Pass;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Web;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;

namespace CityLoop.Server.Tests.Web;

/// <summary>Rules that hold for every endpoint there is, whoever added it.</summary>
public sealed partial class EndpointTests(TestCity city) : IClassFixture<TestCity>
{
    [Fact]
    public void Every_endpoint_says_who_may_use_it() =>
        city.Endpoints()
            .Where(e => e.Metadata.GetMetadata<IAuthorizeData>() is null
                && e.Metadata.GetMetadata<IAllowAnonymous>() is null)
            .Select(e => e.DisplayName)
            .ShouldBeEmpty("each needs [Authorize]/RequireAuthorization or [AllowAnonymous]/AllowAnonymous");

    [Fact]
    public async Task An_endpoint_that_does_not_say_is_closed_even_to_staff()
    {
        var closed = await city.Get<IAuthorizationPolicyProvider>().GetFallbackPolicyAsync();
        var officer = People.Principal(
            new Person { Id = Guid.AllBitsSet, Name = "", Language = "en", Roles = [.. Roles.All],
                CreatedAt = default },
            Guid.AllBitsSet);
        using var scope = city.Services.CreateScope();

        var decision = await scope.ServiceProvider.GetRequiredService<IAuthorizationService>()
            .AuthorizeAsync(officer, null, closed.ShouldNotBeNull());

        decision.Succeeded.ShouldBeFalse();
    }

    [Fact]
    public async Task Every_form_is_refused_without_its_token()
    {
        using var client = await SignInWithEveryRoleAsync();
        var forms = city.Endpoints().Where(e => e.Methods().Contains("POST") && !e.IsForPrograms()).ToList();
        forms.Count.ShouldBeGreaterThan(8);

        foreach (var form in forms)
        {
            using var answer = await client.PostAsync(
                AddressOf(form.RoutePattern), new FormUrlEncodedContent([KeyValuePair.Create("_handler", "x")]));
            var page = await answer.PageAsync(HttpStatusCode.BadRequest);
            page.ShouldContain("這一頁開太久了", customMessage: form.DisplayName);
        }
    }

    [Fact]
    public async Task Every_call_that_changes_something_is_refused_without_our_header()
    {
        using var client = await SignInWithEveryRoleAsync();
        client.DefaultRequestHeaders.Remove(Security.ApiHeader);
        var calls = city.Endpoints()
            .Where(e => e.IsForPrograms() && e.Metadata.GetMetadata<OpenToOtherSites>() is null)
            .SelectMany(e => e.Methods().Except(["GET", "HEAD"]), (e, method) => (e.RoutePattern, method)).ToList();
        calls.Count.ShouldBeGreaterThan(4);

        foreach (var (pattern, method) in calls)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), AddressOf(pattern));
            request.Content = new StringContent("{}", null, "application/json");
            using var answer = await client.SendAsync(request);
            (await answer.ProblemCodeAsync(HttpStatusCode.BadRequest)).ShouldBe("wrong_origin", pattern.RawText);
        }
    }

    [Fact]
    public async Task Where_programs_of_other_sites_call_no_cookie_counts()
    {
        using var client = await SignInWithEveryRoleAsync();
        using var stranger = city.Visit();
        var open = city.Endpoints().Where(e => e.Metadata.GetMetadata<OpenToOtherSites>() is not null)
            .SelectMany(e => e.Methods(), (e, method) => (Address: AddressOf(e.RoutePattern), method)).ToList();
        open.Count.ShouldBeGreaterThan(5);

        foreach (var (address, method) in open)
        {
            async Task<string> AnswerAsync(HttpClient of)
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), address);
                if (method == "POST")
                    request.Content = new FormUrlEncodedContent([]);
                using var answer = await of.SendAsync(request);
                answer.Headers.Contains("Set-Cookie").ShouldBeFalse(address);
                var text = Regex.Replace(await answer.Content.ReadAsStringAsync(), "\"traceId\":\"[^\"]+\"", "");
                return $"{answer.StatusCode} {text}";
            }

            (await AnswerAsync(client)).ShouldBe(await AnswerAsync(stranger), address);
        }
    }

    /// <summary>Tests do by hand what these do by themselves: this list says that somebody does.</summary>
    [Fact]
    public void Whatever_the_city_does_by_itself_is_switched_on() =>
        city.Services.GetServices<Microsoft.Extensions.Hosting.IHostedService>().Select(own => own.GetType().Name)
            .Where(name => name is not ("GenericWebHostService" or "DataProtectionHostedService"))
            .Order(StringComparer.Ordinal)
            .ShouldBe(
            [
                "AccountLevels", "ChangeSweeper", "CheckClock", "CityLedger", "DayTurn", "EndingPointsClock",
                "ErasureClock", "GiftClock", "GrantsAtStart",
                "HandOverClock", "HoldTimeouts", "IdentityClock", "JournalFollower", "OldGrants",
                "OpenBooks", "PaymentSweeper", "Postman", "PublishMissions", "RevocationClock", "TopUpClock",
            ]);

    [Fact]
    public async Task Every_page_comes_with_the_strict_policy_and_keeps_to_it()
    {
        var samples = await city.MakePlacesAsync();
        var readers = await SignInReadersAsync();

        foreach (var page in city.Pages())
        {
            var address = page.AddressIn(samples);
            using var answer = await ReadAsync(readers, page, address);
            string Header(string name) => string.Join(",", answer.Headers.NonValidated[name]);

            Header("Content-Security-Policy").ShouldBe(Security.ContentPolicy, address);
            Header("X-Content-Type-Options").ShouldBe("nosniff", address);
            Header("Referrer-Policy").ShouldBe("same-origin", address);
            Header("Permissions-Policy").ShouldStartWith("camera=(self)", Case.Sensitive, address);
            Header("Cache-Control").ShouldBe("no-store", address);
            answer.Headers.Contains("Strict-Transport-Security").ShouldBeFalse(address);
            answer.Headers.Contains("Server").ShouldBeFalse(address);
            var text = await answer.Content.ReadAsStringAsync();
            InlineCode().Matches(text).Select(m => m.Value).ShouldBeEmpty(address);
            OtherOrigin().Matches(text).Select(m => m.Value).ShouldBeEmpty(address);
        }
    }

    [Fact]
    public async Task Every_page_has_a_title_and_one_heading_in_every_language()
    {
        var samples = await city.MakePlacesAsync();
        var readers = await SignInReadersAsync();

        foreach (var page in city.Pages())
            foreach (var language in new[] { "zh-TW", "en", "ja" })
            {
                var address = $"{page.AddressIn(samples)}?language={language}";
                using var answer = await ReadAsync(readers, page, address);
                // A page may send its reader on, as the code page does when no code was asked for.
                if (answer.Content.Headers.ContentType?.MediaType != "text/html"
                    || answer.RequestMessage!.RequestUri!.PathAndQuery != address)
                    continue;
                var text = await answer.Content.ReadAsStringAsync();
                Regex.Count(text, "<h1").ShouldBe(1, address);
                Title().Match(text).Groups[1].Value.ShouldNotBeNullOrWhiteSpace(address);
                text.ShouldContain(
                    $"<html lang=\"{(language == "zh-TW" ? "zh-Hant-TW" : language)}\"", customMessage: address);
            }
    }

    /// <summary>Somebody of every role, and those to whom the sample receipts and trips belong.</summary>
    async Task<HttpClient[]> SignInReadersAsync() =>
    [
        await SignInWithEveryRoleAsync(), await city.SignInAsync(Cast.LinMeiling),
        await city.SignInAsync(Cast.HuangZhiming),
    ];

    /// <summary>The page as the first reader sees it who finds it; a page of one thing must be found.</summary>
    static async Task<HttpResponseMessage> ReadAsync(HttpClient[] readers, RouteEndpoint page, string address)
    {
        HttpResponseMessage answer = null!;
        foreach (var reader in readers)
        {
            answer = await reader.GetAsync(address);
            if (answer.StatusCode == HttpStatusCode.OK)
                return answer;
        }

        page.RoutePattern.Parameters.ShouldBeEmpty($"{address} was shown to nobody: {answer.StatusCode}");
        return answer;
    }

    async Task<HttpClient> SignInWithEveryRoleAsync()
    {
        const string contact = "everything@example.org";
        var client = city.Visit();
        await client.SignInAsync(city, contact);
        using var scope = city.Services.CreateScope();
        var people = scope.ServiceProvider.GetRequiredService<PersonStore>();
        var (person, _) = await people.OfContactAsync(Contact.Read(contact)!, "zh-TW", CancellationToken.None);
        foreach (var role in Roles.All)
            await people.GrantAsync(new PersonId(person.Id), role, CancellationToken.None);
        city.Get<Sessions>().Refresh(new PersonId(person.Id));
        return client;
    }

    static string AddressOf(RoutePattern pattern) => "/" + string.Join('/', pattern.PathSegments.Select(segment =>
        string.Concat(segment.Parts.Select(part => part switch
        {
            RoutePatternLiteralPart literal => literal.Content,
            RoutePatternSeparatorPart separator => separator.Content,
            RoutePatternParameterPart value when value.ParameterPolicies.Any(p => p.Content == "guid") =>
                Guid.AllBitsSet.ToString(),
            _ => "1",
        }))));

    [GeneratedRegex("""\sstyle=|<style|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)""", RegexOptions.IgnoreCase)]
    private static partial Regex InlineCode();

    [GeneratedRegex("""<(?:script|link|img|form|iframe)[^>]*(?:src|href|action)="(?:https?:)?//""")]
    private static partial Regex OtherOrigin();

    [GeneratedRegex("<title>([^<]*)</title>")]
    private static partial Regex Title();
}
