using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using CityLoop.Ledger;
using CityLoop.Server.Ledger;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Family;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Merchants;
using CityLoop.Server.Tests.Web;
using CityLoop.Server.Tests.Web.Nonsense;
using Dapper;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace CityLoop.Server.Tests.Pass.Family;

/// <summary>Children from birth on: their points are theirs, and guardians act for them while they are small.</summary>
public sealed partial class FamilyTests(TestCity city) : IClassFixture<TestCity>
{
    /// <summary>Part of a receipt: it looks up itself whose entries a reader may see; here the child's.</summary>
    const string ProofOfAnEntry = "/api/v1/ledger/entries/{sequence:long}/proof";

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    static PersonId Meiling => PersonId.OfCast(Cast.LinMeiling);

    FamilyStore Family => city.Get<FamilyStore>();

    [Fact]
    public async Task A_guardian_acts_for_a_newborn_whose_points_are_its_own()
    {
        await city.GiveAsync(Cast.LinXiaoAn, 70);
        await city.GiveAsync(Cast.LinMeiling, 5);
        var (own, childs) = (await city.BalanceOfAsync(Cast.LinMeiling), await city.BalanceOfAsync(Cast.LinXiaoAn));
        using var mother = await city.SignInAsync(Cast.LinMeiling);
        (await mother.GetStringAsync("/me/family", Stop)).ShouldContain("林小安");

        var wallet = await ActAsync(mother, PersonId.OfCast(Cast.LinXiaoAn));
        wallet.ShouldContain("正在幫 林小安 操作");
        wallet.ShouldContain($">{childs} ");
        (await mother.SendAsync("/api/v1/wallet/payments",
            $$"""{"id":"{{Guid.NewGuid()}}","shop":"{{Cast.SunflowerBakery}}","amount":30}""")).ShouldBeDone();
        (await mother.GetStringAsync("/pay-code", Stop)).ShouldContain("正在幫 林小安 操作");

        (await city.BalanceOfAsync(Cast.LinXiaoAn)).ShouldBe(childs - 30);
        (await city.BalanceOfAsync(Cast.LinMeiling)).ShouldBe(own);
        (await GoBackAsync(mother)).ShouldContain("最近一次代為操作");
        (await mother.GetStringAsync("/", Stop)).ShouldNotContain("正在幫");
    }

    [Fact]
    public async Task A_tab_that_shows_the_guardians_wallet_pays_nothing_from_the_childs()
    {
        await city.GiveAsync(Cast.LinXiaoAn, 50);
        using var mother = await city.SignInAsync(Cast.LinMeiling);
        var before = await city.BalanceOfAsync(Cast.LinXiaoAn);
        await ActAsync(mother, PersonId.OfCast(Cast.LinXiaoAn));

        // What a page's script sends says for whom the page was drawn.
        mother.DefaultRequestHeaders.Remove(Server.Web.Security.ApiHeader);
        mother.DefaultRequestHeaders.Add(Server.Web.Security.ApiHeader, Meiling.ToString());
        using var paid = await mother.PostAsync("/api/v1/wallet/payments", new StringContent(
            $$"""{"id":"{{Guid.NewGuid()}}","shop":"{{Cast.SunflowerBakery}}","amount":30}""",
            System.Text.Encoding.UTF8, "application/json"), Stop);

        (await paid.ProblemCodeAsync(HttpStatusCode.BadRequest)).ShouldBe("page_out_of_date");
        (await city.BalanceOfAsync(Cast.LinXiaoAn)).ShouldBe(before);
    }

