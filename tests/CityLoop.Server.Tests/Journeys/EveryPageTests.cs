using System.Collections.Concurrent;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Web;
using CityLoop.Server.Web.Languages;

namespace CityLoop.Server.Tests.Journeys;

/// <summary>Every page that the server has, whoever added it, as its readers see it on a phone.</summary>
public sealed class EveryPageTests(TestCity city) : IClassFixture<TestCity>
{
    readonly ConcurrentBag<string> _complaints = [], _looked = [];

    [Fact]
    public async Task Every_page_keeps_nobody_out_fits_a_phone_and_says_whose_it_is()
    {
        var samples = await city.MakePlacesAsync();
        string[] roles = [Cast.LinMeiling, Cast.HuangZhiming, Cast.WangYating, Cast.LiShufen];
        var stranger = await AskForCodeAsync();
        Visit[] readers = [.. await Task.WhenAll(roles.Select(ComeInAsync)), stranger];
        var addresses = readers.ToDictionary(reader => reader, _ => new List<string>());
        foreach (var address in city.Pages().Select(page => page.AddressIn(samples)))
            foreach (var reader in await WhoShouldLookAsync(readers, address))
                addresses[reader].Add(address);

        await Task.WhenAll(addresses.Select(LookAsync));

        _complaints.ShouldBeEmpty();
        _looked.Count.ShouldBeGreaterThan(75, "the search for pages is broken");
        foreach (var reader in readers)
            await reader.CloseAsync();
    }

    async Task<Visit> ComeInAsync(string who)
    {
        var reader = await Visit.OpenAsync(city, who, Screen.Phone, "zh-TW");
        await reader.Page.SignInAsync(city, who, "/me");
        if (who == Cast.LinMeiling)
            await AddContactAsync(reader);
        return reader;
    }

    /// <summary>As far as the page that asks for the code of a new contact.</summary>
    static async Task AddContactAsync(Visit reader)
    {
        await reader.Page.GotoAsync("/me/contacts");
        await reader.Page.FillAsync("#contact", "new-contact@example.org");
        await reader.Page.ClickAsync("form[action='/me/contacts/add'] button");
        await reader.Page.WaitForURLAsync("**/me/contacts/code");
    }

    /// <summary>Somebody of no role, who has come as far as the page that asks for the code.</summary>
    async Task<Visit> AskForCodeAsync()
    {
        var stranger = await Visit.OpenAsync(city, "stranger", Screen.Phone, "zh-TW");
        await stranger.Page.GotoAsync("/sign-in");
        await stranger.Page.FillAsync("#contact", "stranger@example.org");
        await stranger.Page.ClickAsync("#send-code");
        await stranger.Page.WaitForURLAsync("**/sign-in/code");
        return stranger;
    }

    /// <summary>
    /// The first role that may see a page, and on the first page also the stranger, to whom it says something else;
    /// nobody for a file to take away.
    /// </summary>
    async Task<IReadOnlyList<Visit>> WhoShouldLookAsync(Visit[] readers, string address)
    {
        var shownTo = new List<Visit>();
        foreach (var reader in readers)
        {
            // Beside the window, which a file or a refusal would upset.
            await using var answer = await reader.Page.APIRequest.GetAsync(address, new() { MaxRedirects = 0 });
            if (answer.Ok && !answer.Headers["content-type"].StartsWith("text/html", StringComparison.Ordinal))
                return [];
            if (answer.Ok)
                shownTo.Add(reader);
        }

        if (shownTo.Count == 0)
            _complaints.Add($"{address} is shown to nobody");
        return [.. shownTo.Take(1).Union(shownTo.TakeLast(address == "/" ? 1 : 0))];
    }

    async Task LookAsync(KeyValuePair<Visit, List<string>> reader)
    {
        foreach (var address in reader.Value)
            foreach (var language in TextCatalogue.Languages)
                try
                {
                    if (language == "zh-TW")
                        await reader.Key.GoAsync(address);
                    else
                        await TurnToAsync(language, reader.Key);
                    (await reader.Key.Page.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth"))
                        .ShouldBe(0, $"{address} scrolls sideways in {language}");
                    (await reader.Key.Page.TitleAsync()).EndsWith(
                        city.Get<TextCatalogue>().Say(language, "product.name"), StringComparison.Ordinal)
                        .ShouldBeTrue($"{address}: the title does not end with the product's name in {language}");
                    _looked.Add($"{language} {address}");
                }
                catch (ShouldAssertException found)
                {
                    _complaints.Add(found.Message);
                }
    }

    /// <summary>
    /// The same page in another language, put in the place of the one at hand: style sheets and axe stay, which costs
    /// a third of coming anew. What scripts draw is in the first language alone.
    /// </summary>
    static async Task TurnToAsync(string language, Visit reader)
    {
        var spoken = await reader.Page.EvaluateAsync<string>(
            """
            async language => {
              const address = new URL(location);
              address.searchParams.set('language', language);
              const read = new DOMParser().parseFromString(await (await fetch(address)).text(), 'text/html');
              document.documentElement.lang = read.documentElement.lang;
              document.title = read.title;
              document.body.replaceWith(read.body);
              return read.documentElement.lang;
            }
            """, language);
        spoken.ShouldBe(language, reader.Page.Url);
        await reader.Page.ShouldBeAccessibleAsync();
    }
}
