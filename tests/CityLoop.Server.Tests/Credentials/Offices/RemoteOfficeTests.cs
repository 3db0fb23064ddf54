using System.Buffers.Text;
using System.Text.RegularExpressions;
using CityLoop.Server.Credentials.Offices;
using CityLoop.Server.Credentials.SdJwts;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Counter;
using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.Credentials.Offices;

/// <summary>An office with a system of its own is asked over HTTP, and is not simply believed.</summary>
public sealed partial class RemoteOfficeTests(TestCity city) : IClassFixture<TestCity>
{
    readonly CredentialHolder _person = new(city);

    [Fact]
    public async Task What_the_office_signed_itself_is_issued_and_read_by_anybody()
    {
        await using var office = await RegisterAsync("tax");
        await SetAsync(office, "good");

        var issued = (await _person.IssueAsync(Cast.LinMeiling, "tax-proof"))!;

        var read = await _person.ReadAsync(_person.Present(issued, "income"));
        read.TryGetProperty("fields", out var fields).ShouldBeTrue(read.ToString());
        fields.GetProperty("income").GetString().ShouldBe("under 300,000");
        fields.TryGetProperty("year", out _).ShouldBeFalse();
        (await _person.IssueAsync(Cast.HuangZhiming, "tax-proof")).ShouldBeNull("the office knows nobody like that");
        await _person.RevokeAsync(issued);
        (await _person.ReadAsync(_person.Present(issued, "income"))).TryGetProperty("refused", out _).ShouldBeTrue();
        await OursIsNotTheirsAsync("tax");
        using var meiling = await city.SignInAsync(Cast.LinMeiling);
        var seen = await meiling.GetStringAsync("/me/data/access");
        seen.ShouldContain("<b>國稅局</b>", customMessage: "who was asked about her");
        foreach (var told in new[] { "看了：證件號碼的指紋", "目的：出「所得證明」" })
            seen.ShouldContain(told);
    }

    [Fact]
    public async Task What_the_office_answers_otherwise_is_not_believed_and_its_silence_is_told_plainly()
    {
        await using var office = await RegisterAsync("slow");
        string[] modes =
        [
            "unregistered-key", "other-holder", "other-type", "other-place", "too-long", "unregistered-field",
            "open-field", "short-salt", "same-salt", "marked-header", "marked-claims", "marked-key", "marked-status",
            "redirect", "broken", "silent",
        ];

        foreach (var mode in modes)
        {
            await SetAsync(office, mode);
            var refused = await Should.ThrowAsync<OfficeUnreachableException>(
                () => _person.IssueAsync(Cast.LinMeiling, "slow-proof"), mode);
            refused.Office["zh-TW"].ShouldBe("國稅局");
        }

        city.Log.Lines.Count(line => line.Contains("office slow ") && line.Contains("not what was asked for"))
            .ShouldBe(11, "whatever it signed in order, but beside the point");
        await SetAsync(office, "good");
        (await _person.IssueAsync(Cast.LinMeiling, "slow-proof")).ShouldNotBeNull("the same office, behaving");
        await office.DisposeAsync();
        await Should.ThrowAsync<OfficeUnreachableException>(() => _person.IssueAsync(Cast.LinMeiling, "slow-proof"));
    }

    [Theory]
    [InlineData("document,number\nnational_id,b2204 19901\n", "")]
    [InlineData("document,number\nnational_id,B220419902\n", "?problem=fingerprint_file_not_taken")]
    [InlineData("number\nB220419901\n", "?problem=fingerprint_file_not_taken")]
    public async Task An_officer_makes_the_fingerprints_by_which_the_office_will_be_asked(string file, string problem)
    {
        await using var office = await RegisterAsync($"prints-{file.Length}");
        using var officer = await city.SignInAsync(Cast.WangYating);
        var page = await officer.GetStringAsync($"/desk/offices/prints-{file.Length}");
        using var sent = new MultipartFormDataContent
        {
            { new StringContent($"prints-{file.Length}"), "office" },
            { new StringContent(Token().Match(page).Groups[1].Value), "__RequestVerificationToken" },
            { new StringContent(file), "file", "numbers.csv" },
        };

        using var answer = await officer.PostAsync("/desk/office-fingerprints", sent);

        answer.RequestMessage!.RequestUri!.Query.ShouldBe(problem);
        if (problem.Length > 0)
            return;
        var print = await city.Get<DocumentPrints>().OfAsync("national_id", "B220419901", default);
        (await answer.Content.ReadAsStringAsync()).ShouldBe(
            $"document,number,fingerprint\nnational_id,B220419901,{Base64Url.EncodeToString(print)}\n");
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex Token();

    // The keys that the city keeps for a remote office's status lists sign no credential of that office.
    async Task OursIsNotTheirsAsync(string code)
    {
        var (office, type) = (await city.Get<OfficeStore>().FindTypeAsync($"{code}-proof", default))!.Value;
        var keys = city.Get<OfficeKeys>();
        var now = city.Clock.GetUtcNow();
        var forged = SdJwt.Issue(await keys.CurrentAsync(office, default), new SdJwtContent
        {
            Issuer = OfficeAddresses.Issuer(_person.Base, code), Type = OfficeAddresses.Type(_person.Base, type.Code),
            IssuedAt = now, Until = now.AddDays(1), Holder = _person.Key.Public, Fields = [],
        });

        var expected = await keys.ExpectedAsync(_person.Base, office, type, default);
        SdJwt.VerifyIssued(forged, expected, now).Refusal.ShouldBe(SdJwtRefusal.NotSignedByIssuer);
    }

    async Task<RemoteOfficeProgram> RegisterAsync(string code)
    {
        var program = await RemoteOfficeProgram.StartAsync();
        var (changes, first) = (city.Get<OfficeChanges>(), PersonId.OfCast(Cast.WangYating));
        await changes.AskForOfficeAsync(first, Guid.CreateVersion7(), new OfficeDraft
        {
            Code = code, Name = "國稅局", Source = "所得稅資料", Refresh = "at_once", Address = program.Address,
            PublicKeys = program.Keys,
        }, default);
        await ApproveAsync(changes);
        var office = (await city.Get<OfficeStore>().FindAsync(code, default))!;
        await changes.AskForTypeAsync(first, office, new TypeDraft
        {
            Code = $"{code}-proof", Name = "所得證明", ValidDays = "30", Fields = "income | 所得 | * \nyear | 年度",
        }, default);
        await ApproveAsync(changes);
        return program;
    }

    static async Task ApproveAsync(OfficeChanges changes)
    {
        foreach (var waiting in await changes.WaitingAsync(default))
            await changes.DecideAsync(PersonId.OfCast(Cast.ZhangJianguo), waiting.Id, isApproved: true, default);
    }

    async Task SetAsync(RemoteOfficeProgram office, string mode)
    {
        var print = await city.Get<DocumentPrints>().OfAsync("national_id", "B220419901", default);
        await office.SetAsync(new
        {
            mode, city = _person.Base, address = office.Address, now = city.Clock.GetUtcNow().ToUnixTimeSeconds(),
            elsewhere = $"{_person.Base}/oidc/keys",
            register = new Dictionary<string, object>
            {
                [Base64Url.EncodeToString(print)] = new { income = "under 300,000", year = "2025" },
            },
        });
    }
}
