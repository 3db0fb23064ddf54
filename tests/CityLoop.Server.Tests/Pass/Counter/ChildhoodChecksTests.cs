using CityLoop.Server.City;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Contacts;
using CityLoop.Server.Pass.Counter;
using CityLoop.Server.Pass.Family;
using CityLoop.Server.Tests.Hosting;
using Dapper;

namespace CityLoop.Server.Tests.Pass.Counter;

/// <summary>A child's face and papers say little of the adult: a check ends with childhood.</summary>
public sealed class ChildhoodChecksTests(TestCity city) : IClassFixture<TestCity>
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_check_of_a_child_ends_on_the_day_of_majority_and_is_told_a_month_ahead()
    {
        var today = city.Get<CityClock>().Today;
        using var mother = city.Visit();
        await mother.SignInAsync(city, "mother-of-17@example.org");
        await mother.AddChildAsync("小十七", today.AddYears(-18).AddDays(ChildhoodChecks.DaysAhead + 1));
        using var first = await city.SignInAsync(Cast.WangYating);
        using var second = await city.SignInAsync(Cast.ZhangJianguo);
        var visit = await first.FindChildAsync(mother, "小十七");
        await city.CheckAsync(first, second, visit, "小十七", document: "national_id", number: "D157241642");
        var child = new PersonId(
            (await city.Get<FamilyStore>().ChildrenOfAsync(await mother.IdAsync(), Stop)).Single().Id);
        await city.Get<WaysIn>().AddContactAsync(child, Contact.Read("seventeen@example.org")!, Stop);
        var childhood = city.Get<ChildhoodChecks>();
        await childhood.TellAsync(Stop);
        (await city.LettersAsync("seventeen@example.org", "快到期了")).ShouldBeEmpty();

        city.Clock.Advance(TimeSpan.FromDays(1));
        await childhood.TellAsync(Stop);
        await childhood.TellAsync(Stop);
        await city.LetterAsync("mother-of-17@example.org", "小十七 的身分核對快到期了");
        await city.LetterAsync("seventeen@example.org", "小十七 的身分核對快到期了");
        await city.LettersGoneAsync();
        (await city.LettersAsync("seventeen@example.org", "快到期了")).Count.ShouldBe(1, "once");
        await childhood.EndAsync(Stop);
        (await LevelAsync(child)).ShouldBe(2);

        city.Clock.Advance(TimeSpan.FromDays(ChildhoodChecks.DaysAhead));
        await childhood.EndAsync(Stop);
        (await LevelAsync(child)).ShouldBe(1);
        await city.LetterAsync("seventeen@example.org", "請再核對一次身分");

        // The number is theirs as before: it opens the pass, and a new look at them counts for good.
        (await city.HandedOverAsync("seventeen@example.org", "成十七", "D157241642", "health_card")).ShouldNotBeEmpty();
        using var third = await city.SignInAsync(Cast.WangYating);
        using var fourth = await city.SignInAsync(Cast.ZhangJianguo);
        await city.CheckAsync(
            third, fourth, await third.FindAsync("seventeen@example.org"), "成十七", document: "national_id",
            number: "D157241642");
        await childhood.EndAsync(Stop);
        (await LevelAsync(child)).ShouldBe(2);
    }

    [Fact]
    public async Task Whose_check_ended_with_childhood_is_not_taken_over_by_an_impostors_document()
    {
        using var mother = city.Visit();
        await mother.SignInAsync(city, "mother-of-heir@example.org");
        await mother.AddChildAsync("小成年", city.Get<CityClock>().Today.AddYears(-18).AddDays(1));
        using (var one = await city.SignInAsync(Cast.WangYating))
        using (var two = await city.SignInAsync(Cast.ZhangJianguo))
            await city.CheckAsync(
                one, two, await one.FindChildAsync(mother, "小成年"), "小成年", document: "national_id",
                number: "F131104093");
        city.Clock.Advance(TimeSpan.FromDays(ChildhoodChecks.DaysAhead));
        await city.Get<ChildhoodChecks>().EndAsync(Stop);
        using var guardian = city.Visit();
        await guardian.SignInAsync(city, "mother-of-heir@example.org");
        using var first = await city.SignInAsync(Cast.WangYating);
        using var second = await city.SignInAsync(Cast.ZhangJianguo);
        var visit = await first.FindChildAsync(guardian, "小成年");

        (await city.CheckAsync(first, second, visit, "冒成年", number: "W20000011")).ShouldContain("已確認，但要等");
        (await city.CheckAsync(first, second, visit, "冒成年", "recovery", number: "W20000011"))
            .ShouldContain("已確認，但要等");
        (await first.RecordAsync(visit, "冒成年", document: "national_id", number: "N157241631"))
            .ShouldBe("?problem=number_not_theirs");
        (await city.CheckAsync(first, second, visit, "小成年", document: "health_card", number: "F131104093"))
            .ShouldNotContain("已確認，但要等");
    }

    async Task<int> LevelAsync(PersonId person)
    {
        await using var connection = await city.Database.OpenConnectionAsync(Stop);
        return await connection.ExecuteScalarAsync<int>("select pass.level_of(@Value)", person);
    }
}
