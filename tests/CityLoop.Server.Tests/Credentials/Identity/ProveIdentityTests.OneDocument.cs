using CityLoop.Server.Credentials.Identity;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Counter;
using CityLoop.Server.Pass.Data;
using CityLoop.Server.Pass.Levels;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Pass.Counter;
using Dapper;

namespace CityLoop.Server.Tests.Credentials.Identity;

/// <summary>One document, one pass.</summary>
public sealed partial class ProveIdentityTests
{
    [Fact]
    public async Task Of_two_passes_that_one_document_proves_at_the_same_moment_one_is_proved()
    {
        using var one = await ComeAsync("moment-one@example.org");
        using var other = await ComeAsync("moment-other@example.org");
        PersonId[] people = [await one.IdAsync(), await other.IdAsync()];
        var proofs = city.Get<IdentityProofs>();
        for (var round = 0; round < 10; round++)
        {
            var proof = new NewIdentityProof(
                "some-office", "some-type", "moment",
                await city.Get<DocumentPrints>().OfAsync("passport", $"MOMENT{round}", default),
                "https://office.example/1", round, city.Clock.GetUtcNow().AddDays(1));

            var outcomes = await Task.WhenAll(people.Select(person => proofs.TakeAsync(person, proof, default)));

            outcomes.Order().ShouldBe([IdentityProofOutcome.OfAnotherPass, IdentityProofOutcome.Done]);
            await using var connection = await city.Database.OpenConnectionAsync();
            await connection.ExecuteAsync("delete from pass.identity_proof where document = 'moment'");
        }
    }

    [Fact]
    public async Task One_document_proves_one_pass_and_one_pass_keeps_its_document()
    {
        await using var office = await CardOffice.OpenAsync(city, "twice");
        using var first = await ComeAsync("first-pass@example.org");
        using var second = await ComeAsync("second-pass@example.org");
        (await ProveAsync(first, office, office.Issue("F131104093"))).ShouldBe("?done=proved");

        (await ProveAsync(second, office, office.Issue("f-131104093"))).ShouldBe("?problem=identity_of_another_pass");
        // The demo's counter has seen this one of Lin Meiling.
        (await ProveAsync(second, office, office.Issue("B220419901"))).ShouldBe("?problem=identity_of_another_pass");
        (await second.LevelAsync()).ShouldBe(1);
        // Nor does a counter take a document that a credential has shown to be another one's.
        using var officer = await city.SignInAsync(Cast.WangYating);
        using var recorded = await officer.SubmitAsync(
            (await officer.FindAsync(await second.CounterCodeAsync())).PathAndQuery, "action=\"/counter/checks\"",
            ("purpose", "identity"), ("document", "national_id"), ("number", "F131104093"), ("name", "冒名"));
        recorded.RequestMessage!.RequestUri!.Query.ShouldBe("?problem=document_of_another");
        (await ProveAsync(first, office, office.Issue("F131104093"))).ShouldBe("?done=proved", "it is renewed");
        (await ProveAsync(first, office, office.Issue("J120334453"))).ShouldBe("?problem=identity_other_document");
        (await first.LevelAsync()).ShouldBe(2);
    }

