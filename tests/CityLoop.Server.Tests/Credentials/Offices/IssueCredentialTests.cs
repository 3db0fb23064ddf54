using System.Net;
using CityLoop.Server.Credentials.Offices;
using CityLoop.Server.Tests.Hosting;
using Dapper;

namespace CityLoop.Server.Tests.Credentials.Offices;

/// <summary>Offices certify what their registers say; others look everything up at the city.</summary>
public sealed class IssueCredentialTests(TestCity city) : IClassFixture<TestCity>
{
    readonly CredentialHolder _person = new(city);

    [Fact]
    public async Task A_service_of_others_reads_a_credential_with_nothing_but_the_citys_addresses()
    {
        var issued = (await _person.IssueAsync(Cast.LinMeiling, "low-income"))!;
        var shown = _person.Present(issued, "category");

        var read = await _person.ReadAsync(shown);

        var fields = read.GetProperty("fields");
        fields.GetProperty("category").GetInt32().ShouldBe(3);
        fields.GetProperty("vct").GetString().ShouldBe($"{_person.Base}/credentials/types/low-income");
        fields.TryGetProperty("valid_through", out _).ShouldBeFalse();
        read.GetProperty("type").ToString().ShouldContain("低收入戶證明");
        issued.Until.ShouldBe(city.Clock.GetUtcNow().AddDays(30));

        await _person.RevokeAsync(issued);

        (await _person.ReadAsync(shown)).GetProperty("refused").GetString()!.ShouldContain("Status is not valid");
        var other = (await _person.IssueAsync(Cast.LinMeiling, "low-income"))!;
        (await _person.ReadAsync(_person.Present(other, "category")))
            .TryGetProperty("fields", out _).ShouldBeTrue("it has its own bit");
    }

    [Fact]
    public async Task Nothing_is_issued_about_people_whom_the_office_does_not_know_or_nobody_has_checked()
    {
        (await _person.IssueAsync(Cast.HuangZhiming, "low-income")).ShouldBeNull("he is not in this register");
        (await _person.IssueAsync(Cast.EmmaDubois, "residence")).ShouldBeNull("nobody has seen her passport");
        (await _person.IssueAsync(Cast.HuangZhiming, "enrolment")).ShouldNotBeNull();

        await using var connection = await city.Database.OpenConnectionAsync();
        var person = SignInRoad.PersonOf(Cast.HuangZhiming).Value;
        await connection.ExecuteAsync(
            """
            update pass.identity_check set withdrawn_by = first_officer, withdrawn_at = now() where person = @person
            """, new { person });
        (await _person.IssueAsync(Cast.HuangZhiming, "enrolment")).ShouldBeNull("the check was a mistake");
    }

    [Fact]
    public async Task No_number_of_a_document_is_in_any_table()
    {
        await using var connection = await city.Database.OpenConnectionAsync();

        var rows = (await connection.QueryAsync<string>(
            """
            select r::text from credentials.register_row r union all select c::text from pass.identity_check c
            union all select o::text from credentials.office_change o
            """)).ToList();

        rows.Count.ShouldBeGreaterThan(5);
        rows.ShouldAllBe(row => !row.Contains("B220419901") && !row.Contains("L103091941"));
        using var meiling = await city.SignInAsync(Cast.LinMeiling);
        var held = await meiling.GetStringAsync("/me/data.json");
        held.ShouldContain("credentials.register_row", customMessage: "what an office says of her is told to her");
        held.ShouldNotContain("print");
    }

    [Theory]
    [InlineData("/.well-known/jwt-vc-issuer/offices/nobody")]
    [InlineData("/offices/social-affairs/status/99")]
    [InlineData("/offices/nobody/status/1")]
    [InlineData("/credentials/types/nothing")]
    public async Task What_is_not_there_is_not_found(string address)
    {
        using var client = city.Visit();

        (await client.GetAsync(address)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }
}
