using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;
using CityLoop.Server.Pass;

namespace CityLoop.Server.Operations;

/// <summary>
/// Gives the demo city two months behind it, and at each later start the days since: invented people who earn and spend
/// at its shops, posted through the real ledger with the days on which it would have happened.
/// </summary>
sealed partial class DemoLife(
    CityLedger ledger, CityAccounts accounts, PersonAccounts persons, CityPack city, CityClock clock,
    ILogger<DemoLife> log)
{
    /// <summary>Eight weeks: a month to look at, and one before it to compare with.</summary>
    const int DaysBehind = 56;

    /// <summary>A demo that nobody touched for longer goes on from where it stopped, not further.</summary>
    const int DaysAtMost = 170;

    readonly ILogger _log = log;

    /// <summary>
    /// Posts what has not been posted yet; ids follow from the story, so a second call posts nothing.
    /// </summary>
    public async Task LiveAsync(CancellationToken cancellation)
    {
        var began = await FirstDayAsync(cancellation);
        var yesterday = clock.Today.AddDays(-1);
        var story = new DemoStory(city.Shops.Count, Protagonists.Count);
        var posted = 0;
        var places = default(Places);
        for (var day = began; day <= yesterday && day < began.AddDays(DaysAtMost); day = day.AddDays(1))
        {
            var moves = story.LiveDay(day);
            if (moves.Count == 0 || await ledger.FindAsync(moves[^1].Id, cancellation) is not null)
                continue;
            places ??= await OpenAsync(cancellation);
            await PostAsync(moves, day, places, cancellation);
            posted += moves.Count;
        }

        if (posted > 0)
            LogLived(posted, DemoStory.People, began);
    }

    /// <summary>The demo people who had a life before the city opened: the first resident with a phone.</summary>
    IReadOnlyList<CastMember> Protagonists =>
        [.. city.People.Where(p => p is { Role: CastRole.Resident, Email: not null }).Take(1)];

    /// <summary>The story begins once; its first transfer remembers the day.</summary>
    async Task<DateOnly> FirstDayAsync(CancellationToken cancellation) =>
        await ledger.FindAsync(DemoStory.FirstId, cancellation) is { } first
            ? clock.DayOf(first.EffectiveAt)
            : clock.Today.AddDays(-DaysBehind);

    async Task PostAsync(
        IReadOnlyList<DemoMove> moves, DateOnly day, Places places, CancellationToken cancellation)
    {
        var lastDay = city.MainCurrency.LastDay.For(day);
        var begins = clock.StartOf(day);
        var results = await ledger.PostManyAsync(
            [.. moves.Select(move => places.TransferOf(move, begins, lastDay))], cancellation);
        var refused = results.Count(r => !r.IsPosted);
        if (refused > 0)
            LogRefused(refused, day);
    }

    async Task<Places> OpenAsync(CancellationToken cancellation)
    {
        var currency = city.MainCurrency.Id;
        var greenest = city.Budgets.Last(b => b.Currency.Id == currency).Name;
        var budget = await accounts.OpenAsync($"budget:{greenest}", AccountKind.Budget, currency, cancellation);
        var rebate = await accounts.OpenAsync(
            $"budget:{city.Rebate.Budget.Name}", AccountKind.Budget, currency, cancellation);
        var shops = new List<AccountId>();
        foreach (var shop in city.Shops)
            shops.Add(await accounts.OpenAsync($"merchant:{shop.Code}", AccountKind.Merchant, currency, cancellation));

        var people = new List<AccountId>();
        foreach (var member in Protagonists)
            people.Add(await persons.OfAsync(PersonId.OfCast(member.Id), currency, cancellation));
        var opened = await ledger.PostManyAsync(
            [.. Enumerable.Range(people.Count, DemoStory.People - people.Count).Select(person => new OpenAccount(
                DerivedId.From("demo-life", "person", $"{person}"), currency, AccountKind.Person))],
            cancellation);
        people.AddRange(await ledger.ReadAsync(
            books => opened.Select(o => books.AccountOpenedAt(o.Sequence)!.Value).ToList(), cancellation));
        return new Places(budget, rebate, people, shops);
    }

    /// <summary>The accounts behind the story's numbers.</summary>
    sealed record Places(
        AccountId Budget, AccountId Rebate, IReadOnlyList<AccountId> People, IReadOnlyList<AccountId> Shops)
    {
        public Transfer TransferOf(DemoMove move, DateTimeOffset dayBegins, DateOnly? lastDay)
        {
            var person = People[move.Person];
            var shop = move.Shop >= 0 ? Shops[move.Shop] : default;
            var (debit, credit) = move.Code switch
            {
                TransferCode.Earn => (Budget, person),
                TransferCode.Pay => (person, shop),
                TransferCode.Refund => (shop, person),
                TransferCode.Rebate => (Rebate, person),
                TransferCode.RebateReturn => (person, Rebate),
                _ => throw new InvalidOperationException($"The story knows no {move.Code}."),
            };
            return new Transfer(move.Id, debit, credit, move.Amount, move.Code)
            {
                LastDay = move.Code is TransferCode.Earn or TransferCode.Rebate ? lastDay : null,
                Reverses = move.Reverses,
                EffectiveAt = dayBegins + move.TimeOfDay,
            };
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message =
        "The demo city lived: {Moves} movements of {People} invented people since {Day:yyyy-MM-dd}.")]
    partial void LogLived(int moves, int people, DateOnly day);

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "The demo city's story of {Day:yyyy-MM-dd} does not fit its books: {Count} movements were refused.")]
    partial void LogRefused(int count, DateOnly day);
}
