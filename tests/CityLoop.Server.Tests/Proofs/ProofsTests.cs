using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using CityLoop.Ledger;
using CityLoop.Ledger.Seals;
using CityLoop.Server.Ledger;
using CityLoop.Server.Ledger.Seals;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Merchants;

namespace CityLoop.Server.Tests.Proofs;

/// <summary>Seals and proofs over HTTP: they stand up to anybody's sums; payments are shown to their sides.</summary>
public sealed class ProofsTests(TestCity city) : IClassFixture<TestCity>
{
    static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Every_entry_is_proved_under_the_newest_seal_and_every_seal_continues_those_before()
    {
        await GrowAsync(3, 297, 1, 255, 80);
        using var auditor = await city.SignInAsync(Cast.LiShufen);
        using var anybody = city.Visit();
        var list = await JsonAsync(anybody, "/api/v1/ledger/seals");
        var key = NoteKey.Parse(list.GetProperty("key").GetString()!)!;
        var seals = list.GetProperty("seals").EnumerateArray().Select(s => s.GetProperty("note").GetString()!)
            .Select(note => SignedNote.Parse(note)!).ToList();
        seals.Count.ShouldBeGreaterThan(4);
        seals.ShouldAllBe(note => note.IsSignedBy(key, Ed25519.Verify));
        var says = seals.ConvertAll(note => Checkpoint.Parse(note.Text)!);

        for (var sequence = 1L; sequence <= says[0].Size; sequence += sequence < 20 ? 1 : 37)
        {
            var proof = await JsonAsync(auditor, $"/api/v1/ledger/entries/{sequence}/proof");
            var head = Checkpoint.Parse(SignedNote.Parse(proof.GetProperty("note").GetString()!)!.Text)!;
            var leaf = MerkleHash.OfLeaf(proof.GetProperty("entry").GetBytesFromBase64());
            MerkleProof.Includes(sequence - 1, head.Size, leaf, PathOf(proof), head.Root).ShouldBeTrue();
        }

        foreach (var older in says)
            foreach (var newer in says.Where(s => s.Size >= older.Size))
            {
                var proof = await JsonAsync(anybody, $"/api/v1/ledger/consistency?from={older.Size}&to={newer.Size}");
                MerkleProof.IsConsistent(older.Size, newer.Size, older.Root, newer.Root, PathOf(proof)).ShouldBeTrue();
            }
    }

    [Fact]
    public async Task The_newest_seal_is_served_as_the_text_that_other_programs_read()
    {
        await GrowAsync(1);
        using var anybody = city.Visit();

        using var answer = await anybody.GetAsync("/api/v1/ledger/checkpoint");

        answer.Content.Headers.ContentType!.ToString().ShouldBe("text/plain; charset=utf-8");
        var text = await answer.Content.ReadAsStringAsync();
        text.ShouldBe((await SealStore.NewestAsync(city.Database, None))!.FullNote);
        var size = Checkpoint.Parse(SignedNote.Parse(text)!.Text)!.Size;
        (await anybody.GetStringAsync($"/api/v1/ledger/checkpoints/{size}")).ShouldBe(text);
    }

    [Fact]
    public async Task An_entry_is_shown_to_its_two_sides_and_to_auditors_and_to_staff_without_persons()
    {
        await city.GiveAsync(Cast.LinMeiling, 10);
        var shop = await city.ShopAsync(Cast.SunflowerBakery);
        var pay = new Transfer(
            Guid.NewGuid(), await city.AccountOfAsync(Cast.LinMeiling), shop.Account, 5, TransferCode.Pay);
        var sequence = (await city.Get<CityLedger>().PostAsync(pay, None)).Sequence;
        using (var early = await city.SignInAsync(Cast.LinMeiling))
            (await (await early.GetAsync($"/api/v1/ledger/entries/{sequence}/proof"))
                .ProblemCodeAsync(HttpStatusCode.Conflict)).ShouldBe("not_sealed_yet");
        await city.Get<CityLedger>().SealAsync(None);

        foreach (var who in new[] { Cast.LinMeiling, Cast.HuangZhiming, Cast.LiShufen })
            using (var client = await city.SignInAsync(who))
                (await client.GetAsync($"/api/v1/ledger/entries/{sequence}/proof")).StatusCode
                    .ShouldBe(HttpStatusCode.OK, who);
        using var other = await city.SignInAsync(Cast.EmmaDubois);
        foreach (var notTheirs in new[] { sequence, 1, 0, -1, long.MaxValue })
            (await (await other.GetAsync($"/api/v1/ledger/entries/{notTheirs}/proof"))
                .ProblemCodeAsync(HttpStatusCode.NotFound)).ShouldBe("entry_unknown");
        using (var staff = await city.SignInAsync(Cast.WangYating))
        {
            (await (await staff.GetAsync($"/api/v1/ledger/entries/{sequence}/proof"))
                .ProblemCodeAsync(HttpStatusCode.NotFound)).ShouldBe("entry_unknown");
            (await staff.GetAsync($"/api/v1/ledger/entries/{await FundingAsync()}/proof")).StatusCode
                .ShouldBe(HttpStatusCode.OK);
        }

        using var nobody = city.Visit();
        (await nobody.GetAsync($"/api/v1/ledger/entries/{sequence}/proof")).StatusCode
            .ShouldBe(HttpStatusCode.Unauthorized);
    }

