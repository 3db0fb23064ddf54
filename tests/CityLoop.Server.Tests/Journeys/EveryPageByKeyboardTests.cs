using System.Collections.Concurrent;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Web;

namespace CityLoop.Server.Tests.Journeys;

/// <summary>
/// Every page that the server has, whoever added it, with a keyboard alone, at a phone's width and twice the size of
/// text: all that can be used is reached, ringed and in sight, and nothing scrolls sideways.
/// </summary>
public sealed class EveryPageByKeyboardTests(TestCity city) : IClassFixture<TestCity>
{
    readonly ConcurrentBag<string> _complaints = [];
    int _walked;

    [Fact]
    public async Task Every_page_is_walked_by_keyboard_at_twice_the_size_of_text()
    {
        var samples = await city.MakePlacesAsync();
        string[] roles = [Cast.LinMeiling, Cast.HuangZhiming, Cast.WangYating, Cast.LiShufen];
        var readers = await Task.WhenAll(roles.Select(async role =>
        {
            // English has the longest words.
            var reader = await Keys.OpenAsync(city);
            await reader.SignInAsync(city, city.ContactOf(role), "/me");
            return reader;
        }));
        var addresses = city.Pages().Select(page => page.AddressIn(samples)).Distinct().ToList();
        var reader = await Task.WhenAll(addresses.Select(address => WhoReadsAsync(readers, address)));

        await Task.WhenAll(readers.Select(async one =>
        {
            foreach (var (address, who) in addresses.Zip(reader))
                if (who == one)
                    await WalkAsync(one, address);
        }));

        _complaints.ShouldBeEmpty();
        _walked.ShouldBeGreaterThan(60, "the search for pages is broken");
    }

    /// <summary>The first role that may see a page; nobody for a file to take away.</summary>
    static async Task<Keys?> WhoReadsAsync(Keys[] readers, string address)
    {
        foreach (var reader in readers)
        {
            await using var answer = await reader.Page.APIRequest.GetAsync(address, new() { MaxRedirects = 0 });
            if (answer.Ok)
                return answer.Headers["content-type"].StartsWith("text/html", StringComparison.Ordinal) ? reader : null;
        }

        return null;
    }

    async Task WalkAsync(Keys reader, string address)
    {
        try
        {
            await reader.WalkAsync(address);
            Interlocked.Increment(ref _walked);
        }
        catch (ShouldAssertException found)
        {
            _complaints.Add(found.Message);
        }
    }
}
