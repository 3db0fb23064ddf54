using System.Text.RegularExpressions;
using CityLoop.Server.City;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Family;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Pass.Counter;
using Dapper;

namespace CityLoop.Server.Tests.Pass.Family;

/// <summary>Asking somebody to be the second guardian: what it tells nobody, and who hears of it.</summary>
public sealed partial class GuardianAsksTests(TestCity city) : IClassFixture<TestCity>
{
    const string AskForm = "action=\"/me/family/guardians\"";

    FamilyStore Family => city.Get<FamilyStore>();

    [Fact]
    public async Task Asking_tells_neither_whether_a_contact_has_a_pass_nor_whose_it_is()
    {
        using var emma = await city.SignInAsync(Cast.EmmaDubois);
        List<string> pages = [];
        foreach (var asked in new[] { "emma@example.org", "nobody@example.org" })
        {
            using var curious = await GuardianAsync($"curious-of-{asked}");
            using var answer = await curious.SubmitAsync("/me/family", AskForm, ("contact", asked));
            answer.RequestMessage!.RequestUri!.Query.ShouldBe("?done=asked");
            var page = await answer.PageAsync();
            page.ShouldNotContain("Emma");
            pages.Add(Values().Replace(page, "").Replace(Contact.Read(asked)!.Masked(), "", StringComparison.Ordinal));
        }

        pages[0].ShouldBe(pages[1]);
        (await emma.GetStringAsync("/me/family")).ShouldContain("有人請你當這個孩子的監護人");
    }

    [Fact]
    public async Task Who_finds_a_phone_unlocked_brings_in_no_guardian_and_takes_none_away()
    {
        using var mother = await GuardianAsync("unlocked@example.org");
        var id = await mother.IdAsync();
        city.Clock.Advance(Sessions.FreshFor + TimeSpan.FromSeconds(1));

        using var asked = await mother.SubmitAsync("/me/family", AskForm, ("contact", "thief@example.org"));

        asked.RequestMessage!.RequestUri!.PathAndQuery.ShouldBe("/sign-in?returnUrl=%2Fme%2Ffamily&why=fresh");
        (await mother.GetStringAsync("/me/family")).ShouldNotContain("等待同意");
        var child = (await Family.ChildrenOfAsync(id, default))[0];
        await JoinAsync(new PersonId(child.Id), SignInRoad.PersonOf(Cast.EmmaDubois));
        using var ended = await mother.SubmitAsync("/me/family", "action=\"/me/family/end\"");
        ended.RequestMessage!.RequestUri!.AbsolutePath.ShouldBe("/sign-in");
        (await Family.GuardiansOfAsync(new PersonId(child.Id), default)).Select(g => g.Id).ShouldContain(id.Value);
    }

    [Fact]
    public async Task Every_guardian_hears_of_an_ask_and_of_a_yes_and_can_take_an_ask_back()
    {
        using var mother = await GuardianAsync("hears@example.org");
        using var friend = city.Visit();
        await friend.SignInAsync(city, "friend@example.org");

        (await mother.SubmitAsync("/me/family", AskForm, ("contact", "friend@example.org"))).Dispose();
        await city.LetterAsync("hears@example.org", "詢問第二位監護人");
        var child = new PersonId((await Family.ChildrenOfAsync(await mother.IdAsync(), default))[0].Id);
        (await city.Get<Mandates>().AskedAsync(child, default)).ShouldBeNull("the child itself has asked nobody");
        using var taken = await mother.SubmitAsync("/me/family", "action=\"/me/family/withdraw\"");
        taken.RequestMessage!.RequestUri!.Query.ShouldBe("?done=withdrawn");
        (await friend.GetStringAsync("/me/family")).ShouldContain("這裡還沒有孩子");

        (await mother.SubmitAsync("/me/family", AskForm, ("contact", "friend@example.org"))).Dispose();
        using var said = await friend.SubmitAsync("/me/family", "action=\"/me/family/accept\"");
        said.RequestMessage!.RequestUri!.Query.ShouldBe("?done=accepted");
        await city.LetterAsync("hears@example.org", "多了一位監護人");
    }

    [Fact]
    public async Task An_ask_runs_out_and_nobody_asks_the_whole_town()
    {
        using var mother = await GuardianAsync("many@example.org");
        using var late = city.Visit();
        await late.SignInAsync(city, "late-friend@example.org");
        for (var asked = 0; asked < 5; asked++)
            (await AskAsync(mother, $"town-{asked}@example.org")).ShouldBe("?done=asked");
        (await AskAsync(mother, "late-friend@example.org")).ShouldBe("?problem=too_many_asks");

        city.Clock.Advance(TimeSpan.FromDays(1));
        await mother.SignInAsync(city, "many@example.org");
        (await AskAsync(mother, "late-friend@example.org")).ShouldBe("?done=asked");
        city.Clock.Advance(TimeSpan.FromDays(7));
        (await late.GetStringAsync("/me/family")).ShouldContain("這裡還沒有孩子");
    }

    [Fact]
    public async Task For_who_has_come_of_age_a_former_guardian_asks_nobody()
    {
        using var mother = await GuardianAsync("grown@example.org");
        var id = await mother.IdAsync();
        var child = new PersonId((await Family.ChildrenOfAsync(id, default))[0].Id);
        var friend = Contact.Read("grown-friend@example.org");
        var (asks, majority) = (city.Get<GuardianAsks>(), city.Pack.Family.Majority);

        await SetBornAsync(child, city.Get<CityClock>().Today.AddYears(-majority));
        (await asks.AskAsync(id, child, friend, default)).ShouldBe(AskOutcome.NotTheirChild);
        (await asks.WaitingAsync(child, default)).ShouldBeNull();
        await SetBornAsync(child, city.Get<CityClock>().Today.AddYears(-majority).AddDays(1));
        (await asks.AskAsync(id, child, friend, default)).ShouldBe(AskOutcome.Done, "still a child for a day");
    }

