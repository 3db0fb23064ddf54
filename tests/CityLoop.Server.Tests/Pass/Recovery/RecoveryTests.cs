using System.Net;
using System.Text.RegularExpressions;
using CityLoop.Server.City;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Contacts;
using CityLoop.Server.Pass.Counter;
using CityLoop.Server.Pass.Family;
using CityLoop.Server.Pass.Levels;
using CityLoop.Server.Pass.Recovery;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Pass.Counter;
using Dapper;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace CityLoop.Server.Tests.Pass.Recovery;

/// <summary>Coming in again after every device and contact is lost.</summary>
public sealed partial class RecoveryTests(TestCity city) : IClassFixture<TestCity>
{
    [Fact]
    public async Task Ten_codes_are_shown_once_and_each_signs_in_once()
    {
        using var owner = await ComeInAsync("paper@example.org");
        var codes = await MakeCodesAsync(owner);
        codes.Count.ShouldBe(10);
        (await owner.GetStringAsync("/me/recovery")).ShouldNotContain(codes[0]);
        (await owner.GetStringAsync("/me/devices")).ShouldContain("還有 10 組");

        using var lost = city.Visit();
        // As people copy it: small letters, other dashes, an O for a 0.
        (await lost.EnterAsync(codes[3].ToLowerInvariant().Replace('-', ' ').Replace('0', 'o')))
            .ShouldBe("/me/devices");
        (await lost.IdAsync()).ShouldBe(await owner.IdAsync());
        (await owner.GetStringAsync("/me/devices")).ShouldContain("還有 9 組");
        using var twice = city.Visit();
        (await twice.EnterAsync(codes[3])).ShouldBe("/sign-in/recovery");
        await city.LetterAsync("paper@example.org", "有人用備用碼登入了你的市民通");
    }

    [Fact]
    public async Task New_codes_make_the_old_ones_worthless_and_need_a_fresh_sign_in()
    {
        using var owner = await ComeInAsync("renewed@example.org");
        var old = await MakeCodesAsync(owner);
        var renewed = await MakeCodesAsync(owner);
        using var lost = city.Visit();
        (await lost.EnterAsync(old[0])).ShouldBe("/sign-in/recovery");
        (await lost.EnterAsync(renewed[0])).ShouldBe("/me/devices");

        city.Clock.Advance(Sessions.FreshFor + TimeSpan.FromSeconds(1));
        using var later = await owner.SubmitAsync("/me/recovery", "action=\"/me/recovery/codes\"");
        later.RequestMessage!.RequestUri!.PathAndQuery.ShouldBe("/sign-in?returnUrl=%2Fme%2Frecovery&why=fresh");
    }

    [Fact]
    public async Task Two_officers_hand_over_one_code_and_every_other_device_is_signed_out()
    {
        using var owner = await city.ComeKnownAsync("counter@example.org", "林失物", "R10000001");

        var code = await city.HandedOverAsync("counter@example.org", "林失物", "R10000001");
        using var found = city.Visit();
        (await found.EnterAsync(code)).ShouldBe("/me/devices");

        (await found.IdAsync()).ShouldNotBe(default);
        using var thief = await owner.GetAsync("/api/v1/me");
        thief.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        await city.LetterAsync("counter@example.org", "櫃台交出了你的登入碼");
        await city.LetterAsync("counter@example.org", "你的市民通在櫃台恢復了登入");
    }

    [Fact]
    public async Task What_lay_with_the_lost_things_signs_nobody_in_after_a_recovery_at_the_counter()
    {
        using var owner = await city.ComeKnownAsync("robbed@example.org", "林被搶", "R10000002");
        var person = await owner.IdAsync();
        var paper = await MakeCodesAsync(owner);
        await using (var database = await city.Database.OpenConnectionAsync())
            await database.ExecuteAsync(
                """
                insert into pass.passkey (credential_id, person, name, public_key, sign_count, transports,
                  is_user_verified, is_backup_eligible, is_backed_up, attestation_object, client_data_json, created_at)
                values ('\x01', @Value, 'thief', '\x01', 0, '{}', true, false, false, '\x01', '\x01', now())
                """, person);

        using var found = city.Visit();
        (await found.EnterAsync(await city.HandedOverAsync("robbed@example.org", "林被搶", "R10000002")))
            .ShouldBe("/me/devices");

        using var thief = city.Visit();
        (await thief.EnterAsync(paper[0])).ShouldBe("/sign-in/recovery");
        await using var connection = await city.Database.OpenConnectionAsync();
        (await connection.ExecuteScalarAsync<long>(
            "select count(*) from pass.passkey where person = @Value", person)).ShouldBe(0);
        // A sign-in with it that had been answered a moment before neither begins nor brings it back.
        (await city.Get<Sessions>().BeginAsync(
            person, "thief", SignInMethod.Passkey, null, default, passkey: [1])).ShouldBeNull();
        using var scope = city.Services.CreateScope();
        var store = scope.ServiceProvider.GetRequiredService<PersonStore>();
        (await store.UsePasskeyAsync((await store.FindAsync(person, default))!, Passkey([1]), default)).ShouldBeFalse();
    }

