using System.Net;
using System.Text.RegularExpressions;
using CityLoop.Server.Credentials.Offices;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Web.Languages;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Tests.Credentials.Offices;

/// <summary>The officers' pages on which offices, what they certify and their registers change, two by two.</summary>
public sealed class OfficesDeskTests(TestCity city) : IClassFixture<TestCity>
{
    readonly CredentialHolder _person = new(city);

    [Fact]
    public async Task What_one_officer_registers_holds_when_another_has_approved_it()
    {
        using var first = await city.SignInAsync(Cast.WangYating);
        using var second = await city.SignInAsync(Cast.ZhangJianguo);
        using var sent = await first.SubmitAsync(
            "/desk/offices/new", "id=\"save-office\"",
            Office(
                ("code", "transport"), ("nameEn", "Transport office"), ("sourceEn", "Permits"),
                ("postalAddress", "示範路 3 號"), ("contact", "1999")));
        sent.RequestMessage!.RequestUri!.PathAndQuery.ShouldBe("/desk/offices?done=asked");
        (await city.Get<OfficeStore>().FindAsync("transport", default)).ShouldBeNull("one pair of eyes");
        foreach (var part in new[] { "交通局", "Transport office", "停車登記", "Permits", "每天", "示範路 3 號", "1999" })
            Line(await second.GetStringAsync("/desk/offices"), "transport").ShouldContain(part);

        (await DecideAsync(first, "transport", "approve")).ShouldBe("?problem=change_needs_another");
        (await city.Get<OfficeStore>().FindAsync("transport", default)).ShouldBeNull();
        (await DecideAsync(second, "transport", "approve")).ShouldBe("?done=approved");

        var registered = (await city.Get<OfficeStore>().FindAsync("transport", default))!;
        (registered.Names["ja"], registered.PostalAddress, registered.Contact).ShouldBe(("交通局", "示範路 3 號", "1999"));
        using var typed = await second.SubmitAsync(
            "/desk/offices/transport/types/new", "id=\"save-type\"", ("code", "parking"), ("name", "停車證"),
            ("nameEn", "Parking permit"), ("validDays", "7"),
            ("fields", "zone | 區域 | Zone\nplate | 車牌 | Plate | 番号 | *"));
        typed.RequestMessage!.RequestUri!.Query.ShouldBe("?done=asked");
        foreach (var part in new[] { "停車證", "Parking permit", "<code>zone", "Zone", "車牌", "Plate", "番号", "敏感" })
            Line(await first.GetStringAsync("/desk/offices"), "parking").ShouldContain(part);
        (await DecideAsync(first, "parking", "approve")).ShouldBe("?done=approved");
        var (_, type) = (await city.Get<OfficeStore>().FindTypeAsync("parking", default))!.Value;
        type.Fields.Select(f => (f.Name, f.IsSensitive)).ShouldBe([("zone", false), ("plate", true)]);
        var page = await first.GetStringAsync("/desk/offices/transport");
        page.ShouldContain("王雅婷 提出");
        page.ShouldContain("張建國 核准");

        await using var connection = await city.Database.OpenConnectionAsync();
        var around = await Should.ThrowAsync<PostgresException>(() => connection.ExecuteAsync(
            "update credentials.office_change set decided_by = asked_by where kind = 'type'"));
        around.SqlState.ShouldBe(PostgresErrorCodes.CheckViolation, "the table itself refuses it");
    }

    [Fact]
    public async Task A_refused_or_withdrawn_change_changes_nothing_and_two_of_one_thing_do_not_wait()
    {
        using var first = await city.SignInAsync(Cast.WangYating);
        using var second = await city.SignInAsync(Cast.ZhangJianguo);
        Task<HttpResponseMessage> RenameAsync(string name) => first.SubmitAsync(
            "/desk/offices/education", "id=\"save-office\"", Office(("name", name)));

        using var asked = await RenameAsync("別的名字");
        asked.RequestMessage!.RequestUri!.Query.ShouldBe("?done=asked");
        using var again = await RenameAsync("又一個名字");
        again.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await DecideAsync(second, "別的名字", "refuse")).ShouldBe("?done=refused");
        using var third = await RenameAsync("第三個名字");
        (await DecideAsync(first, "第三個名字", "refuse")).ShouldBe("?done=refused", "who asked takes it back");

