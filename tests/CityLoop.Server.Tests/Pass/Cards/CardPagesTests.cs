using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using CityLoop.Ledger;
using CityLoop.Server.Ledger;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Cards;
using CityLoop.Server.Pass.Counter;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Merchants;

namespace CityLoop.Server.Tests.Pass.Cards;

/// <summary>From the printed sheet over the counter to the till, by the pages that officers and people use.</summary>
public sealed partial class CardPagesTests(TestCity city) : IClassFixture<TestCity>
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Somebody_without_a_phone_leaves_the_counter_with_a_card_and_pays_with_it()
    {
        using var officer = await city.SignInAsync(Cast.WangYating);
        using var till = await city.SignInAsync(Cast.HuangZhiming);
        using var colleague = await city.SignInAsync(Cast.ZhangJianguo);
        var (serial, code) = await PrintAsync(colleague);

        (await GiveFirstAsync(officer, serial, "陳金水", "274918", "274919")).ShouldContain("兩次輸入的密碼不一樣");
        (await GiveFirstAsync(officer, serial, "", "274918", "274918")).ShouldContain("請填名字");
        (await GiveFirstAsync(officer, "999", "陳金水", "", "")).ShouldContain("這張卡已經有人用了");
        (await GiveFirstAsync(officer, serial, "陳金水", "274918", "274918")).ShouldContain("已開卡");
        (await GiveFirstAsync(officer, serial, "別人", "", "")).ShouldContain("這張卡已經有人用了");

        await GiveAsync(await OwnerAsync(serial), 1_000);
        (await till.ChargeAsync(code, 100)).ShouldBeDone();
        (await till.ChargeAsync(code, 900)).ShouldBeRefused(HttpStatusCode.Conflict, "card_pin_needed", "pin");
        // Without scripts, too: the till's form has a field for the PIN.
        var paid = await till.SubmitAsync(
            "/till", "name=\"Code\"", ("Amount", "900"), ("Code", code), ("Pin", "274918"));
        (await paid.PageAsync()).ShouldContain("900");
    }

    [Fact]
    public async Task What_a_card_shows_to_a_scanner_says_nothing_of_its_number_its_person_or_another_card_of_theirs()
    {
        using var officer = await city.SignInAsync(Cast.WangYating);
        var (serial, code) = await PrintAsync(officer);
        await GiveFirstAsync(officer, serial, "王小卡", "", "");
        code.ShouldMatch("^[0-9A-HJKMNP-TV-Z]{26}$", "26 letters and digits, and nothing beside them");
        code.ShouldNotContain(serial);

        // One person's next cards: each bit of their codes is a coin of its own.
        var cards = await city.Get<CardStore>().PrintAsync(await OwnerAsync(serial), 200, Stop);
        var alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        for (var bit = 0; bit < 128; bit++)
            cards.Count(card => (alphabet.IndexOf(card.Code.Text[bit / 5]) >> (4 - bit % 5) & 1) == 1)
                .ShouldBeInRange(50, 150, $"bit {bit}");
    }

    [Fact]
    public async Task A_new_card_for_somebody_known_waits_for_a_second_officer()
    {
        using var first = await city.SignInAsync(Cast.WangYating);
        using var second = await city.SignInAsync(Cast.ZhangJianguo);
        using var till = await city.SignInAsync(Cast.HuangZhiming);
        await city.GiveAsync(Cast.EmmaDubois, 200);
        var (serial, code) = await PrintAsync(first);
        var visit = await VisitAsync(first, EmailOf(Cast.EmmaDubois));

        (await (await first.SubmitAsync($"{visit}/cards", "綁定新卡", ("serial", serial))).PageAsync())
            .ShouldContain("等第二位人員或本人確認");
        (await till.ChargeAsync(code, 50)).ShouldBeRefused(HttpStatusCode.Conflict, "card_not_ready", "code");
        (await (await first.GetAsync("/counter/cards", Stop)).PageAsync()).ShouldNotContain("確認開通");

        (await (await second.SubmitAsync(
            "/counter/cards", $"value=\"{serial}\"", ("decision", "confirm"))).PageAsync()).ShouldContain("已開通");
        (await till.ChargeAsync(code, 50)).ShouldBeDone();
        using var emma = await city.SignInAsync(Cast.EmmaDubois);
        (await (await emma.GetAsync("/me/level?language=zh-TW", Stop)).PageAsync()).ShouldContain("確認開通市民卡");
    }

    [Fact]
    public async Task Whose_card_it_is_says_yes_on_their_phone_chooses_a_pin_and_blocks_it_when_it_is_lost()
    {
        using var officer = await city.SignInAsync(Cast.ZhangJianguo);
        using var till = await city.SignInAsync(Cast.HuangZhiming);
        using var mine = await city.SignInAsync(Cast.LinMeiling);
        await city.GiveAsync(Cast.LinMeiling, 2_000);
        var (serial, code) = await PrintAsync(officer);
        var visit = await VisitAsync(officer, EmailOf(Cast.LinMeiling));
        await officer.SubmitAsync($"{visit}/cards", "綁定新卡", ("serial", serial));

        (await (await mine.SubmitAsync("/me/cards", "是你手上的卡嗎", ("decision", "confirm"))).PageAsync())
            .ShouldContain("已開通");
        (await (await mine.SubmitAsync("/me/cards", "設定新密碼", ("pin", "482913"), ("again", "482913"))).PageAsync())
            .ShouldContain("密碼已設定");
        (await till.ChargeAsync(code, 900)).ShouldBeRefused(HttpStatusCode.Conflict, "card_pin_needed", "pin");
        (await (await mine.SubmitAsync("/me/cards", "卡片遺失")).PageAsync()).ShouldContain("已停用");
        (await till.ChargeAsync(code, 10)).ShouldBeRefused(HttpStatusCode.Conflict, "card_blocked", "code");
    }

    [Fact]
    public async Task A_lost_card_is_found_by_its_number_with_the_name_and_not_by_the_number_alone()
    {
        using var officer = await city.SignInAsync(Cast.WangYating);
        var (serial, code) = await PrintAsync(officer);
        await GiveFirstAsync(officer, serial, "吳阿滿", "", "");

        (await FindAsync(officer, serial)).ShouldContain("problem=nobody_found");
        (await FindAsync(officer, $"{serial} 吳阿蠻")).ShouldContain("problem=nobody_found");
        (await FindAsync(officer, $"{serial[..4]} {serial[4..]} 吳阿滿")).ShouldStartWith("/counter/visits/");
        (await FindAsync(officer, code)).ShouldStartWith("/counter/visits/");
    }

    [Fact]
    public async Task Nobody_touches_another_person_s_card()
    {
        using var officer = await city.SignInAsync(Cast.WangYating);
        using var emma = await city.SignInAsync(Cast.EmmaDubois);
        var (serial, _) = await PrintAsync(officer);
        await GiveFirstAsync(officer, serial, "張秀英", "", "");
        foreach (var act in new[] { "lost", "pin", "decide" })
            (await SendTokenAsync(emma, $"/me/cards/{act}",
                ("serial", serial), ("pin", "482913"), ("again", "482913"), ("decision", "refuse")))
                .ShouldContain("找不到這張卡");
        var card = (await city.Get<CardStore>().FindAsync(long.Parse(serial), Stop))!;
        (card.IsInUse, card.HasPin).ShouldBe((true, false));
    }

    [Fact]
    public async Task A_pin_is_typed_when_two_officers_put_a_card_in_use_and_no_officer_sets_one_later()
    {
        using var first = await city.SignInAsync(Cast.WangYating);
        using var second = await city.SignInAsync(Cast.ZhangJianguo);
        var (old, _) = await PrintAsync(first);
        await GiveFirstAsync(first, old, "陳老卡", "", "");
        var owner = await OwnerAsync(old);
        await GiveAsync(owner, 1_000);
        var visit = await VisitAsync(first, $"{old} 陳老卡");
        (await first.GetStringAsync($"{visit}/cards", Stop)).ShouldNotContain("name=\"pin\"");
        var (serial, code) = await PrintAsync(first);
        (await first.SubmitAsync($"{visit}/cards", "綁定新卡", ("serial", serial))).Dispose();

        (await ConfirmAsync("274918", "274919")).ShouldContain("兩次輸入的密碼不一樣");
        (await city.Get<CardStore>().FindAsync(long.Parse(serial), Stop))!.IsInUse.ShouldBeFalse("nothing changed");
        (await ConfirmAsync("274918", "274918")).ShouldContain("已開通");

        using var till = await city.SignInAsync(Cast.HuangZhiming);
        (await till.SubmitAsync(
            "/till", "name=\"Code\"", ("Amount", "900"), ("Code", code), ("Pin", "274918"))).Dispose();
        var account = await city.Get<PersonAccounts>().OfAsync(owner, city.Pack.MainCurrency.Id, Stop);
        (await city.BalanceAsync(account)).ShouldBeInRange(100, 200);

        async Task<string> ConfirmAsync(string pin, string again)
        {
            using var confirmed = await second.SubmitAsync(
                "/counter/cards", $"value=\"{serial}\"", ("decision", "confirm"), ("pin", pin), ("again", again));
            return await confirmed.PageAsync();
        }
    }

    [Fact]
    public async Task Who_printed_a_card_and_may_know_its_code_neither_puts_it_in_use_nor_sets_its_pin()
    {
        using var printer = await city.SignInAsync(Cast.ZhangJianguo);
        using var first = await city.SignInAsync(Cast.WangYating);
        var (old, _) = await PrintAsync(printer);
        (await GiveFirstAsync(printer, old, "陳印卡", "274918", "274918")).ShouldContain("這張卡是你印的");
        (await GiveFirstAsync(printer, old, "陳印卡", "", "")).ShouldContain("已開卡");
        (await city.Get<CardStore>().FindAsync(long.Parse(old), Stop))!.HasPin.ShouldBeFalse();
        var (serial, _) = await PrintAsync(printer);
        (await first.SubmitAsync($"{await VisitAsync(first, $"{old} 陳印卡")}/cards", "綁定新卡", ("serial", serial)))
            .Dispose();

        (await (await printer.GetAsync("/counter/cards", Stop)).PageAsync()).ShouldNotContain($"pin-{serial}");
        await SendTokenAsync(printer, "/counter/cards/decide",
            ("serial", serial), ("decision", "confirm"), ("pin", "274918"), ("again", "274918"));

        var card = (await city.Get<CardStore>().FindAsync(long.Parse(serial), Stop))!;
        (card.IsInUse, card.HasPin).ShouldBe((false, false));
        await SendTokenAsync(printer, "/counter/cards/decide", ("serial", serial), ("decision", "refuse"));
    }

    [Fact]
    public async Task A_pin_is_taken_only_while_the_cards_person_is_at_the_counter()
    {
        using var first = await city.SignInAsync(Cast.WangYating);
        using var second = await city.SignInAsync(Cast.ZhangJianguo);
        var (old, _) = await PrintAsync(first);
        await GiveFirstAsync(first, old, "陳離開", "", "");
        var (serial, _) = await PrintAsync(first);
        (await first.SubmitAsync($"{await VisitAsync(first, $"{old} 陳離開")}/cards", "綁定新卡", ("serial", serial)))
            .Dispose();
        city.Clock.Advance(CounterSteps.VisitLasts);

        (await (await second.GetAsync("/counter/cards", Stop)).PageAsync()).ShouldNotContain($"pin-{serial}");
        (await SendTokenAsync(second, "/counter/cards/decide",
            ("serial", serial), ("decision", "confirm"), ("pin", "274918"), ("again", "274918")))
            .ShouldContain("本人在櫃台時才能設密碼");
        (await city.Get<CardStore>().FindAsync(long.Parse(serial), Stop))!.IsInUse.ShouldBeFalse("nothing changed");

        (await SendTokenAsync(second, "/counter/cards/decide", ("serial", serial), ("decision", "confirm")))
            .ShouldContain("已開通");
    }

    [Fact]
    public async Task A_phone_found_unlocked_says_yes_to_no_card()
    {
        using var officer = await city.SignInAsync(Cast.ZhangJianguo);
        using var mine = await city.SignInAsync(Cast.EmmaDubois);
        var (serial, _) = await PrintAsync(officer);
        var visit = await VisitAsync(officer, EmailOf(Cast.EmmaDubois));
        await officer.SubmitAsync($"{visit}/cards", "綁定新卡", ("serial", serial));
        city.Clock.Advance(Sessions.FreshFor + TimeSpan.FromSeconds(1));

        using var said = await mine.SubmitAsync("/me/cards", "是你手上的卡嗎", ("decision", "confirm"));

        said.RequestMessage!.RequestUri!.PathAndQuery.ShouldBe("/sign-in?returnUrl=%2Fme%2Fcards&why=fresh");
        (await city.Get<CardStore>().FindAsync(long.Parse(serial), Stop))!.IsInUse.ShouldBeFalse();
        await mine.SubmitAsync("/me/cards", "是你手上的卡嗎", ("decision", "refuse"));
    }

    static string EmailOf(string cast) => cast switch
    {
        Cast.EmmaDubois => "emma@example.org", _ => "meiling@example.org",
    };

    /// <summary>A sheet of one card, and what a scanner reads from it.</summary>
    async Task<(string Serial, string Code)> PrintAsync(HttpClient officer)
    {
        var sheet = await (await officer.SubmitAsync(
            "/counter/cards/sheet", "name=\"Count\"", ("Count", "1"))).PageAsync();
        var serial = SerialOnSheet().Match(sheet).Groups[1].Value.Replace(" ", "", StringComparison.Ordinal);
        var picture = QrOnSheet().Match(sheet).Value
            .Replace("<svg ", "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"400\" height=\"400\" ")
            .Replace("<path", "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/><path");
        return (serial, (await city.ReadQrAsync(
            "data:image/svg+xml;base64," + Convert.ToBase64String(Encoding.UTF8.GetBytes(picture))))!);
    }

    /// <summary>A form that no page of theirs shows, with a token that is theirs.</summary>
    static async Task<string> SendTokenAsync(
        HttpClient client, string address, params (string Name, string Value)[] fields)
    {
        var token = Token().Match(await client.GetStringAsync("/me", Stop)).Groups[1].Value;
        using var form = new FormUrlEncodedContent(fields.Append(("__RequestVerificationToken", token))
            .Select(field => KeyValuePair.Create(field.Item1, field.Item2)));
        return await (await client.PostAsync(address, form, Stop)).PageAsync();
    }

    static async Task<string> GiveFirstAsync(
        HttpClient officer, string serial, string name, string pin, string again) => await (await officer.SubmitAsync(
            "/counter/cards", "name=\"name\"", ("serial", serial), ("name", name), ("pin", pin), ("again", again)))
        .PageAsync();

    static async Task<string> FindAsync(HttpClient officer, string who)
    {
        var found = await officer.SubmitAsync("/counter", "name=\"who\"", ("who", who), ("purpose", "card"));
        return found.RequestMessage!.RequestUri!.PathAndQuery;
    }

    static async Task<string> VisitAsync(HttpClient officer, string who)
    {
        var visit = await FindAsync(officer, who);
        visit.ShouldStartWith("/counter/visits/");
        return visit;
    }

    async Task<PersonId> OwnerAsync(string serial) =>
        new((await city.Get<CardStore>().FindAsync(long.Parse(serial), Stop))!.Person!.Value);

    async Task GiveAsync(PersonId person, long amount)
    {
        var account = await city.Get<PersonAccounts>().OfAsync(person, city.Pack.MainCurrency.Id, Stop);
        var budget = await city.Get<CityBudgets>().AccountAsync("net-zero-2026", Stop);
        await city.PostAsync(new Transfer(Guid.NewGuid(), budget, account, amount, TransferCode.Earn));
    }

    [GeneratedRegex("<svg class=\"qr\".*?</svg>", RegexOptions.Singleline)]
    private static partial Regex QrOnSheet();

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex Token();

    [GeneratedRegex("pass-card-serial\">([0-9 ]+)<")]
    private static partial Regex SerialOnSheet();
}
