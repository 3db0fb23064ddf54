using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using CityLoop.Server.City;
using CityLoop.Server.Credentials.Offices;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Web.Languages;

namespace CityLoop.Server.Tests.Credentials.Offices;

/// <summary>Registers come in by file: checked line by line, approved by another officer, and whole.</summary>
public sealed class RegisterImportTests(TestCity city) : IClassFixture<TestCity>
{
    const string Page = "/desk/offices/social-affairs/types/low-income";
    const string Header = "document,number,valid_until,category,valid_through\n";
    const string Meiling = "national_id,B220419901,2027-06-30,2,2027-06-30\n";

    readonly CredentialHolder _person = new(city);

    [Fact]
    public async Task A_register_holds_when_another_officer_approved_it_and_takes_back_what_no_longer_holds()
    {
        using var first = await city.SignInAsync(Cast.WangYating);
        using var second = await city.SignInAsync(Cast.ZhangJianguo);
        var (meiling, elder) = (await _person.IssueAsync(Cast.LinMeiling, "low-income"),
            await _person.IssueAsync(Cast.ChenATu, "low-income"));
        var theElders = "national_id,ｌ103 091-941,2027-11-30,1,"
            + $"{city.Get<CityClock>().Today.AddYears(1):yyyy-MM-dd}\n";

        (await (await SendAsync(first, Header + Meiling + theElders, "check")).PageAsync()).ShouldContain("2 行都可以");
        (await _person.IssueAsync(Cast.LinMeiling, "low-income"))!.Until.ShouldBe(meiling!.Until, "only checked");
        using var asked = await SendAsync(first, Header + Meiling + theElders, "ask");
        asked.RequestMessage!.RequestUri!.Query.ShouldBe("?done=asked");
        (await RefusedAsync(meiling, "category")).ShouldBeFalse("nobody has approved it");
        await ApproveAsync(second);

        (await RefusedAsync(meiling, "category")).ShouldBeTrue("her category is another one now");
        (await RefusedAsync(elder!, "category")).ShouldBeFalse("his line says the same");
        var now = (await _person.IssueAsync(Cast.LinMeiling, "low-income"))!;
        (await _person.ReadAsync(_person.Present(now, "category"))).GetProperty("fields").GetProperty("category")
            .GetInt32().ShouldBe(2);

        using var without = await SendAsync(first, Header + Meiling, "ask");
        var read = await second.GetStringAsync("/desk/offices");
        read.ShouldContain("新增 0 筆、移除 1 筆、變更 0 筆");
        read.ShouldContain(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Header + Meiling))));
        await ApproveAsync(second);
        (await RefusedAsync(elder!, "category")).ShouldBeTrue("he is not in it any more");
        (await _person.IssueAsync(Cast.ChenATu, "low-income")).ShouldBeNull();
    }

    [Theory]
    [InlineData("", 1, "header")]
    [InlineData("document,number\nnational_id,B220419901\n", 1, "header")]
    [InlineData(Header, 2, "empty")]
    [InlineData(Header + "id,B220419901,2027-06-30,2,x\n", 2, "document")]
    [InlineData(Header + "passport,12,2027-06-30,2,x\n", 2, "number")]
    [InlineData(Header + "national_id,B220419902,2027-06-30,2,x\n", 2, "checkDigit")]
    [InlineData(Header + "national_id,B320419901,2027-06-30,2,x\n", 2, "checkDigit")]
    [InlineData(Header + "national_id,B220419901,30/6/2027,2,x\n", 2, "date")]
    [InlineData(Header + "national_id,B220419901,2020-06-30,2,x\n", 2, "over")]
    [InlineData(Header + "national_id,B220419901,2027-06-30,,\n", 2, "fields")]
    [InlineData(Header + Meiling + "national_id,b220419901,2027-06-30,1,x\n", 3, "twice")]
    [InlineData(Header + Meiling + "national_id,L103091941,2027-06-30\n", 3, "form")]
    [InlineData(Header + "national_id,\"B220419901,2027-06-30,2,x\n", 2, "form")]
    public async Task A_broken_file_is_refused_by_line_and_not_taken_in_part(string file, int line, string wrong)
    {
        using var officer = await city.SignInAsync(Cast.WangYating);
        var before = (await city.Get<OfficeChanges>().WaitingAsync(default)).Count;

        using var answer = await SendAsync(officer, file, "ask");

        var page = await answer.PageAsync(HttpStatusCode.BadRequest);
        var texts = city.Get<TextCatalogue>();
        page.ShouldContain(texts.Say("zh-TW", "register.line", line));
        page.ShouldContain(texts.Say("zh-TW", $"register.wrong.{wrong}"));
        page.ShouldNotContain("B22041990", customMessage: "the page does not repeat anybody's number");
        (await city.Get<OfficeChanges>().WaitingAsync(default)).Count.ShouldBe(before);
    }

    async Task<bool> RefusedAsync(IssuedCredential issued, string field) =>
        (await _person.ReadAsync(_person.Present(issued, field))).TryGetProperty("refused", out _);

    async Task ApproveAsync(HttpClient officer)
    {
        var waiting = (await city.Get<OfficeChanges>().WaitingAsync(default)).ShouldHaveSingleItem();
        var page = await officer.GetStringAsync("/desk/offices");
        using var decided = await officer.SendFormAsync(
            new Uri(officer.BaseAddress!, "/desk/offices"), page, $"{waiting.Id}", ("decision", "approve"));
        decided.RequestMessage!.RequestUri!.Query.ShouldBe("?done=approved");
    }

    static async Task<HttpResponseMessage> SendAsync(HttpClient officer, string file, string what)
    {
        var page = await officer.GetStringAsync(Page);
        var form = Regex.Match(page, "<form[^>]*multipart.*?</form>", RegexOptions.Singleline).Value;
        using var sent = new MultipartFormDataContent { { new StringContent(what), "what" } };
        foreach (Match hidden in Regex.Matches(form, "<input type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]*)\""))
            sent.Add(new StringContent(WebUtility.HtmlDecode(hidden.Groups[2].Value)), hidden.Groups[1].Value);
        sent.Add(new StringContent(file), "file", "register.csv");
        return await officer.PostAsync(Page, sent);
    }
}
