using System.Text.Json;
using CityLoop.Server.City;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Data;
using CityLoop.Server.Pass.Family;
using CityLoop.Server.Pass.Recovery;
using CityLoop.Server.Tests.Credentials.Identity;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Pass.Counter;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace CityLoop.Server.Tests.Pass;

/// <summary>The same in Chinese and Japanese; each answer is heard where the focus is.</summary>
public sealed partial class KeyboardTests
{
    [Fact]
    public async Task Two_officers_open_a_childs_pass_and_confirm_who_acts_by_a_courts_order()
    {
        using var ward = await ComeAsync("keys-ward@example.org");
        using var guardian = await city.SignInAsync(Cast.HuangZhiming);
        using var mother = await ComeAsync("keys-mother@example.org");
        await mother.AddChildAsync("林小安", city.Get<CityClock>().Today.AddYears(-10));
        // English has the longest words.
        var (one, other) = (await Keys.OpenAsync(city, "zh-TW"), await Keys.OpenAsync(city));
        await one.SignInAsync(city, city.ContactOf(Cast.WangYating), "/counter");
        await other.SignInAsync(city, city.ContactOf(Cast.ZhangJianguo), "/counter");

        await FindAsync(one, "keys-mother@example.org", "辦理市民卡");
        await one.PressAsync("一起來的孩子", "/children");
        await one.WalkAsync(one.Page.Url);
        await one.PressAsync("林小安 在場，打開", "/counter/visits/");
        await Assertions.Expect(one.Page.Locator("h1")).ToHaveTextAsync("林小安");

        await FindAsync(one, await ward.CounterCodeAsync(), "核對身分");
        await one.EnterAsync("記錄誰可以代為操作");
        await one.TickAsync("監護宣告");
        await one.TypeAsync("代為操作的人的櫃台碼", await guardian.CounterCodeAsync());
        await one.TypeDayAsync("最後一天", DateOnly.FromDateTime(city.Clock.GetUtcNow().UtcDateTime).AddYears(3));
        await one.PressAsync("記錄，請另一位人員確認", "done=recorded");
        await one.ShouldHearAsync(one.Say("counter.done.recorded"));
        await other.WalkAsync("/counter");
        await other.PressAsync("I have seen it: approve", "done=approved");
        await other.ShouldHearAsync(other.Say("counter.done.approved"));
        (await city.Get<Mandates>().ForAsync(await ward.IdAsync(), default)).ShouldHaveSingleItem().Id
            .ShouldBe(SignInRoad.PersonOf(Cast.HuangZhiming).Value);
    }

