using CityLoop.Server.Credentials.Offices;
using CityLoop.Server.Pass.Counter;
using CityLoop.Server.Tests.Credentials.SdJwts;
using CityLoop.Server.Tests.Hosting;
using Dapper;

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
    [InlineData("passport", "A123456788", null)]
    [InlineData("passport", "30123456", null)]
    [InlineData("passport", "3012", DocumentNumbers.NotANumber)]
    [InlineData("passport", "301234567890123456789", DocumentNumbers.NotANumber)]
    [InlineData("national_id", "A12345678?", DocumentNumbers.NotANumber)]
    public void A_number_that_cannot_be_right_is_told_apart(string document, string typed, string? fault) =>
        DocumentNumbers.FaultOf(document, DocumentNumbers.Normalised(typed)).ShouldBe(fault);

    [Fact]
    public async Task Whose_number_was_noted_at_the_counter_is_found_in_an_offices_register()
    {
        using var person = city.Visit();
        await person.SignInAsync(city, "mei@example.org");
        using var first = await city.SignInAsync(Cast.WangYating);
        using var second = await city.SignInAsync(Cast.ZhangJianguo);
        var visit = await first.FindAsync("mei@example.org");

        (await NoteAsync(first, visit, "B220419902")).ShouldBe("?problem=document_number_wrong");
        (await city.Get<CounterChecks>().OfAsync(await person.IdAsync(), default)).ShouldBeEmpty();
        // The demo's own resident stands in the register under this number; here it is typed another way.
        (await NoteAsync(first, visit, "ｂ2204 19-901")).ShouldBe("?done=recorded");
        (await IssueAsync(person)).ShouldBeNull("one pair of eyes");
        var check = (await city.Get<CounterChecks>().OfAsync(await person.IdAsync(), default)).ShouldHaveSingleItem();
        using var approved = await second.DecideAsync(check.Id);

        (await IssueAsync(person)).ShouldNotBeNull();
        await using var connection = await city.Database.OpenConnectionAsync();
        (await connection.QuerySingleAsync<string>("select sealed_key from pass.document_key"))
            .ShouldStartWith("CfDJ8");
        (await person.GetStringAsync("/me/data.json")).ShouldNotContain("document_print");
    }

    static async Task<string> NoteAsync(HttpClient officer, Uri visit, string number)
    {
        using var recorded = await officer.SubmitAsync(
            visit.PathAndQuery, "action=\"/counter/checks\"", ("purpose", "identity"), ("document", "national_id"),
            ("number", number), ("name", "美"));
        return recorded.RequestMessage!.RequestUri!.Query;
    }

    async Task<IssuedCredential?> IssueAsync(HttpClient person) => await city.Get<IssueCredential>().ForAsync(
        await person.IdAsync(), "residence", TamperedCredential.Holder.Public, city.Address.ToString().TrimEnd('/'),
        default);
}
