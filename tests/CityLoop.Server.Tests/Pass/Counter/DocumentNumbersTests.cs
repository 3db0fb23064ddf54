using System.Security.Cryptography;
using System.Text;
using CityLoop.Server.Credentials.Offices;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Counter;
using CityLoop.Server.Tests.Credentials.SdJwts;
using CityLoop.Server.Tests.Hosting;
using Dapper;
using Microsoft.AspNetCore.DataProtection;

namespace CityLoop.Server.Tests.Pass.Counter;

/// <summary>The number on a document: typed as people type, kept as a fingerprint, refused when it cannot be.</summary>
public sealed class DocumentNumbersTests(TestCity city) : IClassFixture<TestCity>
{
    [Theory]
    [InlineData("national_id", "A123456789", null)]
    [InlineData("national_id", " ａ１２３-456 789 ", null)]
    [InlineData("residence_permit", "A800000014", null)]
    [InlineData("national_id", "A123456788", DocumentNumbers.CannotBeRight)]
    [InlineData("national_id", "A223456789", DocumentNumbers.CannotBeRight)]
    [InlineData("national_id", "A323456789", DocumentNumbers.CannotBeRight)]
    [InlineData("residence_permit", "A800000015", DocumentNumbers.CannotBeRight)]
    [InlineData("health_card", "A123456788", DocumentNumbers.CannotBeRight)]
    [InlineData("health_card", "000012345678", null)]
    [InlineData("passport", "A123456788", null)]
    [InlineData("passport", "30123456", null)]
    [InlineData("passport", "3012", DocumentNumbers.NotANumber)]
    [InlineData("passport", "301234567890123456789", DocumentNumbers.NotANumber)]
    [InlineData("national_id", "A12345678?", DocumentNumbers.NotANumber)]
    public void A_number_that_cannot_be_right_is_told_apart(string document, string typed, string? fault) =>
        DocumentNumbers.FaultOf(document, DocumentNumbers.Normalised(typed)).ShouldBe(fault);

    [Fact]
    public async Task Whose_number_two_officers_read_alike_is_found_in_an_offices_register()
    {
        using var person = await ComeInAsync("mei@example.org");
        using var first = await city.SignInAsync(Cast.WangYating);
        using var second = await city.SignInAsync(Cast.ZhangJianguo);
        await WithdrawAsync(Cast.LinMeiling);
        var visit = await first.FindAsync("mei@example.org");

        (await NoteAsync(first, visit, "B220419902")).ShouldBe("?problem=document_number_wrong");
        (await Checks.OfAsync(await person.IdAsync(), default)).ShouldBeEmpty();
        // The demo's own resident stands in the register under this number; here it is typed another way.
        (await NoteAsync(first, visit, "ｂ2204 19-901")).ShouldBe("?done=recorded");
        (await IssueAsync(person)).ShouldBeNull("one pair of eyes");
        (await person.GetStringAsync("/me/data.json")).ShouldNotContain("2015-08-03");
        var check = await CheckOfAsync(person);
        (await second.GetStringAsync("/counter")).ShouldContain($"id=\"number-{check}\"");
        (await AgreeAsync(second, check, "B220419911")).ShouldBe("?problem=numbers_differ");
        (await AgreeAsync(second, check, null)).ShouldBe("?problem=numbers_differ");

        (await person.LevelAsync()).ShouldBe(1, "nothing changed");
        (await person.GetStringAsync("/me/level")).ShouldContain("輸入的證件號碼和第一位人員的不一樣");
        (await AgreeAsync(second, check, " b220419901 ")).ShouldBe("?done=approved");
        (await IssueAsync(person)).ShouldNotBeNull();
        await using var connection = await city.Database.OpenConnectionAsync();
        (await connection.QuerySingleAsync<string>("select sealed_key from pass.document_key"))
            .ShouldStartWith("CfDJ8");
        var held = await person.GetStringAsync("/me/data.json");
        held.ShouldNotContain("document_print");
        held.ShouldContain("2015-08-03", customMessage: "what the register says of her is told to her now");
    }

    [Fact]
    public async Task A_document_that_proves_one_persons_pass_proves_no_other()
    {
        using var first = await city.SignInAsync(Cast.WangYating);
        using var second = await city.SignInAsync(Cast.ZhangJianguo);
        using var one = await ComeInAsync("one@example.org");
        using var other = await ComeInAsync("other@example.org");
        await NoteAsync(first, await first.FindAsync("one@example.org"), "A123456789");
        await NoteAsync(first, await first.FindAsync("other@example.org"), "A123456789");
        (await AgreeAsync(second, await CheckOfAsync(one), "A123456789")).ShouldBe("?done=approved");

        (await AgreeAsync(second, await CheckOfAsync(other), "A123456789")).ShouldBe("?problem=document_of_another");
        var again = await first.FindAsync("other@example.org");
        (await NoteAsync(first, again, "A123456789")).ShouldBe("?problem=document_of_another");

        (await other.LevelAsync()).ShouldBe(1);
        (await first.GetStringAsync($"{again.AbsolutePath}?problem=document_of_another"))
            .ShouldContain("這份證件已經證明另一個人的市民通");
        (await other.GetStringAsync("/me/level")).ShouldContain("已經用在另一個市民通");
        await Checks.WithdrawAsync(Second, await CheckOfAsync(one), default);
        (await NoteAsync(first, again, "A123456789")).ShouldBe("?done=recorded", "that check was a mistake");
    }

