using System.Net;
using System.Text.RegularExpressions;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Web.Languages;

namespace CityLoop.Server.Tests.Web.Languages;

public sealed class TextsTests(TestCity city) : IClassFixture<TestCity>
{
    [Fact]
    public void Every_sentence_stands_in_every_language_with_the_same_values()
    {
        var texts = new TextCatalogue();

        foreach (var key in texts.Keys)
        {
            var sentences = texts.InEveryLanguage(key);
            foreach (var language in TextCatalogue.Languages)
                sentences.GetValueOrDefault(language).ShouldNotBeNullOrWhiteSpace($"{key} in {language}");
            sentences.Values.Select(ValuesIn).Distinct().Count().ShouldBe(
                1, $"{key} names other values in one language");
        }
    }

    [Theory]
    [InlineData("zh-TW", "登入市民通")]
    [InlineData("en", "Sign in to your city pass")]
    [InlineData("ja", "市民パスにサインイン")]
    public async Task A_reader_chooses_the_language_without_scripts_and_it_is_remembered(
        string language, string heading)
    {
        using var client = city.Visit();

        using var answer = await client.SubmitAsync("/sign-in", "action=\"/language\"", ("language", language));

        answer.RequestMessage!.RequestUri!.AbsolutePath.ShouldBe("/sign-in");
        (await answer.PageAsync()).ShouldContain(heading);
        (await client.GetStringAsync("/sign-in")).ShouldContain(heading);
    }

    [Theory]
    [InlineData("ja-JP,ja;q=0.9,en;q=0.5", "市民パスにサインイン")]
    [InlineData("fr-FR,en;q=0.5", "Sign in to your city pass")]
    [InlineData("ko-KR", "登入市民通")]
    public async Task A_browser_is_answered_in_the_language_it_asks_for(string asked, string heading)
    {
        using var client = city.Visit();
        client.DefaultRequestHeaders.TryAddWithoutValidation("Accept-Language", asked);

        (await client.GetStringAsync("/sign-in")).ShouldContain(heading);
    }

    [Fact]
    public async Task Choosing_a_language_never_leads_to_another_site()
    {
        using var client = city.Visit(followsRedirects: false);

        using var answer = await client.SubmitAsync(
            "/sign-in", "action=\"/language\"", ("language", "en"), ("returnUrl", "//elsewhere.example/"));

        answer.StatusCode.ShouldBe(HttpStatusCode.Found);
        answer.Headers.Location!.ToString().ShouldBe("/");
    }

    static string ValuesIn(string sentence) =>
        string.Join(",", Regex.Matches(sentence, "{[0-9]+").Select(m => m.Value).Distinct().Order());
}