    [Fact]
    public async Task Of_two_guardians_who_step_back_at_once_one_stays()
    {
        using var mother = await GuardianAsync("steps-back@example.org");
        var first = await mother.IdAsync();
        var second = SignInRoad.PersonOf(Cast.EmmaDubois);
        var child = new PersonId((await Family.ChildrenOfAsync(first, default))[0].Id);
        for (var round = 0; round < 25; round++)
        {
            await JoinAsync(child, first);
            await JoinAsync(child, second);
            var stepped = await Task.WhenAll(
                Family.EndAsync(first, child, default), Family.EndAsync(second, child, default));
            stepped.Count(done => done).ShouldBe(1, $"round {round}");
        }
    }

    [Fact]
    public async Task Two_who_ask_for_each_other_at_once_wait_in_one_order_and_both_get_an_answer()
    {
        var people = new[] { Guid.NewGuid(), Guid.NewGuid() }.Order().Select(id => new PersonId(id)).ToArray();
        var (asks, contact) = (city.Get<GuardianAsks>(), Contact.Read("mirror@example.org"));
        await using var holder = await city.Database.OpenConnectionAsync();
        await using var held = await holder.BeginTransactionAsync();
        await FamilyStore.LockAsync(holder, held, people[0], default);

        // The first waits at its first lock. The second would take the other one, and wait behind the first.
        var first = asks.AskAsync(people[0], people[1], contact, default);
        await WaitingAsync(1);
        var second = asks.AskAsync(people[1], people[0], contact, default);
        await WaitingAsync(2);
        await held.CommitAsync();

        (await Task.WhenAll(first, second)).ShouldAllBe(outcome => outcome == AskOutcome.NotTheirChild);

        Task WaitingAsync(int count) => Eventually.BecomesTrueAsync(
            async () =>
            {
                await using var connection = await city.Database.OpenConnectionAsync();
                return await connection.ExecuteScalarAsync<int>(
                    """
                    select count(*)::int from pg_locks
                    where locktype = 'advisory' and not granted
                      and database = (select oid from pg_database where datname = current_database())
                    """) == count;
            }, TimeSpan.FromSeconds(15), $"{count} who wait");
    }

    [Fact]
    public async Task Children_that_are_handed_on_make_no_room_for_more()
    {
        using var mother = await GuardianAsync("farm@example.org");
        var id = await mother.IdAsync();
        var today = city.Get<CityClock>().Today;
        for (var more = 1; more < FamilyStore.ChildrenMax; more++)
            (await Family.AddAsync(id, $"第{more}個", today.AddYears(-3), default)).ShouldBe(FamilyOutcome.Done);
        foreach (var child in await Family.ChildrenOfAsync(id, default))
        {
            await JoinAsync(new PersonId(child.Id), SignInRoad.PersonOf(Cast.EmmaDubois));
            (await Family.EndAsync(id, new PersonId(child.Id), default)).ShouldBeTrue();
        }

        (await Family.AddAsync(id, "再一個", today, default)).ShouldBe(FamilyOutcome.TooManyChildren);
    }

    [Fact]
    public async Task Asks_of_strangers_fill_nobodys_family()
    {
        using var asked = await GuardianAsync("much-asked@example.org");
        var id = await asked.IdAsync();
        for (var stranger = 0; stranger < FamilyStore.ChildrenMax; stranger++)
        {
            using var other = await GuardianAsync($"stranger-{stranger}@example.org");
            (await AskAsync(other, "much-asked@example.org")).ShouldBe("?done=asked");
        }

        (await Family.AddAsync(id, "自己的", city.Get<CityClock>().Today, default)).ShouldBe(FamilyOutcome.Done);
    }

    /// <summary>Somebody with one small child.</summary>
    async Task<HttpClient> GuardianAsync(string contact)
    {
        var guardian = city.Visit();
        await guardian.SignInAsync(city, contact);
        (await Family.AddAsync(
            await guardian.IdAsync(), "小問", city.Get<CityClock>().Today.AddYears(-4), default))
            .ShouldBe(FamilyOutcome.Done);
        return guardian;
    }

    static async Task<string> AskAsync(HttpClient guardian, string contact)
    {
        using var answer = await guardian.SubmitAsync("/me/family", AskForm, ("contact", contact));
        return answer.RequestMessage!.RequestUri!.Query;
    }

    async Task JoinAsync(PersonId child, PersonId guardian)
    {
        await using var database = await city.Database.OpenConnectionAsync();
        await database.ExecuteAsync(
            """
            insert into pass.guardianship (child, guardian, asked_at, accepted_at)
            values (@child, @guardian, now(), now())
            on conflict (child, guardian) do update set accepted_at = now(), ended_at = null
            """, new { child = child.Value, guardian = guardian.Value });
    }

    async Task SetBornAsync(PersonId child, DateOnly born)
    {
        await using var database = await city.Database.OpenConnectionAsync();
        await database.ExecuteAsync(
            "update pass.person set born = @born where id = @child", new { child = child.Value, born });
    }

    [GeneratedRegex("(value|data-person)=\"[^\"]*\"|(contact-|hint-|family/)[0-9a-f-]{36}")]
    private static partial Regex Values();
}
