namespace CityLoop.Server.Tests.Journeys;

/// <summary>The till: an amount on the number pad, a code typed by hand because this machine has no camera.</summary>
sealed class TillPage(Visit visit)
{
    /// <summary>Charges, and answers what the till says that came back to the person.</summary>
    public async Task<long> ChargeAsync(long amount, string digits)
    {
        await AskAsync(amount, digits);
        await visit.Page.WaitForSelectorAsync("#result:not([hidden])");
        await visit.LookAsync();
        Numbers.First(await visit.TextAsync("#paid")).ShouldBe(amount);
        return Numbers.First(await visit.TextAsync("#back"));
    }

    /// <summary>Types an amount and a code, which is sent as soon as it is whole.</summary>
    public async Task AskAsync(long amount, string code)
    {
        await visit.GoAsync("/till");
        foreach (var key in $"{amount}")
            await visit.Page.ClickAsync($"#keys button[data-key='{key}']");
        await visit.Page.ClickAsync("#scan");
        await visit.Page.FillAsync("#code", code);
    }

    /// <summary>Gives back what was charged a moment ago.</summary>
    public async Task RefundLastAsync()
    {
        await visit.Page.ClickAsync("#receipt");
        await visit.Page.WaitForSelectorAsync("#refund-now");
        await visit.LookAsync();
        await visit.Page.ClickAsync("#refund-now");
        await visit.Page.WaitForSelectorAsync("#refunded");
        await visit.LookAsync();
    }
}