    [Fact]
    public async Task Somebody_lets_another_adult_act_and_ends_it()
    {
        var (elder, helper) = (await Keys.OpenAsync(city, "zh-TW"), await Keys.OpenAsync(city, "ja"));
        await elder.SignInAsync(city, city.ContactOf(Cast.HuangZhiming), "/me/family");
        await elder.EnterAsync("請人幫我操作");
        await elder.TypeAsync("對方的電子郵件或手機", city.ContactOf(Cast.LiShufen));
        await elder.PressAsync("詢問對方", "done=asked");
        await elder.ShouldHearAsync("已詢問對方");
        await helper.SignInAsync(city, city.ContactOf(Cast.LiShufen), "/me/family");
        await helper.PressAsync("承諾する", "done=represents");
        await helper.ShouldHearAsync("代わりに操作できるようになりました");
        await elder.WalkAsync("/me/family");
        await elder.PressAsync("馬上結束委託", "done=ended");
        await elder.ShouldHearAsync("已結束");
        (await city.Get<Mandates>().ForAsync(SignInRoad.PersonOf(Cast.HuangZhiming), default)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Somebody_changes_contacts_and_asks_to_be_erased()
    {
        using var person = await ComeAsync("keys-old@example.org");
        var (id, erasures) = (await person.IdAsync(), city.Get<Erasures>());
        var mine = await Keys.OpenAsync(city, "ja");
        await mine.SignInAsync(city, "keys-old@example.org", "/me/contacts");
        await mine.TypeAsync("メールまたは携帯番号を追加", "0000");
        await mine.PressAsync("コードを送信", "problem=");
        await mine.ShouldHearAsync(mine.Say("problem.contact_not_understood"));
        await mine.Page.Keyboard.TypeAsync("keys-new@example.org");
        await mine.PressAsync("コードを送信", "/me/contacts/code");
        await mine.Page.Keyboard.TypeAsync(await city.LatestCodeAsync("keys-new@example.org"));
        await mine.PressAsync("確認", "done=added");
        await mine.ShouldHearAsync("追加しました");
        await mine.PressAsync("keys-old@example.org を削除", "done=removed");
        await mine.ShouldHearAsync("削除しました");
        using (var scope = city.Services.CreateScope())
            (await scope.ServiceProvider.GetRequiredService<PersonStore>().ContactsAsync(id, default))
                .ShouldHaveSingleItem().Value.ShouldBe("keys-new@example.org");

        await mine.GoAsync("/me/data");
        await mine.TickAsync("理解しました");
        await mine.PressAsync("7日後に削除する", "done=asked");
        await mine.ShouldHearAsync("受け付けました");
        (await erasures.DueAsync(id, default)).ShouldNotBeNull();
        await mine.PressAsync("削除をやめる", "done=kept");
        await mine.ShouldHearAsync("パスはそのまま残ります");
        (await erasures.DueAsync(id, default)).ShouldBeNull();
    }

    [Fact]
    public async Task Somebody_comes_in_by_a_recovery_code_and_looks_what_is_left()
    {
        using var person = await ComeAsync("keys-lost@example.org");
        var codes = await city.Get<RecoveryCodes>().MakeSetAsync(await person.IdAsync(), default);
        var mine = await Keys.OpenAsync(city, "zh-TW");
        await mine.GoAsync("/sign-in");
        await mine.PressAsync("用備用碼登入", "/sign-in/recovery");
        await mine.TypeAsync("備用碼", "AAAAA-AAAAA-AAAAA-AAAAA");
        await mine.PressAsync("登入", "/sign-in/recovery");
        await mine.ShouldHearAsync("這組碼不對");
        await mine.Page.Keyboard.TypeAsync(codes[0]);
        await mine.PressAsync("登入", "/me/devices?done=recovered");
        await mine.ShouldHearAsync("歡迎回來");
        await mine.Page.ShouldBeAccessibleAsync();
        await mine.Page.PictureAsync("keys-recovered-zh-TW", fullPage: true);
        await mine.WalkAsync(mine.Page.Url);
        await mine.PressAsync("檢查聯絡方式", "/me/contacts");
        (await city.Get<RecoveryCodes>().LeftAsync(await person.IdAsync(), default)).ShouldBe(codes.Count - 1);
    }

    [Fact]
    public async Task Somebody_proves_who_they_are_by_a_credential_and_gives_it_up()
    {
        await using var office = await CardOffice.OpenAsync(city, "keys");
        using var person = await ComeAsync("keys-wallet@example.org");
        var mine = await Keys.OpenAsync(city, "zh-TW");
        await mine.SignInAsync(city, "keys-wallet@example.org", "/me/level");
        await mine.PressAsync("用數位證明確認身分", "/me/level/credential");
        await mine.PressAsync("出示「數位身分證」", "request=");
        await mine.ToAsync("打開皮夾");
        var asked = Question.Of((await mine.Page.GetAttributeAsync("#open-wallet", "href"))!);
        using var answer = await city.SendAsync(asked, city.Present(office.Issue("AB1234567", "passport"), asked));
        using var read = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());

        // The wallet opens the browser again.
        await mine.WalkAsync(read.RootElement.GetProperty("redirect_uri").GetString()!);
        await mine.PressAsync("用在我的市民通", "done=proved");
        await mine.ShouldHearAsync("身分已確認");
        (await person.LevelAsync()).ShouldBe(2);
        await mine.PressAsync("不再使用這個證明", "done=given_up");
        (await person.LevelAsync()).ShouldBe(1);
    }

    async Task<HttpClient> ComeAsync(string contact)
    {
        var person = city.Visit();
        await person.SignInAsync(city, contact);
        return person;
    }
}