    [Fact]
    public async Task Whoever_is_signed_out_by_a_recovery_adds_nothing_more_in_that_session()
    {
        using var owner = await city.ComeKnownAsync("adds-late@example.org", "林晚加", "R10000012");
        var person = await owner.IdAsync();
        await using var database = await city.Database.OpenConnectionAsync();
        var session = await database.ExecuteScalarAsync<Guid>(
            "select id from pass.session where person = @Value and ended_at is null", person);
        using var found = city.Visit();
        (await found.EnterAsync(await city.HandedOverAsync("adds-late@example.org", "林晚加", "R10000012")))
            .ShouldBe("/me/devices");

        using var scope = city.Services.CreateScope();
        var store = scope.ServiceProvider.GetRequiredService<PersonStore>();
        var who = (await store.FindAsync(person, default))!;
        (await store.AddPasskeyAsync(who, Passkey([2]), session, default)).ShouldBeFalse();
        (await city.Get<WaysIn>().AddContactAsync(
            person, Contact.Read("late-thief@example.org")!, default, session)).ShouldBe(WayInOutcome.SessionEnded);
        await city.Get<RecoveryCodes>().MakeSetAsync(person, default, session);
        (await city.Get<RecoveryCodes>().LeftAsync(person, default)).ShouldBe(0);
        (await store.GetPasskeysAsync(who, default)).ShouldBeEmpty();
    }

    static UserPasskeyInfo Passkey(byte[] credentialId) => new(
        credentialId, publicKey: [1], createdAt: default, signCount: 0, transports: [], isUserVerified: true,
        isBackupEligible: false, isBackedUp: false, attestationObject: [1], clientDataJson: [1]);

    [Fact]
    public async Task Who_recovers_at_a_counter_is_represented_by_nobody_they_did_not_choose_again()
    {
        using var owner = await ComeInAsync("unlocked@example.org");
        using var thief = await ComeInAsync("unlocked-thief@example.org");
        using var later = await ComeInAsync("unlocked-later@example.org");
        var (person, today) = (await owner.IdAsync(), city.Get<CityClock>().Today);
        var (mandates, asks) = (city.Get<Mandates>(), city.Get<GuardianAsks>());
        using var first = await city.SignInAsync(Cast.WangYating);
        using var second = await city.SignInAsync(Cast.ZhangJianguo);
        // In the very moment of the check: once it is there, no credential is taken.
        await city.Get<IdentityProofs>().TakeAsync(
            person, new("office", "type", "driving_licence", [4, 2], "list", 0, city.Clock.GetUtcNow().AddDays(9)),
            default);
        await first.RecordAsync(await first.FindAsync("unlocked@example.org"), "林沒鎖", number: "R10000003");
        (await second.DecideAsync(await LatestCheckAsync(owner), number: "R10000003")).Dispose();
        city.Clock.Advance(city.Pack.Recovery.Wait);
        await city.Get<CheckWaits>().ComeIntoForceAsync(default);
        await city.LongAgoAsync(person);
        (await city.Get<IdentityProofs>().FindAsync(person, default)).ShouldBeNull("the counter saw no such document");
        var family = city.Get<FamilyStore>();
        (await family.AddAsync(person, "小鎖", today.AddYears(-3), default)).ShouldBe(FamilyOutcome.Done);
        var child = new PersonId((await family.ChildrenOfAsync(person, default)).Single().Id);
        (await asks.AskAsync(person, child, Contact.Read("unlocked-later@example.org"), default))
            .ShouldBe(AskOutcome.Done);
        await mandates.AskAsync(person, Contact.Read("unlocked-thief@example.org"), today.AddDays(9), default);
        (await asks.AcceptAsync(await thief.IdAsync(), person, default)).ShouldBe(Grounds.Mandate);
        await mandates.AskAsync(person, Contact.Read("unlocked-later@example.org"), today.AddDays(9), default);

        using var found = city.Visit();
        (await found.EnterAsync(await city.HandedOverAsync("unlocked@example.org", "林沒鎖", "R10000003")))
            .ShouldBe("/me/devices");

        (await mandates.ForAsync(person, default)).ShouldBeEmpty();
        (await asks.AcceptAsync(await later.IdAsync(), person, default)).ShouldBeNull();
        (await asks.AcceptAsync(await later.IdAsync(), child, default)).ShouldBeNull();
        await city.LetterAsync("unlocked-thief@example.org", "不再代");
        await city.LetterAsync("unlocked@example.org", "不再代");
        await city.LetterAsync("unlocked@example.org", "代為操作的邀請取消了");
        await city.LetterAsync("unlocked-later@example.org", "代為操作的邀請取消了");
        // The thief's own document stands behind nobody: its real owner, and the victim's next, are not kept out by it.
        await using var connection = await city.Database.OpenConnectionAsync();
        (await connection.ExecuteScalarAsync<long>(
            "select count(*) from pass.known_document where person = @Value and document = 'driving_licence'", person))
            .ShouldBe(0);
        (await connection.ExecuteAsync(
            """
            update pass.identity_check set withdrawn_at = now(), withdrawn_by = second_officer
            where person = @Value and purpose = 'identity'
            """, person))
            .ShouldBe(1);
        (await connection.ExecuteScalarAsync<int>("select pass.level_of(@Value)", person))
            .ShouldBe(1, "a recovery proves nobody by itself");
        (await found.GetStringAsync("/me/devices?done=recovered")).ShouldContain("href=\"/me/contacts\"");
    }

