using CityLoop.Server.Missions;
using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.Journeys;

/// <summary>A spot: its sign's code opens the question, a right answer gives a stamp.</summary>
sealed class SpotPage(Visit visit, TestCity city)
{
    /// <summary>Scans the code of the mission's n-th spot and answers rightly; what the page then says.</summary>
    public async Task<string> AnswerAsync(string mission, int number)
    {
        var activity = city.Get<MissionCatalogue>().Find(mission)!.Mission.Activities[number];
        var spot = city.Pack.Spots.Single(s => s.Id == activity.Spot);
        await visit.GoAsync($"/spots/{city.Get<SpotCodes>().Of(spot)}");
        await visit.Page.ClickAsync($".choice:has(input[name='answer'][value='{activity.Quiz!.Answer}'])");
        await visit.Page.ClickAsync("main form button.button");
        await visit.Page.WaitForSelectorAsync(".stamped-mark");
        await visit.LookAsync();
        return await visit.TextAsync("main");
    }
}

/// <summary>The wallet's first page.</summary>
sealed class WalletPage(Visit visit)
{
    public async Task<long> BalanceAsync()
    {
        await visit.GoAsync("/");
        return Numbers.First(await visit.TextAsync("#balance"));
    }
}

/// <summary>The code that a till charges.</summary>
sealed class PayCodePage(Visit visit)
{
    public async Task<string> DigitsAsync()
    {
        await visit.GoAsync("/pay-code");
        return await visit.TextAsync("#digits");
    }

    /// <summary>The page goes to the receipt by itself once the shop has charged.</summary>
    public Task IsPaidAsync() => visit.Page.WaitForURLAsync("**/receipts/**");
}
