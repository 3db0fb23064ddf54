using CityLoop.Ledger;
using CityLoop.Server.Ledger;
using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.Ledger;

/// <summary>Every kind of entry goes through the table and comes back as it was, by both roads.</summary>
public sealed class EveryKindTests(TestCity city) : IClassFixture<TestCity>
{
    static readonly CancellationToken None = CancellationToken.None;
    static readonly CurrencyId Currency = new(77);

    CityLedger Ledger => city.Get<CityLedger>();

    [Fact]
    public async Task What_was_posted_is_what_is_read_and_the_journal_alone_gives_the_same_books()
    {
        var posted = await PostOneOfEachAsync();

        var read = await Ledger.ReadJournalAsync(0, int.MaxValue, None);
        var copied = await JournalReader.CopyAsync(city.Database, 0, int.MaxValue, None);
        copied.ShouldBe(read);
        var bodies = read.Select(entry => entry.Body).ToList();
        foreach (var command in posted)
            bodies.ShouldContain(command is Transfer { AtMost: not null } t ? t with { Amount = 30 } : command);
        bodies.Select(body => body.GetType()).Distinct().Count().ShouldBe(
            typeof(LedgerCommand).Assembly.GetTypes().Count(type => type.IsSubclassOf(typeof(LedgerCommand))),
            "a new kind of command needs its line here");

        var replayed = new LedgerState();
        foreach (var entry in read)
            replayed.Apply(entry);
        replayed.ToBytes().ShouldBe(await Ledger.ReadAsync(books => books.ToBytes(), None));
    }

    [Fact]
    public async Task A_hold_that_nobody_settles_in_time_is_released_by_itself_once()
    {
        var (person, shop) = await TownAsync("hold", new CurrencyId(78));
        var hold = new PlaceHold(DerivedId.From("waits"), person, shop, 40, TransferCode.Pay,
            city.Clock.GetUtcNow().AddMinutes(5));
        (await Ledger.PostAsync(hold, None)).Outcome.ShouldBe(PostOutcome.Posted);
        (await AccountAsync(person)).Spendable.ShouldBe(60);

        city.Clock.Advance(TimeSpan.FromMinutes(6));
        await Eventually.BecomesTrueAsync(
            async () => (await AccountAsync(person)).Spendable == 100, TimeSpan.FromSeconds(30), "it is released");
        await city.RestartAsync();

        (await AccountAsync(person)).Held.ShouldBe(0);
        (await city.Get<HoldTimeouts>().ReleaseAsync(None)).ShouldBe(0);
        (await Ledger.PostAsync(
            new Transfer(DerivedId.From("late"), person, shop, 40, TransferCode.Pay) { Hold = hold.Id }, None))
            .Outcome.ShouldBe(PostOutcome.HoldIsNotOpen);
    }

    async Task<List<LedgerCommand>> PostOneOfEachAsync()
    {
        var (person, shop) = await TownAsync("kinds", Currency);
        var until = city.Clock.GetUtcNow().AddHours(1);
        var released = new PlaceHold(DerivedId.From("k", "h1"), person, shop, 10, TransferCode.Pay, until)
        {
            Claim = DerivedId.From("k", "claim"), Reference = DerivedId.From("k", "reference"),
        };
        var settled = new PlaceHold(DerivedId.From("k", "h2"), person, shop, 20, TransferCode.Pay, until);
        var pay = new Transfer(DerivedId.From("k", "settle"), person, shop, 20, TransferCode.Pay)
        {
            Hold = settled.Id,
        };
        var giver = await Ledger.OpenAccountAsync(DerivedId.From("k", "giver"), Currency, AccountKind.Person, None);
        List<LedgerCommand> commands =
        [
            released,
            settled,
            new ReleaseHold(DerivedId.From("k", "release"), released.Id, person),
            pay,
            new Transfer(DerivedId.From("k", "gift"), person, giver, 30, TransferCode.Gift)
            {
                EffectiveAt = city.Clock.GetUtcNow().AddDays(-3), Reference = DerivedId.From("k", "why"),
            },
            Transfer.UpTo(DerivedId.From("k", "most"), giver, shop, 500, TransferCode.Pay),
            new ChangeAccount(DerivedId.From("k", "change"), giver, AccountStatus.Frozen, 0, 1_000),
            new SetLimit(DerivedId.From("k", "limit"), new Limit(
                7, Currency, TransferCode.Gift, LimitPer.GiverAndReceiver, LimitPeriod.Month, 99)
            {
                Reference = DerivedId.From("k", "only this"), UpToLevel = 1,
            }),
            new SetLevel(DerivedId.From("k", "level"), giver, 2),
        ];
        foreach (var command in commands)
            (await Ledger.PostAsync(command, None)).Outcome.ShouldBe(PostOutcome.Posted, command.ToString());
        return commands;
    }

    async Task<(AccountId Person, AccountId Shop)> TownAsync(string name, CurrencyId currency)
    {
        await PostAsync(new DefineCurrency(DerivedId.From("currency", name), currency, name.ToUpperInvariant(), 2)
        {
            MayBeGiven = true, DecayPerMonth = 1_000,
        });
        var (issuing, budget) = (await OpenAsync(AccountKind.Issuing), await OpenAsync(AccountKind.Budget));
        var (person, shop) = (await OpenAsync(AccountKind.Person), await OpenAsync(AccountKind.Merchant));
        await PostAsync(new Transfer(DerivedId.From("fund", name), issuing, budget, 1_000, TransferCode.Fund));
        await PostAsync(new Transfer(DerivedId.From("earn", name), budget, person, 100, TransferCode.Earn)
        {
            LastDay = new DateOnly(2030, 1, 31),
        });
        return (person, shop);

        Task<AccountId> OpenAsync(AccountKind kind) =>
            Ledger.OpenAccountAsync(DerivedId.From(name, kind.ToString()), currency, kind, None);

        async Task PostAsync(LedgerCommand command) =>
            (await Ledger.PostAsync(command, None)).Outcome.ShouldBe(PostOutcome.Posted, command.ToString());
    }

    async Task<AccountView> AccountAsync(AccountId account) =>
        await Ledger.ReadAsync(books => books.Account(account), None);
}