    /// <summary>An entry between two of the city's own accounts.</summary>
    async Task<long> FundingAsync() =>
        (await city.Get<CityLedger>().ReadJournalAsync(0, 1_000, None))
            .First(entry => entry.Body is Transfer { Code: TransferCode.Fund }).Sequence;

    [Fact]
    public async Task Who_asks_for_a_proof_opens_no_account_by_asking()
    {
        var ledger = city.Get<CityLedger>();
        var currency = new CurrencyId(77);
        await ledger.PostAsync(new DefineCurrency(Guid.NewGuid(), currency, "ASKED", 0), None);
        var issuing = await ledger.OpenAccountAsync(Guid.NewGuid(), currency, AccountKind.Issuing, None);
        var budget = await ledger.OpenAccountAsync(Guid.NewGuid(), currency, AccountKind.Budget, None);
        var fund = new Transfer(Guid.NewGuid(), issuing, budget, 5, TransferCode.Fund);
        var sequence = (await ledger.PostAsync(fund, None)).Sequence;
        using var person = await city.SignInAsync(Cast.EmmaDubois);
        var before = await ledger.ReadAsync(books => books.AccountCount, None);

        (await person.GetAsync($"/api/v1/ledger/entries/{sequence}/proof")).StatusCode
            .ShouldBe(HttpStatusCode.NotFound);

        (await ledger.ReadAsync(books => books.AccountCount, None)).ShouldBe(before);
    }

    [Fact]
    public async Task The_word_of_a_witness_that_the_city_does_not_know_is_not_taken()
    {
        await GrowAsync(1);
        var seal = (await SealStore.NewestAsync(city.Database, None))!;
        using var witness = city.Visit();

        (await CodeAsync(seal.Size, LineOf(seal, SHA256.HashData("stranger"u8), "stranger.example"),
            HttpStatusCode.Forbidden)).ShouldBe("witness_unknown");
        (await CodeAsync(seal.Size, "nonsense", HttpStatusCode.BadRequest)).ShouldBe("countersignature_not_valid");
        (await CodeAsync(seal.Size + 1, "nonsense", HttpStatusCode.NotFound)).ShouldBe("seal_unknown");

        async Task<string> CodeAsync(long size, string line, HttpStatusCode status) =>
            (await (await witness.PostAsJsonAsync(
                $"/api/v1/ledger/seals/{size}/countersignatures", new { line })).ProblemCodeAsync(status))!;
    }

    [Fact]
    public async Task Anybody_finds_the_seals_and_the_key_on_a_page()
    {
        await GrowAsync(1);
        var page = await Browser.OpenAsync(city, Screen.Phone, "en");
        await page.GotoAsync("/books/seals");

        (await page.InnerTextAsync("#key")).ShouldBe(await SealKey.KnownAsync(city.Database, None));
        (await page.Locator("#seals li").CountAsync()).ShouldBeGreaterThan(0);
        await page.ShouldBeAccessibleAsync();
        await page.PictureAsync("seals", fullPage: true);
        await page.Context.CloseAsync();
    }

    internal static string LineOf(Seal seal, byte[] seed, string name, long? at = null, string? text = null)
    {
        var key = new NoteKey(name, NoteKey.Witness, Ed25519.PublicOf(seed));
        var time = at ?? TestClock.Start.ToUnixTimeSeconds();
        var message = Countersignature.MessageOf(time, text ?? SignedNote.Parse(seal.Note)!.Text);
        return new Countersignature(key, time, Ed25519.Sign(seed, message)).ToLine().ToString();
    }

    async Task GrowAsync(params int[] steps)
    {
        foreach (var step in steps)
        {
            for (var i = 0; i < step; i++)
                await city.Get<CityLedger>().PostAsync(
                    new OpenAccount(Guid.NewGuid(), new CurrencyId(1), AccountKind.Person), None);
            await city.Get<CityLedger>().SealAsync(None);
        }
    }

    static async Task<JsonElement> JsonAsync(HttpClient client, string address) =>
        JsonDocument.Parse(await client.GetStringAsync(address)).RootElement;

    static List<byte[]> PathOf(JsonElement proof) =>
        [.. proof.GetProperty("path").EnumerateArray().Select(hash => hash.GetBytesFromBase64())];
}
