using CityLoop.Server.City;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Cards;
using CityLoop.Server.Pass.Counter;
using CityLoop.Server.Pass.Family;
using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.Pass.Counter;

/// <summary>An officer who is a guardian stands on the wrong side of the counter for that child.</summary>
public sealed class OwnChildTests(TestCity city) : IClassFixture<TestCity>
{
    static PersonId Mother => SignInRoad.PersonOf(Cast.WangYating);

    static PersonId Colleague => SignInRoad.PersonOf(Cast.ZhangJianguo);

    [Fact]
    public async Task Nobody_finds_records_or_approves_their_own_child()
    {
        var child = await ChildAsync("小婷");
        var card = await CardAsync(child);
        var checks = city.Get<CounterChecks>();
        var search = city.Get<FindPerson>();

        (await search.FindAsync(Mother, card.Text, "card", default)).Outcome
            .ShouldBe(FindPerson.Outcome.ThatIsYourself);
        (await search.FindAsync(Colleague, card.Text, "card", default)).Outcome.ShouldBe(FindPerson.Outcome.Found);
        (await checks.RecordAsync(Mother, VisitOf(child, Mother), false, "passport", "王小婷", null, default))
            .ShouldBe(CheckOutcome.NotOfYourself);
        (await checks.RecordAsync(Colleague, VisitOf(child, Colleague), false, "passport", "王小婷", null, default))
            .ShouldBe(CheckOutcome.Done);
        var check = (await checks.OfAsync(child, default)).ShouldHaveSingleItem();
        (await checks.ApproveAsync(Mother, check.Id, null, default)).Outcome.ShouldBe(CheckOutcome.NotOfYourself);
    }

    Visit VisitOf(PersonId person, PersonId officer) =>
        new(Guid.NewGuid(), person, city.Clock.GetUtcNow(), officer, "identity_check");

    async Task<PersonId> ChildAsync(string name)
    {
        var family = city.Get<FamilyStore>();
        await family.AddAsync(Mother, name, city.Get<CityClock>().Today.AddYears(-9), default);
        return new PersonId((await family.ChildrenOfAsync(Mother, default)).Single(child => child.Name == name).Id);
    }

    async Task<CardCode> CardAsync(PersonId child)
    {
        var cards = city.Get<CardStore>();
        var (serial, code) = (await cards.PrintAsync(Colleague, 1, default))[0];
        (await cards.BindToAsync(Colleague, serial, child, isFirst: false, default))
            .ShouldBe(BindOutcome.WaitsForSecond);
        return code;
    }
}
