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

    [Fact]
    public async Task A_recovery_that_breaks_off_leaves_a_new_contact_no_way_in()
    {
        using var owner = await PreparedAsync("breaks-off", "S10000004");
        var person = await owner.IdAsync();
        var code = await city.HandedOverAsync("breaks-off@example.org", "林被加", "S10000004");
        using var found = city.Visit();

        await using (await MeanwhileAsync("before insert on pass.session for each row", "raise exception 'stop';"))
            await Record.ExceptionAsync(() => found.EnterAsync(code));

        (await city.Get<WaysIn>().SetAsideAsync(person, Stop)).Select(contact => contact.Value)
            .ShouldBe(["thief-of-breaks-off@example.org"]);
        (await city.Get<Sessions>().OfAsync(person, Stop)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Who_signs_in_during_a_recovery_is_signed_out_by_it()
    {
        using var owner = await PreparedAsync("during", "S10000005");
        var person = await owner.IdAsync();
        var code = await city.HandedOverAsync("during@example.org", "林被加", "S10000005");
        using var found = city.Visit();

        await using (await MeanwhileAsync(
            "after delete on pass.passkey for each statement",
            $"""
            insert into pass.session (id, key_hash, person, device, method, browser, created_at, last_seen_at)
            values (gen_random_uuid(), '\x00', '{person}', 'thief', 'code', gen_random_uuid(), now(), now());
            """))
            (await found.EnterAsync(code)).ShouldBe("/me/devices");

        (await city.Get<Sessions>().OfAsync(person, Stop)).ShouldHaveSingleItem().Device.ShouldNotBe("thief");
    }

    [Fact]
    public async Task A_sign_in_that_a_recovery_overtakes_begins_no_session()
    {
        using var found = await RecoverAsync("overtaken", "S10000006");
        var (person, sessions) = (await found.IdAsync(), city.Get<Sessions>());

        (await sessions.BeginAsync(
            person, "thief", SignInMethod.Code, null, Stop, Contact.Read("thief-of-overtaken@example.org")))
            .ShouldBeNull();
        (await sessions.BeginAsync(
            person, "owner", SignInMethod.Code, null, Stop, Contact.Read("overtaken@example.org"))).ShouldNotBeNull();
    }

    async Task<IAsyncDisposable> MeanwhileAsync(string when, string what)
    {
        await using var connection = await city.Database.OpenConnectionAsync(Stop);
        await connection.ExecuteAsync(
            $"""
            create function pass.meanwhile() returns trigger language plpgsql as $$ begin {what} return new; end $$;
            create trigger meanwhile {when} execute function pass.meanwhile()
            """);
        return new Ending(city);
    }

    sealed class Ending(TestCity city) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await using var connection = await city.Database.OpenConnectionAsync();
            await connection.ExecuteAsync("drop function pass.meanwhile() cascade");
        }
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