    [Fact]
    public async Task A_document_that_came_to_stand_for_two_people_proves_neither()
    {
        using var twin = await ComeInAsync("twin@example.org");
        var elder = PersonId.OfCast(Cast.ChenATu);
        (await IssueAsync(elder)).ShouldNotBeNull();

        await using var connection = await city.Database.OpenConnectionAsync();
        // As it could come about before the second officer typed the number.
        await connection.ExecuteAsync(
            """
            insert into pass.identity_check (id, person, document, first_officer, recorded_at, second_officer,
              approved_at, document_print)
            select gen_random_uuid(), @twin, document, first_officer, recorded_at, second_officer, approved_at,
              document_print
            from pass.identity_check where person = @elder
            """, new { twin = (await twin.IdAsync()).Value, elder = elder.Value });

        (await IssueAsync(elder)).ShouldBeNull();
        (await IssueAsync(twin)).ShouldBeNull();
        (await twin.GetStringAsync("/me/data.json")).ShouldNotContain("1969-02-17");
    }

    [Fact]
    public async Task Numbers_are_not_guessed_at()
    {
        using var person = await ComeInAsync("guessed@example.org");
        var (whose, stranger) = (await person.IdAsync(), PersonId.OfCast(Cast.LiShufen));
        var visit = new Visit(Guid.NewGuid(), whose, city.Clock.GetUtcNow(), Second, "identity_check");
        await Checks.RecordAsync(Second, visit, false, "passport", "猜", "30123456", default);
        var check = await CheckOfAsync(person);

        for (var i = 0; i < CounterChecks.WrongNumbersMax; i++)
            (await Checks.ApproveAsync(stranger, check, $"3012345{i}", default)).Outcome
                .ShouldBe(CheckOutcome.NumbersDiffer);
        (await Checks.ApproveAsync(stranger, check, "30123456", default)).Outcome
            .ShouldBe(CheckOutcome.TooManyNumbers);
        city.Clock.Advance(CounterChecks.WrongNumbersWithin);

        (await Checks.ApproveAsync(stranger, check, "30123456", default)).Outcome.ShouldBe(CheckOutcome.Done);
    }

    [Fact]
    public async Task A_recovery_with_another_number_of_the_same_kind_is_refused()
    {
        using var owner = await ComeInAsync("same-name@example.org");
        using var first = await city.SignInAsync(Cast.WangYating);
        using var second = await city.SignInAsync(Cast.ZhangJianguo);
        var visit = await first.FindAsync("same-name@example.org", "lost_access");
        await NoteAsync(first, visit, "F131104093");
        await AgreeAsync(second, await CheckOfAsync(owner), "F131104093");
        city.Clock.Advance(CounterChecks.WrongNumbersWithin);

        (await NoteAsync(first, visit, "", "recovery")).ShouldBe("?problem=number_missing");
        (await NoteAsync(first, visit, "N157241631", "recovery")).ShouldBe("?problem=number_not_theirs");

        (await Checks.OfAsync(await owner.IdAsync(), default)).ShouldNotContain(check => check.IsRecovery);
        (await first.GetStringAsync($"{visit.AbsolutePath}?problem=number_not_theirs")).ShouldContain("不是這個市民通");
        (await owner.GetStringAsync("/me/level")).ShouldContain("和這個市民通核對過的不一樣");
        for (var i = 1; i < CounterChecks.WrongNumbersMax; i++)
            await NoteAsync(first, visit, "N157241631", "recovery");
        (await NoteAsync(first, visit, "F131104093", "recovery")).ShouldBe("?problem=too_many_numbers");
        city.Clock.Advance(CounterChecks.WrongNumbersWithin);
        (await NoteAsync(first, visit, "F131104093", "recovery")).ShouldBe("?done=recorded");
        (await AgreeAsync(second, await CheckOfAsync(owner), "")).ShouldBe("?problem=numbers_differ");
    }

