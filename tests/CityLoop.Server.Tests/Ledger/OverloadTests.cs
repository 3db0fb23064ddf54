using System.Net;
using System.Text;
using CityLoop.Ledger;
using CityLoop.Server.Ledger;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Merchants;
using Dapper;

namespace CityLoop.Server.Tests.Ledger;

/// <summary>More comes than the books can take: some are told so at once, the others are answered.</summary>
public sealed class OverloadTests(TestCity city) : IClassFixture<TestCity>
{
    const int Crowd = 20;

    [Fact]
    public async Task While_the_journal_hangs_newcomers_hear_it_at_once_and_afterwards_all_goes_on_by_itself()
    {
        await city.GiveAsync(Cast.LinMeiling, 100_000);
        using var person = await city.SignInAsync(Cast.LinMeiling);
        var before = await city.TakingsOfAsync("sunflower");
        await using var connection = await city.Database.OpenConnectionAsync();
        await using var hanging = await connection.BeginTransactionAsync();
        // Everybody may read the journal, nobody may append to it: a disk that takes nothing.
        await connection.ExecuteAsync("lock table ledger.journal in share mode");

        var paying = Enumerable.Range(0, Crowd).Select(_ => new Sent(person)).ToList();
        var list = city.Get<CityLedger>().PostManyAsync(
            [.. Enumerable.Range(0, 3_000).Select(i => new OpenAccount(
                DerivedId.From("overload", $"{i}"), city.Pack.MainCurrency.Id, AccountKind.Person))], default);
        await GoOnUntilRefusedAsync(person, paying);
        await ShouldBeToldOnPagesAsync(person);
        await ShouldBeToldToOtherServersAsync();
        // Nothing can be durable yet: who has an answer was refused.
        var refused = paying.Where(p => p.Answer.IsCompleted).ToList();
        foreach (var sent in refused)
            await ShouldBeToldAsync(await sent.Answer);

        await hanging.RollbackAsync();

        foreach (var sent in paying.Except(refused))
            (await sent.Answer).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await list).ShouldAllBe(result => result.Outcome == PostOutcome.Posted);
        var accepted = paying.Count - refused.Count;
        (await city.TakingsOfAsync("sunflower")).ShouldBe(before + accepted, "a refused payment landed");
        foreach (var sent in refused)
            (await sent.AgainAsync()).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await city.TakingsOfAsync("sunflower")).ShouldBe(before + paying.Count);
    }

    /// <summary>Goes on sending payments until one is answered; those before it wait for the journal.</summary>
    static async Task GoOnUntilRefusedAsync(HttpClient person, List<Sent> paying)
    {
        while (!paying.Any(p => p.Answer.IsCompleted))
        {
            paying.Count.ShouldBeLessThan(1_000, "nobody is refused");
            paying.Add(new Sent(person));
            await Task.Delay(50);
        }
    }

    static async Task ShouldBeToldAsync(HttpResponseMessage answer)
    {
        (await answer.ProblemCodeAsync(HttpStatusCode.ServiceUnavailable)).ShouldBe("ledger_is_busy");
        answer.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(1));
    }

    static async Task ShouldBeToldOnPagesAsync(HttpClient person)
    {
        foreach (var (language, told) in new[] { ("zh-TW", "現在人有點多"), ("en", "busy right now"), ("ja", "混み合って") })
        {
            using var asked = new HttpRequestMessage(HttpMethod.Get, $"/?language={language}");
            using var page = await person.SendAsync(asked);
            (await page.PageAsync(HttpStatusCode.ServiceUnavailable)).ShouldContain(told);
            page.Headers.RetryAfter.ShouldNotBeNull();
        }
    }

    async Task ShouldBeToldToOtherServersAsync()
    {
        await using var connection = await city.Database.OpenConnectionAsync();
        var writer = await connection.QuerySingleAsync<string>("select address from ledger.writer");
        var post = new ForwardedPost(true, [BeginDay.Of(new DateOnly(2027, 1, 1))]);
        await Should.ThrowAsync<LedgerIsBusyException>(() => WriterSocket.SendAsync(writer, post, default));
    }

    /// <summary>A payment of one point, under way.</summary>
    sealed class Sent
    {
        readonly HttpClient _person;
        readonly Guid _id = Guid.NewGuid();

        public Sent(HttpClient person)
        {
            _person = person;
            Answer = AgainAsync();
        }

        public Task<HttpResponseMessage> Answer { get; }

        public async Task<HttpResponseMessage> AgainAsync()
        {
            using var body = new StringContent(
                $$"""{"id":"{{_id}}","shop":"sunflower","amount":1}""", Encoding.UTF8, "application/json");
            return await _person.PostAsync("/api/v1/wallet/payments", body);
        }
    }
}
