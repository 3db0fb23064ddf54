using System.Text;
using System.Text.RegularExpressions;
using CityLoop.Server.Pass.Cards;
using CityLoop.Server.Tests.Hosting;
using Dapper;
using Microsoft.Playwright;

namespace CityLoop.Server.Tests.Pass.Cards;

/// <summary>What comes out of the printer at the counter.</summary>
public sealed partial class CardSheetTests(TestCity city) : IClassFixture<TestCity>
{
    /// <summary>A style sheet's millimetre on paper.</summary>
    const double PixelsOfMillimetre = 96 / 25.4;

    [Fact]
    public async Task Five_pages_carry_fifty_cards_of_a_bank_card_s_size_and_each_is_scanned_as_itself()
    {
        var counter = await Browser.OpenAsync(city, Screen.Desk);
        await counter.SignInAsync(city, Cast.WangYating, "/counter/cards/sheet");
        await counter.FillAsync("#count", "50");
        await counter.ClickAsync("text=產生");
        await counter.EmulateMediaAsync(new PageEmulateMediaOptions { Media = Media.Print });
        await counter.PictureAsync("card-sheet-printed", fullPage: true);

        var cards = await counter.Locator(".pass-card").AllAsync();
        cards.Count.ShouldBe(50);
        foreach (var card in cards)
        {
            var box = (await card.BoundingBoxAsync())!;
            (box.Width / PixelsOfMillimetre).ShouldBe(85.60, 0.1, "ISO/IEC 7810 ID-1");
            (box.Height / PixelsOfMillimetre).ShouldBe(53.98, 0.1, "ISO/IEC 7810 ID-1");
        }

        foreach (var card in (ILocator[])[cards[0], cards[9], cards[49]])
        {
            var serial = (await card.Locator(".pass-card-serial").InnerTextAsync()).Replace(" ", "");
            var shown = await city.ReadQrAsync(
                "data:image/png;base64," + Convert.ToBase64String(await card.ScreenshotAsync()));
            CardCode.Read(shown)!.Hash.ShouldBe(await KeptAsync(long.Parse(serial)), $"the card {serial}");
        }

        var paper = Encoding.Latin1.GetString(await counter.PdfAsync(new PagePdfOptions { Format = "A4" }));
        PageOfPdf().Count(paper).ShouldBe(5);
    }

    async Task<byte[]> KeptAsync(long serial)
    {
        await using var database = await city.Database.OpenConnectionAsync();
        return await database.ExecuteScalarAsync<byte[]>(
            "select code_hash from pass.card where serial = @serial", new { serial }) ?? [];
    }

    [GeneratedRegex("/Type */Page\\b")]
    private static partial Regex PageOfPdf();
}