    [Fact]
    public async Task A_document_that_one_pass_gave_up_proves_no_other_the_same_day()
    {
        await using var office = await CardOffice.OpenAsync(city, "in-turn");
        using var first = await ComeAsync("in-turn-1@example.org");
        using var second = await ComeAsync("in-turn-2@example.org");
        (await ProveAsync(first, office, office.Issue("N141592653", "passport"))).ShouldBe("?done=proved");
        (await GiveUpAsync(first)).ShouldBe("?done=given_up");

        (await ProveAsync(second, office, office.Issue("N141592653", "passport")))
            .ShouldBe("?problem=identity_of_another_pass");
        (await second.LevelAsync()).ShouldBe(1);
        (await ProveAsync(first, office, office.Issue("N141592653", "passport"))).ShouldBe("?done=proved", "their own");
        await GiveUpAsync(first);
        city.Clock.Advance(TimeSpan.FromDays(180));
        using var later = await ComeAsync("in-turn-2@example.org");
        (await ProveAsync(later, office, office.Issue("N141592653", "passport"))).ShouldBe("?done=proved");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_document_of_a_pass_that_was_erased_proves_no_other_for_half_a_year(bool isByCounter)
    {
        var (code, number) = ($"erased-{(isByCounter ? "counter" : "wallet")}", isByCounter ? "E271828" : "E314159");
        await using var office = await CardOffice.OpenAsync(city, code);
        using var first = await ComeAsync($"{code}-1@example.org");
        var gone = await first.IdAsync();
        if (isByCounter)
            await CheckAsync(first, number);
        else
            (await ProveAsync(first, office, office.Issue(number, "passport"))).ShouldBe("?done=proved");
        await city.Get<Erasures>().AskAsync(gone, default);
        city.Clock.Advance(Erasures.CanBeTakenBackFor);
        await city.Get<Erasures>().EraseDueAsync(default);

        using var second = await ComeAsync($"{code}-2@example.org");
        (await ProveAsync(second, office, office.Issue(number, "passport")))
            .ShouldBe("?problem=identity_of_another_pass");
        city.Clock.Advance(TimeSpan.FromDays(180));
        await city.Get<EndedIdentities>().SweepAsync(default);

        await using var connection = await city.Database.OpenConnectionAsync();
        (await connection.ExecuteScalarAsync<bool>(
            "select exists (select from pass.erased_document where document_print = @print)",
            new { print = await city.Get<DocumentPrints>().OfAsync("passport", number, default) })).ShouldBeFalse();
        using var later = await ComeAsync($"{code}-2@example.org");
        (await ProveAsync(later, office, office.Issue(number, "passport"))).ShouldBe("?done=proved");
    }

    [Fact]
    public async Task Nobody_puts_another_kind_of_document_behind_a_checked_pass()
    {
        await using var office = await CardOffice.OpenAsync(city, "kinds");
        using var seen = await ComeAsync("kinds-counter@example.org");
        using var proved = await ComeAsync("kinds-wallet@example.org");
        var asked = await BeginAsync(seen, office);
        await CheckAsync(seen, "K8273645");
        (await ProveAsync(proved, office, office.Issue("K1122334", "passport"))).ShouldBe("?done=proved");

        using var answer = await city.SendAsync(asked, city.Present(office.Issue("K120556674"), asked));
        (await ConfirmAsync(seen, answer)).ShouldBe("?problem=identity_checked");
        using var begun = await seen.SendFormAsync(
            new Uri(city.Address, Page),
            (await seen.GetStringAsync("/me/profile")).Replace("/me/wishes", $"{Page}/begin", StringComparison.Ordinal),
            "/begin\"", ("type", office.Type));
        begun.RequestMessage!.RequestUri!.Query.ShouldBe("?problem=identity_checked");
        (await ProveAsync(proved, office, office.Issue("K120556674"))).ShouldBe("?problem=identity_other_document");
        await GiveUpAsync(proved);
        (await ProveAsync(proved, office, office.Issue("K120556674")))
            .ShouldBe("?problem=identity_other_document", "whoever gives it up may not be its owner");
        (await city.Get<CounterChecks>().DocumentPrintsAsync(await seen.IdAsync(), default)).ShouldHaveSingleItem()
            .ShouldBe(await city.Get<DocumentPrints>().OfAsync("passport", "K8273645", default));

        city.Clock.Advance(TimeSpan.FromDays(180));
        using var renewed = await ComeAsync("kinds-wallet@example.org");
        (await ProveAsync(renewed, office, office.Issue("K1122335", "passport"))).ShouldBe("?done=proved");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Anothers_document_waits_at_a_counter_beside_a_credential_and_leaves_it_its_word(bool isGivenUp)
    {
        var (code, own) = ($"beside-{(isGivenUp ? "given-up" : "live")}", isGivenUp ? "L1122334" : "L1122335");
        await using var office = await CardOffice.OpenAsync(city, code);
        using var person = await ComeAsync($"{code}@example.org");
        (await ProveAsync(person, office, office.Issue(own, "passport"))).ShouldBe("?done=proved");
        if (isGivenUp)
            await GiveUpAsync(person);
        await CheckAsync(person, own + "9");

        (await person.LevelAsync()).ShouldBe(isGivenUp ? 1 : 2, "nothing of it counts yet");
        var check = (await city.Get<CheckWaits>().OfAsync(await person.IdAsync(), default)).Single();
        check.WaitsUntil.ShouldNotBeNull();
        (await city.Get<CheckWaits>().StopAsync(await person.IdAsync(), check.Id, default)).ShouldBeTrue();
        (await city.Get<IdentityProofs>().FindAsync(await person.IdAsync(), default) is null).ShouldBe(isGivenUp);

        await CheckAsync(person, own);
        (await person.LevelAsync()).ShouldBe(2, "their own counts at once");
    }

    async Task CheckAsync(HttpClient person, string passport)
    {
        var (checks, whose) = (city.Get<CounterChecks>(), await person.IdAsync());
        var (officer, second) = (SignInRoad.PersonOf(Cast.WangYating), SignInRoad.PersonOf(Cast.ZhangJianguo));
        var visit = new Visit(Guid.NewGuid(), whose, city.Clock.GetUtcNow(), officer, "identity_check");
        await checks.RecordAsync(officer, visit, false, "passport", "王", passport, default);
        var check = (await checks.OfAsync(whose, default)).First(check => check.ApprovedAt is null);
        (await checks.ApproveAsync(second, check.Id, passport, default)).Outcome.ShouldBe(CheckOutcome.Done);
    }

    static async Task<string> GiveUpAsync(HttpClient person)
    {
        using var ended = await person.SubmitAsync(Page, "action=\"/me/level/credential/end\"");
        return ended.RequestMessage!.RequestUri!.Query;
    }
}
