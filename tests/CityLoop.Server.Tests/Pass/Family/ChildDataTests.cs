using System.Net;
using System.Text.Json.Nodes;
using CityLoop.Server.City;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Access;
using CityLoop.Server.Pass.Data;
using CityLoop.Server.Pass.Family;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Merchants;
using CityLoop.Server.Tests.Pass.Counter;
using Dapper;

namespace CityLoop.Server.Tests.Pass.Family;

/// <summary>What guardians do with the data of a child that is too small to do it.</summary>
public sealed class ChildDataTests(TestCity city) : IClassFixture<TestCity>
{
    const string EraseForm = "id=\"erase-child\"";

    FamilyStore Family => city.Get<FamilyStore>();

    Erasures Erasures => city.Get<Erasures>();

    [Fact]
    public async Task A_guardian_reads_who_saw_a_small_childs_data_and_downloads_all_of_it()
    {
        var (mother, child) = await FamilyAsync("reads", 4);
        await SeenAsync(child);
        await GiveAsync(child, 70);

        var page = await mother.GetStringAsync(ChildPage.AddressOf(child.Value));
        foreach (var part in new[] { "小讀 的資料", "王雅婷", "孩子現在有 70 循環點數" })
            page.ShouldContain(part);
        using var answer = await mother.GetAsync($"{ChildPage.AddressOf(child.Value)}/data.json");

        answer.Content.Headers.ContentDisposition!.FileName.ShouldBe("child-data.json");
        var told = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        ((Guid?)told["person"]).ShouldBe(child.Value);
        told["held"]!["pass.person"]![0]!["name"]!.GetValue<string>().ShouldBe("小讀");
        told["accounts"]![0]!["transfers"]![0]!["amount"]!.GetValue<long>().ShouldBe(70);
        told.ToJsonString().ShouldNotContain("reads@example.org", customMessage: "the guardian's own is not in it");
        (await city.Get<MyAccesses>().OfAsync(child, 10, 0, default)).Select(line => line.Kind)
            .ShouldContain("guardian", "the other guardian and, later, the child can read that it was done");
    }

    [Fact]
    public async Task A_teenagers_data_and_a_strangers_childs_are_shown_to_nobody()
    {
        var (mother, child) = await FamilyAsync("teen", 13);
        var (_, small) = await FamilyAsync("not-theirs", 4);

        (await mother.GetStringAsync("/me/family")).ShouldNotContain(ChildPage.AddressOf(child.Value));
        foreach (var other in new[] { child, small })
        {
            foreach (var address in new[] { "", "/data.json" })
                (await mother.GetAsync(ChildPage.AddressOf(other.Value) + address)).StatusCode
                    .ShouldBe(HttpStatusCode.NotFound);
            (await city.Get<ChildErasures>().AskAsync(await mother.IdAsync(), other, default))
                .ShouldBe(ChildErasureOutcome.NotTheirChild);
            (await Erasures.DueAsync(other, default)).ShouldBeNull();
        }
    }

    [Fact]
    public async Task The_only_guardian_has_a_child_erased_after_a_week_and_the_books_keep_its_points()
    {
        var (mother, child) = await FamilyAsync("alone", 4);
        await GiveAsync(child, 55);
        var account = await city.Get<PersonAccounts>().OfAsync(child, city.Pack.MainCurrency.Id, default);
        var page = ChildPage.AddressOf(child.Value);

        using var asked = await mother.SubmitAsync(page, EraseForm, ("understood", "yes"));
        asked.RequestMessage!.RequestUri!.PathAndQuery.ShouldBe($"{page}?done=asked");
        await city.LetterAsync("alone@example.org", "的市民通會在 7 天後刪除");
        (await mother.GetStringAsync("/me/family")).ShouldContain("小讀 的市民通會在");
        using var kept = await mother.SubmitAsync(page, "id=\"keep\"");
        (await Erasures.DueAsync(child, default)).ShouldBeNull("taken back");

        using var again = await mother.SubmitAsync(page, EraseForm, ("understood", "yes"));
        city.Clock.Advance(Erasures.CanBeTakenBackFor);
        await Erasures.EraseDueAsync(default);

        (await Family.ChildrenOfAsync(await IdOfAsync("alone"), default)).ShouldBeEmpty();
        (await city.BalanceAsync(account)).ShouldBe(55, "they end by their own last day");
        await using var connection = await city.Database.OpenConnectionAsync();
        (await connection.ExecuteScalarAsync<string>("select name from pass.person where id = @Value", child))
            .ShouldBeEmpty();
    }

