using System.Net;
using CityLoop.Server.City;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Web;

namespace CityLoop.Server.Tests.Pass.Letters;

/// <summary>A letter speaks the language that its reader has chosen, whatever their browser speaks.</summary>
public sealed class LetterLanguagesTests(TestCity city) : IClassFixture<TestCity>
{
    [Theory]
    [InlineData("zh-TW", "你產生了新的備用碼", "剛才產生了 10 組新的備用碼，舊的不能用了。", "你的市民通會在 7 天後刪除")]
    [InlineData("en", "You made new recovery codes", "Ten new recovery codes were just made;",
        "Your city pass will be erased in 7 days")]
    [InlineData("ja", "新しい復旧コードが作られました", "復旧コードが新しく10個作られ、", "市民パスは7日後に削除されます")]
    public async Task What_happens_to_a_pass_is_told_in_the_language_that_its_owner_saved(
        string language, string subject, string body, string subjectOfErasure)
    {
        var contact = $"reads-{language}@example.org";
        using var person = city.Visit();
        await person.SignInAsync(city, contact);
        using var saved = await person.SubmitAsync(
            "/me/profile", "name=\"Language\"", ("Name", "林美玲"), ("Language", language));
        saved.RequestMessage!.RequestUri!.Query.ShouldBe("?done=saved");

        using var made = await person.SubmitAsync("/me/recovery", "action=\"/me/recovery/codes\"");
        using var asked = await person.SubmitAsync("/me/data", "action=\"/me/data/erase\"", ("understood", "yes"));

        made.StatusCode.ShouldBe(HttpStatusCode.OK);
        asked.RequestMessage!.RequestUri!.Query.ShouldBe("?done=asked");
        (await city.LetterAsync(contact, subject)).ShouldStartWith(body);
        var erased = city.Get<CityClock>().Today.AddDays(7);
        (await city.LetterAsync(contact, subjectOfErasure)).ShouldContain(Dates.DayAndYear(erased, language));
    }
}
