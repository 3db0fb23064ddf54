using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Web.Languages;
using Microsoft.Playwright;

namespace CityLoop.Server.Tests.Web.Rooms;

/// <summary>Every room's menu at every size and in every language, the one with the longest words too.</summary>
public sealed class MenusTests(TestCity city) : IClassFixture<TestCity>
{
    // An entry's text stands on one line, inside the window and not on its neighbour.
    const string Faults = """
        () => [...document.querySelectorAll('nav a')].flatMap((entry, i, all) => {
          const [text, box] = [entry.querySelector('span'), entry.getBoundingClientRect()];
          const line = text.getBoundingClientRect();
          const next = all[i + 1]?.querySelector('span').getBoundingClientRect();
          const faults = [];
          const range = document.createRange();
          range.selectNodeContents(text);
          if (new Set([...range.getClientRects()].map((r) => Math.round(r.top))).size > 1) faults.push('two lines');
          if (box.left < 0 || box.right > innerWidth) faults.push('out of sight');
          if (line.right > box.right + 0.5 || line.left < box.left - 0.5) faults.push('wider than its entry');
          if (next && Math.abs(next.top - line.top) < 4 && next.left >= line.left && next.left < line.right)
            faults.push('on its neighbour');
          return faults.map((fault) => `${text.textContent.trim()}: ${fault}`);
        })
        """;

    // Text in a table keeps the room of a word; a letter on each line is no text.
    const string Slivers = """
        () => [...document.querySelectorAll('.table th:not(.number), .table td:not(.number)')]
          .filter((cell) => cell.getBoundingClientRect().width > 0 && cell.getBoundingClientRect().width < 48)
          .map((cell) => cell.textContent.trim())
        """;

    [Theory]
    [InlineData(Cast.LinMeiling, "/", Screen.Phone)]
    [InlineData(Cast.HuangZhiming, "/till", Screen.Phone)]
    [InlineData(Cast.WangYating, "/desk/missions", Screen.Tablet)]
    public async Task Each_entry_is_read_at_once_in_every_language(string who, string address, Screen smallest)
    {
        var page = await Browser.OpenAsync(city);
        await page.SignInAsync(city, who, address);
        foreach (var language in TextCatalogue.Languages)
            foreach (var screen in Enum.GetValues<Screen>().Where(screen => screen >= smallest))
            {
                await page.SetViewportSizeAsync((int)screen, 900);
                await page.GotoAsync($"{address}?language={language}");
                (await page.EvaluateAsync<string[]>(Faults)).ShouldBeEmpty($"{address} at {screen} in {language}");
            }

        await page.Context.CloseAsync();
    }

    [Theory]
    [InlineData("/desk")]
    [InlineData("/desk/flow")]
    [InlineData("/desk/missions")]
    [InlineData("/desk/merchants")]
    [InlineData("/desk/carbon")]
    [InlineData("/desk/policies?seeds=1")]
    public async Task A_table_on_a_phone_slides_and_does_not_crush_its_words(string address)
    {
        var page = await Browser.OpenAsync(city);
        await page.SignInAsync(city, Cast.WangYating, address);
        foreach (var language in TextCatalogue.Languages)
        {
            await page.GotoAsync($"{address}{(address.Contains('?') ? '&' : '?')}language={language}");
            (await page.EvaluateAsync<string[]>(Slivers)).ShouldBeEmpty($"{address} in {language}");
            (await page.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth"))
                .ShouldBeLessThanOrEqualTo(0, $"{address} in {language} scrolls sideways");
        }

        await page.Context.CloseAsync();
    }
}