    [Fact]
    public async Task Of_two_guardians_both_have_to_want_it_and_one_alone_stops_it()
    {
        var (mother, child) = await FamilyAsync("both", 4);
        var father = await JoinAsync("both-father", child);
        var page = ChildPage.AddressOf(child.Value);

        using var asked = await mother.SubmitAsync(page, EraseForm, ("understood", "yes"));
        asked.RequestMessage!.RequestUri!.PathAndQuery.ShouldBe($"{page}?done=proposed");
        (await Erasures.DueAsync(child, default)).ShouldBeNull("one alone erases nothing");
        (await mother.GetStringAsync(page)).ShouldNotContain(EraseForm, customMessage: "nor by asking twice");
        await city.Get<ChildErasures>().AskAsync(await mother.IdAsync(), child, default);
        (await Erasures.DueAsync(child, default)).ShouldBeNull();
        await city.LetterAsync("both-father@example.org", "要刪除 小讀 的市民通嗎？");
        (await father.GetStringAsync("/me/family")).ShouldContain("另一位監護人想刪除");

        using var refused = await father.SubmitAsync(page, "id=\"keep\"");
        await city.LetterAsync("both@example.org", "小讀 的市民通會留著");
        (await city.Get<ChildErasures>().AskedByAsync(child, default)).ShouldBeNull();
        using var askedAgain = await mother.SubmitAsync(page, EraseForm, ("understood", "yes"));
        using var agreed = await father.SubmitAsync(page, EraseForm, ("understood", "yes"));
        agreed.RequestMessage!.RequestUri!.PathAndQuery.ShouldBe($"{page}?done=asked");
        (await Erasures.DueAsync(child, default)).ShouldNotBeNull();

        using var kept = await mother.SubmitAsync(page, "id=\"keep\"");
        (await Erasures.DueAsync(child, default)).ShouldBeNull("either of them takes it back alone");
    }

    [Fact]
    public async Task An_ask_counts_for_a_week_and_only_of_who_is_still_a_guardian()
    {
        var (mother, child) = await FamilyAsync("late", 4);
        var father = await JoinAsync("late-father", child);
        var erasures = city.Get<ChildErasures>();
        (await erasures.AskAsync(await mother.IdAsync(), child, default)).ShouldBe(ChildErasureOutcome.AsksTheOther);

        (await Family.EndAsync(await mother.IdAsync(), child, default)).ShouldBeTrue();
        (await erasures.AskedByAsync(child, default)).ShouldBeNull("she has stepped back");
        await JoinAsync("late", child);
        (await erasures.AskedByAsync(child, default)).ShouldNotBeNull();
        city.Clock.Advance(GuardianAsks.AskLasts);
        await father.SignInAsync(city, "late-father@example.org");

        (await erasures.AskAsync(await father.IdAsync(), child, default))
            .ShouldBe(ChildErasureOutcome.AsksTheOther, "what was asked a week ago is over: now he asks");
    }

