using CityLoop.Server.Pass;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Pass.Counter;

namespace CityLoop.Server.Tests.Pass.Contacts;

/// <summary>Contacts come and go, by their owner's hand alone, and never the last way in.</summary>
public sealed class ContactsTests(TestCity city) : IClassFixture<TestCity>
{
    [Fact]
    public async Task A_contact_is_added_by_proving_it_and_the_old_one_is_told()
    {
        using var person = await ComeInAsync("old@example.org");

        (await AddAsync(person, "0912 000 111")).ShouldBe("?done=added");

        (await city.LetterAsync("old@example.org", "多了一個聯絡方式")).ShouldContain("•••111");
        using var again = await ComeInAsync("+886912000111");
        (await again.IdAsync()).ShouldBe(await person.IdAsync());
    }

    [Fact]
    public async Task A_removed_contact_no_longer_signs_in_and_hears_of_it()
    {
        using var person = await ComeInAsync("leaving@example.org");
        await AddAsync(person, "staying@example.org");

        (await RemoveAsync(person, "leaving@example.org")).ShouldBe("?done=removed");

        await city.LetterAsync("leaving@example.org", "少了一個聯絡方式");
        await city.LetterAsync("staying@example.org", "少了一個聯絡方式");
        using var stranger = await ComeInAsync("leaving@example.org");
        (await stranger.IdAsync()).ShouldNotBe(await person.IdAsync());
    }

    [Fact]
    public async Task The_last_way_in_stays()
    {
        using var person = await ComeInAsync("only@example.org");

        (await RemoveAsync(person, "only@example.org")).ShouldBe("?problem=last_way_in");

        (await person.GetStringAsync("/me/contacts")).ShouldContain("only@example.org");
    }

    [Fact]
    public async Task A_contact_of_somebody_else_is_neither_taken_nor_removed()
    {
        using var other = await ComeInAsync("theirs@example.org");
        using var person = await ComeInAsync("mine@example.org");

        (await AddAsync(person, "theirs@example.org")).ShouldBe("?problem=contact_taken");
        (await RemoveAsync(person, "theirs@example.org", "mine@example.org")).ShouldBe("");

        using var still = await ComeInAsync("theirs@example.org");
        (await still.IdAsync()).ShouldBe(await other.IdAsync());
    }

    [Fact]
    public async Task A_phone_found_unlocked_cannot_take_the_pass_over()
    {
        using var person = await ComeInAsync("unlocked@example.org");
        city.Clock.Advance(Sessions.FreshFor + TimeSpan.FromSeconds(1));

        using var tried = await person.SubmitAsync(
            "/me/contacts", "action=\"/me/contacts/add\"", ("contact", "thief@example.org"));

        tried.RequestMessage!.RequestUri!.PathAndQuery.ShouldBe("/sign-in?returnUrl=%2Fme%2Fcontacts&why=fresh");
        (await city.LettersAsync("thief@example.org", "驗證碼")).ShouldBeEmpty();
    }

    async Task<HttpClient> ComeInAsync(string contact)
    {
        var client = city.Visit();
        await client.SignInAsync(city, contact);
        return client;
    }

    async Task<string> AddAsync(HttpClient person, string contact)
    {
        using var asked = await person.SubmitAsync(
            "/me/contacts", "action=\"/me/contacts/add\"", ("contact", contact));
        using var confirmed = await person.SendFormAsync(
            asked.RequestMessage!.RequestUri!, await asked.PageAsync(), "name=\"code\"",
            ("code", await city.LatestCodeAsync(contact)));
        return confirmed.RequestMessage!.RequestUri!.Query;
    }

    static async Task<string> RemoveAsync(HttpClient person, string contact, string? beside = null)
    {
        using var removed = await person.SubmitAsync(
            "/me/contacts", $"value=\"{beside ?? contact}\"", ("contact", contact));
        return removed.RequestMessage!.RequestUri!.Query;
    }
}
