using CityLoop.Missions;
using CityLoop.Server.Missions;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Levels;
using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.Missions;

/// <summary>Steps of the rally, through the use case itself.</summary>
static class RallyAct
{
    public static Mission Rally(this TestCity city) => city.Get<MissionCatalogue>().Find("heritage-rally")!.Mission;

    public static string CodeOf(this TestCity city, string spot) =>
        city.Get<SpotCodes>().Of(city.Pack.Spots.Single(s => s.Id == spot));

    public static int RightAnswer(this TestCity city, string spot) => city.Rally().ActivityOf(spot)!.Quiz!.Answer;

    public static Task<ActAnswer> AnswerAsync(
        this TestCity city, PersonId person, string spot, Guid id, int? answer = null) =>
        city.Get<MissionActs>().TellAsync(
            person, AssuranceLevel.SelfAsserted, id, city.Rally(), spot, spot, answer ?? city.RightAnswer(spot),
            CancellationToken.None);
}