    [Fact]
    public async Task Both_guardians_who_ask_at_once_agree()
    {
        var (mother, child) = await FamilyAsync("at-once", 4);
        var father = await JoinAsync("at-once-father", child);
        var (first, second) = (await mother.IdAsync(), await father.IdAsync());
        var erasures = city.Get<ChildErasures>();

        var outcomes = await Task.WhenAll(
            erasures.AskAsync(first, child, default), erasures.AskAsync(second, child, default));

        outcomes.ShouldBe([ChildErasureOutcome.AsksTheOther, ChildErasureOutcome.Asked], ignoreOrder: true);
        (await Erasures.DueAsync(child, default)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Nobody_decides_for_a_child_that_decides_itself_before_the_week_is_over()
    {
        var (mother, child) = await FamilyAsync("birthday", 12);
        await using var connection = await city.Database.OpenConnectionAsync();
        async Task BornAsync(int days) => await connection.ExecuteAsync(
            "update pass.person set born = @born where id = @id",
            new { id = child.Value, born = city.Get<CityClock>().Today.AddYears(-13).AddDays(days) });
        var (erasures, guardian) = (city.Get<ChildErasures>(), await mother.IdAsync());

        await BornAsync(7);
        (await erasures.AskAsync(guardian, child, default)).ShouldBe(ChildErasureOutcome.NotTheirChild);
        (await mother.GetStringAsync(ChildPage.AddressOf(child.Value))).ShouldContain("由孩子自己決定");
        await BornAsync(8);
        (await erasures.AskAsync(guardian, child, default)).ShouldBe(ChildErasureOutcome.Asked);
    }

    [Fact]
    public async Task A_phone_found_unlocked_downloads_no_childs_data_and_erases_no_child()
    {
        var (mother, child) = await FamilyAsync("unlocked", 4);
        city.Clock.Advance(Sessions.FreshFor + TimeSpan.FromSeconds(1));
        var page = ChildPage.AddressOf(child.Value);

        using var file = await mother.GetAsync($"{page}/data.json");
        file.RequestMessage!.RequestUri!.AbsolutePath.ShouldBe("/sign-in");
        using var erased = await mother.SubmitAsync(page, EraseForm, ("understood", "yes"));
        erased.RequestMessage!.RequestUri!.AbsolutePath.ShouldBe("/sign-in");
        (await Erasures.DueAsync(child, default)).ShouldBeNull();
    }

    /// <summary>A guardian with one child of this age.</summary>
    async Task<(HttpClient Guardian, PersonId Child)> FamilyAsync(string name, int age)
    {
        var guardian = city.Visit();
        await guardian.SignInAsync(city, $"{name}@example.org");
        var id = await guardian.IdAsync();
        (await Family.AddAsync(id, "小讀", city.Get<CityClock>().Today.AddYears(-age), default))
            .ShouldBe(FamilyOutcome.Done);
        return (guardian, new PersonId((await Family.ChildrenOfAsync(id, default))[0].Id));
    }

    /// <summary>Somebody becomes a guardian of a child, or is one again.</summary>
    async Task<HttpClient> JoinAsync(string name, PersonId child)
    {
        var guardian = city.Visit();
        await guardian.SignInAsync(city, $"{name}@example.org");
        await using var connection = await city.Database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            insert into pass.guardianship (child, guardian, asked_at, accepted_at) values (@child, @id, @now, @now)
            on conflict (child, guardian) do update set ended_at = null
            """, new { child = child.Value, id = (await guardian.IdAsync()).Value, now = city.Clock.GetUtcNow() });
        return guardian;
    }

    async Task<PersonId> IdOfAsync(string name)
    {
        using var client = city.Visit();
        await client.SignInAsync(city, $"{name}@example.org");
        return await client.IdAsync();
    }

    async Task GiveAsync(PersonId child, long amount) => await city.GiveAsync(
        await city.Get<PersonAccounts>().OfAsync(child, city.Pack.MainCurrency.Id, default), amount);

    async Task SeenAsync(PersonId child)
    {
        await using var connection = await city.Database.OpenConnectionAsync();
        await city.Get<AccessLog>().WriteAsync(connection, new Server.Pass.Access.Access
        {
            Person = child, Kind = AccessBy.Officer, By = PersonId.OfCast(Cast.WangYating).ToString(),
            What = ["name"], Purpose = "question",
        }, default);
    }
}