    [Fact]
    public async Task Acting_opens_the_wallet_and_missions_and_nothing_of_anybody_s_pass()
    {
        using var mother = await city.SignInAsync(Cast.LinMeiling);
        var child = await ChildAsync("阿寶", 3);
        await ActAsync(mother, child);
        var token = Token().Match(await mother.GetStringAsync("/me/family/acting", Stop)).Groups[1].Value;
        token.ShouldNotBeEmpty();
        var closed = new Dictionary<string, int>();
        foreach (var endpoint in city.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>())
        {
            var asked = endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>();
            if (asked.Count == 0 || asked.Any(a => OpensToGuardians(a))
                || endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null
                || endpoint.RoutePattern.RawText == ProofOfAnEntry)
                continue;
            foreach (var method in endpoint.Methods().DefaultIfEmpty("GET"))
            {
                // With the token that the pages of whoever acts carry: what is refused is the deed, not the form.
                var call = new Requests(endpoint);
                using var request = new HttpRequestMessage(new HttpMethod(method), call.Address())
                {
                    Content = method == "GET" ? null
                        : call.IsForPrograms ? JsonContent.Create(new object())
                        : new FormUrlEncodedContent([KeyValuePair.Create("__RequestVerificationToken", token)]),
                };
                using var answer = await mother.SendAsync(request, Stop);
                answer.StatusCode.ShouldBe(
                    HttpStatusCode.Forbidden, $"{method} {endpoint.RoutePattern.RawText}");
                closed[method] = closed.GetValueOrDefault(method) + 1;
            }
        }

        closed["GET"].ShouldBeGreaterThan(40);
        closed["POST"].ShouldBeGreaterThan(60);
        (await mother.GetAsync("/api/v1/me", Stop)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await mother.GetAsync("/missions", Stop)).StatusCode.ShouldBe(HttpStatusCode.OK);
        await GoBackAsync(mother);
        (await mother.GetAsync("/api/v1/me", Stop)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task At_thirteen_acting_ends_by_itself_and_at_eighteen_the_guardian_is_none()
    {
        using var mother = await city.SignInAsync(Cast.LinMeiling);
        var (small, big) = (await ChildAsync("十二", 12), await ChildAsync("十七", 17));
        (await Family.ActForAsync(Meiling, Guid.NewGuid(), big, Stop)).ShouldBeFalse();
        await ActAsync(mother, small);

        await SetAgeAsync(small, 13);
        await SetAgeAsync(big, 18);
        city.Clock.Advance(Sessions.TrustedFor);

        (await mother.GetStringAsync("/", Stop)).ShouldNotContain("正在幫");
        (await mother.GetAsync("/api/v1/me", Stop)).StatusCode.ShouldBe(HttpStatusCode.OK);
        var page = await mother.GetStringAsync("/me/family", Stop);
        page.ShouldContain("十二");
        page.ShouldNotContain("十七");
    }

    [Fact]
    public async Task A_second_guardian_is_asked_says_yes_and_acts_and_a_third_is_refused()
    {
        var child = await ChildAsync("小靜", 5);
        using var mother = await city.SignInAsync(Cast.LinMeiling);
        using var other = await city.SignInAsync(Cast.EmmaDubois);
        (await AskAsync(mother, child, "nobody")).ShouldContain("請填完整的電子郵件");
        (await AskAsync(mother, child, "meiling@example.org"))
            .ShouldContain("這是你自己");
        (await AskAsync(mother, child, "emma@example.org"))
            .ShouldContain("已詢問對方");

        // Asked is not yet a guardian.
        (await Family.ActForAsync(PersonId.OfCast(Cast.EmmaDubois), Guid.NewGuid(), child, Stop)).ShouldBeFalse();
        (await SubmitAsync(other, "/me/family/accept", ("child", child.ToString()))).ShouldContain("你現在是監護人了");
        (await ActAsync(other, child)).ShouldContain("正在幫 小靜 操作");
        (await AskAsync(mother, child, "yating@example.org")).ShouldContain("最多兩位監護人");

        // The other steps back: what they were doing ends at once; the last one cannot.
        (await Family.EndAsync(PersonId.OfCast(Cast.EmmaDubois), child, Stop)).ShouldBeTrue();
        (await other.GetStringAsync("/", Stop)).ShouldNotContain("正在幫");
        (await Family.EndAsync(Meiling, child, Stop)).ShouldBeFalse();
    }

    [Fact]
    public async Task Nobody_acts_for_a_stranger_s_child_and_nobody_reads_of_it()
    {
        var child = await ChildAsync("別人的孩子", 4);
        using var stranger = await city.SignInAsync(Cast.ZhangJianguo);
        (await ActAsync(stranger, child)).ShouldContain("你不能為這個孩子做這件事");
        (await SubmitAsync(stranger, "/me/family/accept", ("child", child.ToString())))
            .ShouldContain("你不能為這個孩子");
        (await AskAsync(stranger, child, "emma@example.org"))
            .ShouldContain("你不能為這個孩子");
        (await stranger.GetStringAsync("/me/family", Stop)).ShouldNotContain("別人的孩子");
    }

    [Theory]
    [InlineData("", "2024-01-01", "請填孩子的名字")]
    [InlineData("小明", "", "出生日期不對")]
    [InlineData("小明", "2099-01-01", "出生日期不對")]
    [InlineData("小明", "01/02/2024", "出生日期不對")]
    [InlineData("小明", "2008-11-21", "滿 18 歲的人自己申請")]
    public async Task Nonsense_adds_no_child(string name, string born, string said)
    {
        using var mother = await city.SignInAsync(Cast.HuangZhiming);
        (await SubmitAsync(mother, "/me/family/children", ("name", name), ("born", born))).ShouldContain(said);
        (await Family.ChildrenOfAsync(PersonId.OfCast(Cast.HuangZhiming), Stop)).ShouldBeEmpty();
    }

    static bool OpensToGuardians(IAuthorizeData asked) => asked.Policy == Roles.Holder
        || Names(asked, Roles.Represented) || Names(asked, Roles.RepresentedChild);

    static bool Names(IAuthorizeData asked, string role) =>
        asked.Roles?.Split(',', StringSplitOptions.TrimEntries).Contains(role) == true;

    static async Task<string> AskAsync(HttpClient guardian, PersonId child, string contact) =>
        await SubmitAsync(guardian, "/me/family/guardians", ("child", child.ToString()), ("contact", contact));

    static async Task<string> ActAsync(HttpClient guardian, PersonId child) =>
        await SubmitAsync(guardian, "/me/family/act", ("child", child.ToString()));

    static async Task<string> GoBackAsync(HttpClient guardian) => await SubmitAsync(guardian, "/me/family/back");

    /// <summary>A form of one's own page, with its token.</summary>
    static async Task<string> SubmitAsync(
        HttpClient client, string address, params (string Name, string Value)[] fields)
    {
        var token = Token().Match(await client.GetStringAsync("/me/family/acting", Stop)).Groups[1].Value;
        if (token.Length == 0)
            token = Token().Match(await client.GetStringAsync("/me/family", Stop)).Groups[1].Value;
        using var form = new FormUrlEncodedContent(fields.Append(("__RequestVerificationToken", token))
            .Select(field => KeyValuePair.Create(field.Item1, field.Item2)));
        using var answer = await client.PostAsync(address, form, Stop);
        return await answer.PageAsync();
    }

    /// <summary>A child of Lin Meiling's of this age today.</summary>
    async Task<PersonId> ChildAsync(string name, int age)
    {
        (await Family.AddAsync(Meiling, name, BornFor(age), Stop)).ShouldBe(FamilyOutcome.Done);
        return new PersonId((await Family.ChildrenOfAsync(Meiling, Stop)).Last(child => child.Name == name).Id);
    }

    DateOnly BornFor(int age) => city.Get<Server.City.CityClock>().Today.AddYears(-age);

    async Task SetAgeAsync(PersonId child, int age)
    {
        await using var database = await city.Database.OpenConnectionAsync(Stop);
        await database.ExecuteAsync(
            "update pass.person set born = @born where id = @id", new { born = BornFor(age), id = child.Value });
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex Token();
}