    [Fact]
    public async Task Which_numbers_are_known_is_not_tried_out_on_one_person()
    {
        using var person = await ComeInAsync("oracle@example.org");
        var (whose, officer) = (await person.IdAsync(), SignInRoad.PersonOf(Cast.WangYating));
        var visit = new Visit(Guid.NewGuid(), whose, city.Clock.GetUtcNow(), officer, "identity_check");

        var outcomes = await Task.WhenAll(Enumerable.Range(0, CounterChecks.WrongNumbersMax + 3).Select(i =>
            Checks.RecordAsync(officer, visit, false, "passport", "試", $"7012345{i}", default)));

        outcomes.Count(outcome => outcome == CheckOutcome.Done).ShouldBe(CounterChecks.WrongNumbersMax);
        outcomes.Count(outcome => outcome == CheckOutcome.TooManyNumbers).ShouldBe(3);
        city.Clock.Advance(CounterChecks.WrongNumbersWithin);
    }

    [Fact]
    public async Task One_persons_number_is_the_same_on_each_document_that_bears_it()
    {
        using var one = await ComeInAsync("bearer@example.org");
        using var other = await ComeInAsync("bearer-too@example.org");
        using var first = await city.SignInAsync(Cast.WangYating);
        using var second = await city.SignInAsync(Cast.ZhangJianguo);
        await city.CheckAsync(
            first, second, await first.FindAsync("bearer@example.org"), "持卡人", document: "national_id",
            number: "D157241633");
        var visit = await first.FindAsync("bearer-too@example.org");

        (await first.RecordAsync(visit, "持卡人", document: "health_card", number: "D157241633"))
            .ShouldBe("?problem=document_of_another");
        (await first.RecordAsync(visit, "持卡人", document: "passport", number: "D157241633"))
            .ShouldBe("?done=recorded", "a passport's number is its own");
    }

    [Fact]
    public async Task A_fingerprint_from_before_is_made_anew_when_its_number_is_typed_again()
    {
        using var one = await ComeInAsync("former@example.org");
        using var other = await ComeInAsync("former-too@example.org");
        using var first = await city.SignInAsync(Cast.WangYating);
        using var second = await city.SignInAsync(Cast.ZhangJianguo);
        await city.CheckAsync(first, second, await first.FindAsync("former@example.org"), "從前", number: "D157241642");
        await using var connection = await city.Database.OpenConnectionAsync();
        // As it was made when it named the kind of document: a passport's still does.
        var prints = city.Get<DocumentPrints>();
        var key = await prints.OfAsync("passport", "D157241642", default);
        await connection.ExecuteAsync(
            """
            update pass.identity_check set document = 'health_card', document_print = @former
            where document_print = @key
            """,
            new { key, former = await FormerAsync("health_card", "D157241642") });
        var visit = await first.FindAsync("former-too@example.org");

        (await first.RecordAsync(visit, "從前", document: "national_id", number: "D157241642"))
            .ShouldBe("?problem=document_of_another");

        (await connection.ExecuteScalarAsync<long>(
            "select count(*) from pass.identity_check where document_print = @print",
            new { print = await prints.OfAsync("national_id", "D157241642", default) })).ShouldBe(1);
    }

    async Task<byte[]> FormerAsync(string kind, string number)
    {
        await using var connection = await city.Database.OpenConnectionAsync();
        var key = city.Get<IDataProtectionProvider>().CreateProtector("pass.document-key").Unprotect(
            await connection.QuerySingleAsync<string>("select sealed_key from pass.document_key"));
        return HMACSHA256.HashData(Convert.FromBase64String(key), Encoding.UTF8.GetBytes($"{kind} {number}"));
    }

    CounterChecks Checks => city.Get<CounterChecks>();

    static PersonId Second => SignInRoad.PersonOf(Cast.ZhangJianguo);

    async Task<HttpClient> ComeInAsync(string contact)
    {
        var client = city.Visit();
        await client.SignInAsync(city, contact);
        return client;
    }

    async Task<Guid> CheckOfAsync(HttpClient person) =>
        (await Checks.OfAsync(await person.IdAsync(), default))[0].Id;

    async Task WithdrawAsync(string cast) => await Checks.WithdrawAsync(
        Second, (await Checks.OfAsync(PersonId.OfCast(cast), default))[0].Id, default);

    static async Task<string> NoteAsync(
        HttpClient officer, Uri visit, string number, string purpose = "identity")
    {
        using var recorded = await officer.SubmitAsync(
            visit.AbsolutePath, "action=\"/counter/checks\"", ("purpose", purpose), ("document", "national_id"),
            ("number", number), ("name", "美"));
        return recorded.RequestMessage!.RequestUri!.Query;
    }

    static async Task<string> AgreeAsync(HttpClient officer, Guid check, string? number)
    {
        using var answer = await officer.DecideAsync(check, number: number);
        return answer.RequestMessage!.RequestUri!.Query;
    }

    async Task<IssuedCredential?> IssueAsync(HttpClient person) => await IssueAsync(await person.IdAsync());

    Task<IssuedCredential?> IssueAsync(PersonId person) => city.Get<IssueCredential>().ForAsync(
        person, "residence", TamperedCredential.Holder.Public, city.Address.ToString().TrimEnd('/'), default);
}