        (await city.Get<OfficeStore>().FindAsync("education", default))!.Names["zh-TW"].ShouldBe("教育局");
    }

    [Fact]
    public async Task A_suspended_office_issues_nothing_at_once_and_again_when_two_agree()
    {
        using var first = await city.SignInAsync(Cast.WangYating);
        using var second = await city.SignInAsync(Cast.ZhangJianguo);

        using var suspended = await first.SubmitAsync("/desk/offices/education", "id=\"suspend\"");
        var stopped = await Should.ThrowAsync<OfficeUnreachableException>(
            () => _person.IssueAsync(Cast.HuangZhiming, "enrolment"));
        stopped.Office["en"].ShouldBe("Education Bureau");
        using var asked = await first.SubmitAsync("/desk/offices/education", "id=\"suspend\"");
        await Should.ThrowAsync<OfficeUnreachableException>(() => _person.IssueAsync(Cast.HuangZhiming, "enrolment"));

        (await DecideAsync(second, "恢復發證", "approve")).ShouldBe("?done=approved");
        (await _person.IssueAsync(Cast.HuangZhiming, "enrolment")).ShouldNotBeNull();
    }

    [Theory]
    [InlineData("code", "X Y", "office_code_needed")]
    [InlineData("code", "social-affairs", "office_code_taken")]
    [InlineData("name", "", "office_name_needed")]
    [InlineData("source", "", "office_source_needed")]
    [InlineData("refresh", "sometimes", "office_refresh_needed")]
    [InlineData("contact", "office@city.example", "office_contact_needed")]
    [InlineData("postalAddress", "示範路 3 號", "office_contact_needed")]
    [InlineData("address", "http://office.example/issue", "office_address_not_taken")]
    [InlineData("address", "https://me:secret@office.example/", "office_address_not_taken")]
    [InlineData("address", "https://office.example/issue", "office_keys_not_taken")]
    public async Task An_office_that_cannot_be_is_refused(string field, string value, string problem)
    {
        using var officer = await city.SignInAsync(Cast.WangYating);

        using var answer = await officer.SubmitAsync(
            "/desk/offices/new", "id=\"save-office\"", Office((field, value)));

        await ShouldSayAsync(answer, problem);
    }

    [Theory]
    [InlineData("code", "1", "type_code_needed")]
    [InlineData("code", "residence", "type_code_taken")]
    [InlineData("name", "", "type_name_needed")]
    [InlineData("validDays", "366", "type_days_needed")]
    [InlineData("fields", "", "type_fields_needed")]
    [InlineData("fields", "zone", "type_fields_needed")]
    [InlineData("fields", "zone | 區\nzone | 區", "type_fields_needed")]
    [InlineData("fields", "exp | 有效期限", "type_fields_needed")]
    [InlineData("fields", "number | 號碼", "type_fields_needed")]
    public async Task A_type_that_cannot_be_is_refused(string field, string value, string problem)
    {
        using var officer = await city.SignInAsync(Cast.WangYating);
        (string Name, string Value)[] good =
            [("code", "odd"), ("name", "證明"), ("validDays", "7"), ("fields", "zone | 區")];

        using var answer = await officer.SubmitAsync(
            "/desk/offices/household/types/new", "id=\"save-type\"",
            [.. good.Where(one => one.Name != field), (field, value)]);

        await ShouldSayAsync(answer, problem);
    }

    [Fact]
    public async Task An_auditor_reads_and_changes_nothing()
    {
        using var auditor = await city.SignInAsync(Cast.LiShufen);

        (await auditor.GetStringAsync("/desk/offices/household")).ShouldNotContain("id=\"suspend\"");
        (await auditor.GetStringAsync("/desk/offices/household/types/residence")).ShouldNotContain("id=\"file\"");
        (await auditor.GetAsync("/desk/offices/new")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    /// <summary>An officer presses a button beside a change that waits; answers what the page says then.</summary>
    static async Task<string> DecideAsync(HttpClient officer, string of, string decision)
    {
        var page = await officer.GetStringAsync("/desk/offices");
        using var decided = await officer.SendFormAsync(
            new Uri(officer.BaseAddress!, "/desk/offices"), Line(page, of), "name=\"change\"", ("decision", decision));
        return decided.RequestMessage!.RequestUri!.Query;
    }

    static string Line(string page, string of) =>
        Regex.Matches(page, "<li class=\"top\">.*?</li>", RegexOptions.Singleline)
            .Select(match => match.Value).First(text => text.Contains(of, StringComparison.Ordinal));

    async Task ShouldSayAsync(HttpResponseMessage answer, string problem)
    {
        var page = await answer.PageAsync(HttpStatusCode.BadRequest);
        page.ShouldContain(city.Get<TextCatalogue>().Say("zh-TW", $"problem.{problem}"));
    }

    static (string, string)[] Office(params (string Name, string Value)[] other) =>
    [
        .. new (string Name, string Value)[]
        {
            ("code", "other"), ("name", "交通局"), ("source", "停車登記"), ("refresh", "daily"), ("address", ""),
        }.Where(field => other.All(o => o.Name != field.Name)).Concat(other),
    ];
}