    [Fact]
    public async Task No_code_is_handed_over_when_the_check_for_it_is_withdrawn_in_that_moment()
    {
        using var owner = await city.ComeKnownAsync("moment@example.org", "林瞬間", "R10000004");
        using var first = await city.SignInAsync(Cast.WangYating);
        await first.RecordAsync(
            await first.FindAsync("moment@example.org"), "林瞬間", "recovery", number: "R10000004");
        var (person, check) = (await owner.IdAsync(), await LatestCheckAsync(owner));
        var checks = city.Get<CounterChecks>();
        (await checks.ApproveAsync(SignInRoad.PersonOf(Cast.ZhangJianguo), check, "R10000004", default)).Outcome
            .ShouldBe(CheckOutcome.Done);
        (await first.DecideAsync(check, "withdraw")).Dispose();

        (await city.Get<RecoveryCodes>().HandOverAsync(person, check, default)).ShouldBeNull();

        await using var database = await city.Database.OpenConnectionAsync();
        (await database.ExecuteScalarAsync<long>(
            "select count(*) from pass.recovery_code where person = @Value and used_at is null", person)).ShouldBe(0);
    }

    [Fact]
    public async Task A_code_from_the_counter_runs_out_in_ten_minutes()
    {
        using var owner = await city.ComeKnownAsync("late@example.org", "林晚到", "R10000005");
        var code = await city.HandedOverAsync("late@example.org", "林晚到", "R10000005");

        city.Clock.Advance(TimeSpan.FromMinutes(10));

        using var late = city.Visit();
        (await late.EnterAsync(code)).ShouldBe("/sign-in/recovery");
        (await owner.MeAsync()).GetProperty("level").GetInt32().ShouldBe(2, "nobody was signed out");
    }

    [Fact]
    public async Task A_document_opens_no_pass_that_was_never_checked()
    {
        using var owner = await ComeInAsync("never@example.org");
        using var officer = await city.SignInAsync(Cast.WangYating);

        (await officer.RecordAsync(await officer.FindAsync("never@example.org"), "冒充", "recovery"))
            .ShouldBe("?problem=never_checked");

        (await city.Get<CounterChecks>().OfAsync(await owner.IdAsync(), default)).ShouldBeEmpty();
    }

    async Task<HttpClient> ComeInAsync(string contact)
    {
        var client = city.Visit();
        await client.SignInAsync(city, contact);
        return client;
    }

    async Task<Guid> LatestCheckAsync(HttpClient person) =>
        (await city.Get<CounterChecks>().OfAsync(await person.IdAsync(), default))[0].Id;

    static async Task<IReadOnlyList<string>> MakeCodesAsync(HttpClient owner)
    {
        using var sheet = await owner.SubmitAsync("/me/recovery", "action=\"/me/recovery/codes\"");
        return [.. Code().Matches(await sheet.PageAsync()).Select(found => found.Value)];
    }

    [GeneratedRegex("[0-9A-HJKMNP-TV-Z]{5}(-[0-9A-HJKMNP-TV-Z]{5}){3}")]
    private static partial Regex Code();
}
