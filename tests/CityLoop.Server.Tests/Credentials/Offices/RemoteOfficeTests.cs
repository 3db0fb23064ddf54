using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using CityLoop.Server.Credentials.Offices;
using CityLoop.Server.Credentials.SdJwts;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Counter;
using CityLoop.Server.Tests.Hosting;
using Dapper;

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
        foreach (var told in new[] { "看了：證件號碼的指紋", "目的：核發「所得證明」" })
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
    [InlineData("document,number\nnational_id,B220419902\n", "fingerprint_file_not_taken")]
    [InlineData("number\nB220419901\n", "fingerprint_file_not_taken")]
    public async Task A_file_of_numbers_that_cannot_be_is_not_taken(string file, string problem)
    {
        await using var office = await RegisterAsync($"wrong-{file.Length}");
        using var officer = await city.SignInAsync(Cast.WangYating);

        using var answer = await SendAsync(officer, $"wrong-{file.Length}", file, "ask");

        answer.RequestMessage!.RequestUri!.Query.ShouldBe($"?problem={problem}");
    }

    [Fact]
    public async Task Fingerprints_are_made_once_of_the_very_file_that_two_officers_agreed_to()
    {
        await using var office = await RegisterAsync("prints");
        using var officer = await city.SignInAsync(Cast.WangYating);
        using var second = await city.SignInAsync(Cast.ZhangJianguo);
        const string file = "document,number\nnational_id,b2204 19901\n";
        async Task<string> MakeAsync(HttpClient who, string what)
        {
            using var answer = await SendAsync(who, "prints", what, "make");
            return answer.RequestMessage!.RequestUri!.Query is { Length: > 0 } query
                ? query : await answer.Content.ReadAsStringAsync();
        }

        const string refused = "?problem=fingerprints_not_approved";
        (await MakeAsync(officer, file)).ShouldBe(refused, "one pair of eyes");
        using var asked = await SendAsync(officer, "prints", file, "ask");
        asked.RequestMessage!.RequestUri!.Query.ShouldBe("?done=asked");
        (await MakeAsync(officer, file)).ShouldBe(refused, "it waits");
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(file)));
        (await second.GetStringAsync("/desk/offices")).ShouldContain(sha256);
        await ApproveAsync(city.Get<OfficeChanges>());

        (await MakeAsync(second, file)).ShouldBe(refused, "another officer asked");
        (await MakeAsync(officer, file.Replace("901", "901\npassport,30123456", StringComparison.Ordinal)))
            .ShouldBe(refused, "another file");
        var print = await city.Get<DocumentPrints>().OfAsync("national_id", "B220419901", default);
        (await MakeAsync(officer, file)).ShouldBe(
            $"document,number,fingerprint\nnational_id,B220419901,{Base64Url.EncodeToString(print)}\n");
        (await MakeAsync(officer, file)).ShouldBe(refused, "once");
        await using var connection = await city.Database.OpenConnectionAsync();
        (await connection.QuerySingleAsync<(Guid, int, bool)>(
            """
            select asked_by, (content->>'Lines')::int, used_at is not null from credentials.office_change
            where kind = 'fingerprints' and content->>'Sha256' = @sha256
            """, new { sha256 })).ShouldBe((PersonId.OfCast(Cast.WangYating).Value, 1, true));
    }

    [Fact]
    public async Task The_city_makes_only_so_many_fingerprints_in_a_month()
    {
        await using var office = await RegisterAsync("many");
        var (changes, asked) = (city.Get<OfficeChanges>(), (await city.Get<OfficeStore>().FindAsync("many", default))!);
        Task<OfficeChangeOutcome> AskAsync(string sha256, int lines) => changes.AskForFingerprintsAsync(
            PersonId.OfCast(Cast.ZhangJianguo), asked, new FingerprintFile(sha256, lines), default);
        city.Clock.Advance(MakeFingerprints.Within);

        (await AskAsync("a", MakeFingerprints.Max - 10)).ShouldBe(OfficeChangeOutcome.Waits);
        (await AskAsync("b", 11)).ShouldBe(OfficeChangeOutcome.TooMany);
        city.Clock.Advance(MakeFingerprints.Within);

        (await AskAsync("b", 11)).ShouldBe(OfficeChangeOutcome.Waits);
        foreach (var waiting in await changes.WaitingAsync(default))
            await changes.DecideAsync(PersonId.OfCast(Cast.ZhangJianguo), waiting.Id, isApproved: false, default);
    }

    static async Task<HttpResponseMessage> SendAsync(HttpClient officer, string office, string file, string what)
    {
        var page = await officer.GetStringAsync($"/desk/offices/{office}");
        using var sent = new MultipartFormDataContent
        {
            { new StringContent(office), "office" },
            { new StringContent(what), "what" },
            { new StringContent(Token().Match(page).Groups[1].Value), "__RequestVerificationToken" },
            { new StringContent(file), "file", "numbers.csv" },
        };
        return await officer.PostAsync(MakeFingerprints.Address, sent);
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
            Code = code, Name = new("國稅局"), Source = new("所得稅資料"), Refresh = "at_once", Address = program.Address,
            PublicKeys = program.Keys,
        }, default);
        await ApproveAsync(changes);
        var office = (await city.Get<OfficeStore>().FindAsync(code, default))!;
        await changes.AskForTypeAsync(first, office, new TypeDraft
        {
            Code = $"{code}-proof", Name = new("所得證明"), ValidDays = "30", Fields = "income | 所得 | * \nyear | 年度",
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
