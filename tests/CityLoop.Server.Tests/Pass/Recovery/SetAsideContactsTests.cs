using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Contacts;
using CityLoop.Server.Pass.Letters;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Pass.Counter;
using Dapper;

namespace CityLoop.Server.Tests.Pass.Recovery;

/// <summary>What a thief added before the owner came to a counter lets nobody in again.</summary>
public sealed class SetAsideContactsTests(TestCity city) : IClassFixture<TestCity>
{
    const string Keep = "action=\"/me/contacts/keep\"";

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_contact_that_was_new_at_a_recovery_lets_nobody_in_and_hears_nothing_more()
    {
        using var found = await RecoverAsync("old-friend", "S10000001");
        var person = await found.IdAsync();
        await city.LetterAsync("thief-of-old-friend@example.org", "在櫃台恢復了登入");
        var page = await found.GetStringAsync("/me/devices?done=recovered", Stop);
        page.ShouldContain("thief-of-old-friend@example.org");
        page.ShouldContain("先停用");

        using var thief = city.Visit();
        using var asked = await thief.SubmitAsync(
            "/sign-in", "name=\"Contact\"", ("Contact", "thief-of-old-friend@example.org"));
        asked.RequestMessage!.RequestUri!.AbsolutePath.ShouldBe("/sign-in/code", "it sounds as for anybody");
        await city.Get<LetterWriter>().TellAsync(person, Topic.Safety, "recoveryMade", Stop);
        await city.LetterAsync("old-friend@example.org", "你產生了新的備用碼");
        (await city.LettersAsync("thief-of-old-friend@example.org", "你產生了新的備用碼")).ShouldBeEmpty();
        (await city.LettersAsync("thief-of-old-friend@example.org", "驗證碼")).ShouldBeEmpty();

        using var officer = await city.SignInAsync(Cast.WangYating);
        (await officer.FindAsync("thief-of-old-friend@example.org")).Query.ShouldBe("?problem=nobody_found");
        await using var connection = await city.Database.OpenConnectionAsync(Stop);
        (await connection.ExecuteAsync(
            "update pass.identity_check set withdrawn_at = now(), withdrawn_by = first_officer where person = @Value",
            person)).ShouldBe(2);
        (await connection.ExecuteScalarAsync<int>("select pass.level_of(@Value)", person))
            .ShouldBe(1, "by the contact from before");
    }

    [Fact]
    public async Task A_code_that_was_sent_before_the_recovery_lets_nobody_in_after_it()
    {
        using var thief = city.Visit();
        using var owner = await PreparedAsync("mid-code", "S10000002");
        using var asked = await thief.SubmitAsync(
            "/sign-in", "name=\"Contact\"", ("Contact", "thief-of-mid-code@example.org"));
        var code = await city.LatestCodeAsync("thief-of-mid-code@example.org");
        using var found = city.Visit();
        await found.EnterAsync(await city.HandedOverAsync("mid-code@example.org", "林被加", "S10000002"));

        using var entered = await thief.SendFormAsync(
            asked.RequestMessage!.RequestUri!, await asked.Content.ReadAsStringAsync(Stop), "name=\"Code\"",
            ("Code", code));

        entered.RequestMessage!.RequestUri!.AbsolutePath.ShouldBe("/sign-in/code");
        using var me = await thief.GetAsync("/api/v1/me", Stop);
        me.IsSuccessStatusCode.ShouldBeFalse();
    }

    [Fact]
    public async Task Its_owner_keeps_one_and_removes_another_though_none_is_left()
    {
        using var found = await RecoverAsync("both-new", "S10000003", isOldKnown: false);
        (await found.GetStringAsync("/me/contacts", Stop)).ShouldContain("both-new@example.org");

        using var kept = await found.SubmitAsync("/me/contacts", Keep, ("contact", "both-new@example.org"));

        kept.RequestMessage!.RequestUri!.Query.ShouldBe("?done=added");
        using var again = city.Visit();
        await again.SignInAsync(city, "both-new@example.org");
        (await again.IdAsync()).ShouldBe(await found.IdAsync());
        (await city.Get<WaysIn>().RemoveContactAsync(
            await found.IdAsync(), Contact.Read("thief-of-both-new@example.org")!, Stop))
            .ShouldBe(WayInOutcome.Done, "what rests may always go");
        (await city.Get<WaysIn>().RemoveContactAsync(
            await found.IdAsync(), Contact.Read("both-new@example.org")!, Stop)).ShouldBe(WayInOutcome.LastWayIn);
    }

    async Task<HttpClient> RecoverAsync(string name, string number, bool isOldKnown = true)
    {
        using var owner = await PreparedAsync(name, number, isOldKnown);
        var found = city.Visit();
        (await found.EnterAsync(await city.HandedOverAsync($"{name}@example.org", "林被加", number)))
            .ShouldBe("/me/devices");
        return found;
    }

    // A pass with a contact from long ago, to which whoever has the phone now adds their own.
    async Task<HttpClient> PreparedAsync(string name, string number, bool isOldKnown = true)
    {
        var owner = await city.ComeKnownAsync($"{name}@example.org", "林被加", number);
        await using var connection = await city.Database.OpenConnectionAsync(Stop);
        if (!isOldKnown)
            await connection.ExecuteAsync(
                "update pass.contact set verified_at = verified_at + interval '90 days' where person = @Value",
                await owner.IdAsync());
        (await city.Get<WaysIn>().AddContactAsync(
            await owner.IdAsync(), Contact.Read($"thief-of-{name}@example.org")!, Stop)).ShouldBe(WayInOutcome.Done);
        return owner;
    }
}
