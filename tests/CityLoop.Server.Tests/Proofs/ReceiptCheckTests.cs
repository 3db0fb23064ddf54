using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CityLoop.Ledger.Seals;
using CityLoop.Server.Ledger;
using CityLoop.Server.Ledger.Seals;
using CityLoop.Server.Merchants;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Merchants;
using CityLoop.Server.Tests.Tidy;
using Microsoft.Playwright;

namespace CityLoop.Server.Tests.Proofs;

/// <summary>A person checks a payment in their own browser: a city that tells the truth, and ones that lie.</summary>
public sealed class ReceiptCheckTests(TestCity city) : IClassFixture<TestCity>
{
    [Theory]
    [InlineData("zh-TW", "確實封在市府的總帳裡")]
    [InlineData("en", "sealed in the city's books")]
    [InlineData("ja", "帳簿に封印されています")]
    public async Task A_payment_is_found_in_the_sealed_books_and_the_signature_is_genuine(string language, string said)
    {
        var page = await ReceiptAsync(language);

        await CheckAsync(page);

        (await ResultAsync(page)).ShouldBe("good");
        (await page.InnerTextAsync("#check-result")).ShouldContain(said);
        (await StatesAsync(page)).ShouldBe("shown:good path:good key:good signature:good history:good");
        await page.ShouldBeAccessibleAsync();
        await page.PictureAsync($"receipt-check-{language}", fullPage: true);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_second_payment_is_shown_to_continue_the_seal_that_the_browser_saw_first()
    {
        var page = await ReceiptAsync();
        await CheckAsync(page);
        await GoToNewReceiptAsync(page);

        await CheckAsync(page);

        (await ResultAsync(page)).ShouldBe("good");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_payment_that_is_not_sealed_yet_is_waited_for()
    {
        var page = await Browser.OpenAsync(city);
        await page.SignInAsync(city, Cast.LinMeiling, $"/receipts/{await PayAsync()}");

        await page.ClickAsync("#check-now");
        await page.WaitForSelectorAsync("#check-result[data-state=waiting]");
        await city.Get<CityLedger>().SealAsync(default);

        await page.WaitForSelectorAsync("#check-result[data-state=good]");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_page_that_shows_another_amount_than_the_books_is_found_out()
    {
        var page = await ReceiptAsync();
        await page.EvaluateAsync("() => document.getElementById('paid').firstChild.textContent = '61 '");

        await CheckAsync(page);

        (await StatesAsync(page)).ShouldBe("shown:bad path:good key:good signature:good history:good");
        (await ResultAsync(page)).ShouldBe("bad");
        await page.ShouldBeAccessibleAsync();
        await page.PictureAsync("receipt-check-lie", fullPage: true);
        await page.Context.CloseAsync();
    }

    [Theory]
    [InlineData("entry", "shown:bad path:bad key:good signature:good history:good")]
    [InlineData("path", "shown:good path:bad key:good signature:good history:good")]
    [InlineData("root", "shown:good path:bad key:good signature:bad history:good")]
    [InlineData("signature", "shown:good path:good key:good signature:bad history:good")]
    [InlineData("nonsense", "shown:good path:bad key:good signature:bad history:bad")]
    public async Task A_city_that_lies_in_its_proof_is_found_out(string lie, string states)
    {
        var page = await ReceiptAsync();
        await page.RouteAsync("**/proof", async route => await LieAsync(route, lie));

        await CheckAsync(page);

        (await StatesAsync(page)).ShouldBe(states);
        (await ResultAsync(page)).ShouldBe("bad");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_city_that_changes_its_key_is_shouted_at_and_the_old_key_stays_believed()
    {
        var page = await ReceiptAsync();
        await CheckAsync(page);
        await page.RouteAsync("**/proof", async route => await LieAsync(route, "key"));
        await GoToNewReceiptAsync(page);

        for (var i = 0; i < 2; i++)
        {
            await CheckAsync(page);
            (await StatesAsync(page)).ShouldBe("shown:good path:good key:bad signature:bad history:good");
            (await ResultAsync(page)).ShouldBe("bad");
        }

        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_city_that_rewrites_its_past_is_found_out_by_a_browser_that_has_seen_it()
    {
        var page = await ReceiptAsync();
        await CheckAsync(page);
        // The city signs with the right key, but what it shows does not continue what it showed before.
        await page.RouteAsync("**/consistency?*", async route => await route.FulfillAsync(new RouteFulfillOptions
        {
            ContentType = "application/json",
            Body = new JsonObject { ["path"] = new JsonArray(Convert.ToBase64String(new byte[32])) }.ToJsonString(),
        }));
        await GoToNewReceiptAsync(page);

        await CheckAsync(page);

        (await StatesAsync(page)).ShouldBe("shown:good path:good key:good signature:good history:bad");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_browser_without_Ed25519_says_that_the_signature_is_not_checked()
    {
        var page = await ReceiptAsync();
        await page.EvaluateAsync("() => crypto.subtle.importKey = () => Promise.reject(new Error('NotSupported'))");

        await CheckAsync(page);

        (await ResultAsync(page)).ShouldBe("partly");
        (await StatesAsync(page)).ShouldBe("shown:good path:good key:good signature:unknown history:good");
        await page.Context.CloseAsync();
    }

    [Fact]
    public void The_browser_knows_every_field_of_an_entry()
    {
        var script = SourceTree.Text("src/CityLoop.Server/Web/wwwroot/proofs.js");

        var known = Regex.Matches(script, """\["(\w+)", (\d+)\]""")
            .Select(m => (m.Groups[1].Value.ToLowerInvariant(), m.Groups[2].Value)).ToList();

        known.ShouldBe(EntryBytes.Fields.Select(field => (field.Name.Replace("_", ""), field.Form switch
        {
            FieldForm.Int64 or FieldForm.Instant => "8",
            FieldForm.Int32 or FieldForm.Date => "4",
            FieldForm.Int16 => "2",
            FieldForm.Boolean => "1",
            FieldForm.Uuid => "16",
            _ => "0",
        })));
    }

    static async Task LieAsync(IRoute route, string lie)
    {
        var proof = JsonNode.Parse(await (await route.FetchAsync()).TextAsync())!;
        switch (lie)
        {
            case "entry":
                var bytes = Convert.FromBase64String((string)proof["entry"]!);
                bytes[EntryBytes.HeadBytes + 8 + 8 + 16 + 7] ^= 1; // the amount's last byte
                proof["entry"] = Convert.ToBase64String(bytes);
                break;
            case "path":
                proof["path"]![0] = Convert.ToBase64String(new byte[32]);
                break;
            case "root":
                var note = SignedNote.Parse((string)proof["note"]!)!;
                var says = Checkpoint.Parse(note.Text)! with { Root = new byte[32] };
                proof["note"] = (note with { Text = says.ToString() }).ToString();
                break;
            case "signature":
                var signed = SignedNote.Parse((string)proof["note"]!)!;
                signed.Signatures[0].Signature[5] ^= 1;
                proof["note"] = signed.ToString();
                break;
            case "nonsense":
                proof["note"] = "what?";
                break;
            case "key":
                // Another key of the city's name that has signed the same seal: all of it fits itself.
                var seed = new byte[Ed25519.SeedBytes];
                var old = SignedNote.Parse((string)proof["note"]!)!;
                var key = new NoteKey("taichung.example/journal", NoteKey.Log, Ed25519.PublicOf(seed));
                var signature = Ed25519.Sign(seed, System.Text.Encoding.UTF8.GetBytes(old.Text));
                proof["note"] = new SignedNote(old.Text, [new(key.Name, key.Id, signature)]).ToString();
                proof["key"] = key.ToString();
                break;
        }

        await route.FulfillAsync(new RouteFulfillOptions
        {
            ContentType = "application/json", Body = proof.ToJsonString(),
        });
    }

    async Task<IPage> ReceiptAsync(string language = "zh-TW")
    {
        var payment = await PayAsync();
        await city.Get<CityLedger>().SealAsync(default);
        var page = await Browser.OpenAsync(city, Screen.Phone, language);
        await page.SignInAsync(city, Cast.LinMeiling, "/history");
        await page.ClickAsync($".languages button[value='{language}']");
        await page.WaitForLoadStateAsync();
        // From a line of the history, as a person does.
        await page.GotoAsync("/history");
        await page.ClickAsync($"a[href='/receipts/{payment}']");
        await page.WaitForURLAsync($"**/receipts/{payment}");
        return page;
    }

    async Task GoToNewReceiptAsync(IPage page)
    {
        var payment = await PayAsync();
        await city.Get<CityLedger>().SealAsync(default);
        await page.GotoAsync($"/receipts/{payment}");
    }

    async Task<Guid> PayAsync()
    {
        await city.GiveAsync(Cast.LinMeiling, 100);
        var id = Guid.NewGuid();
        var (outcome, _) = await city.Get<Payments>().PayAsync(
            id, await city.AccountOfAsync(Cast.LinMeiling), await city.ShopAsync(Cast.SunflowerBakery), 60, null,
            default);
        outcome.ShouldBe(PaymentOutcome.Paid);
        return id;
    }

    static async Task CheckAsync(IPage page)
    {
        await page.ClickAsync("#check-now:not([disabled])");
        await page.WaitForSelectorAsync(
            "#check-result[data-state=good], #check-result[data-state=bad], #check-result[data-state=partly]");
        await page.WaitForSelectorAsync("#check-now:not([disabled])");
    }

    static async Task<string> ResultAsync(IPage page) =>
        (await page.GetAttributeAsync("#check-result", "data-state"))!;

    static Task<string> StatesAsync(IPage page) => page.EvaluateAsync<string>(
        "() => [...document.querySelectorAll('#checks li')].map(l => `${l.id.slice(6)}:${l.dataset.state}`).join(' ')");
}
