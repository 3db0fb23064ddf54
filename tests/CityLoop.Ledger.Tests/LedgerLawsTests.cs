using FsCheck;
using FsCheck.Fluent;

namespace CityLoop.Ledger.Tests;

/// <summary>
/// What holds whatever happens. A failing law prints its seed; `new RandomCity(seed)` lives it again.
/// </summary>
public sealed class LedgerLawsTests
{
    static void ForEveryCity(Action<RandomCity> law)
    {
        var seeds = Gen.Choose(0, int.MaxValue).ToArbitrary();
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(150), Prop.ForAll(seeds, seed =>
        {
            var city = new RandomCity(seed);
            city.Live(400);
            law(city);
        }));
    }

    [Fact]
    public void Points_are_never_made_or_lost() => ForEveryCity(city =>
    {
        foreach (var currency in city.Accounts().GroupBy(a => a.Currency))
            currency.Sum(a => a.Balance).ShouldBe(0);
        foreach (var account in city.Accounts().Where(a => a.Kind.KeepsLots()))
            city.Books.Lots(account.Id).Sum(l => l.Amount).ShouldBe(account.Balance);
    });

    [Fact]
    public void No_account_but_issuing_and_outside_is_ever_below_zero() => ForEveryCity(city =>
    {
        foreach (var account in city.Accounts().Where(a => !a.Kind.MayGoBelowZero()))
        {
            account.Balance.ShouldBeGreaterThanOrEqualTo(0);
            account.Spendable.ShouldBeInRange(0, account.Balance);
            city.Books.Lots(account.Id).ShouldAllBe(l => l.Amount > 0);
        }
    });

    [Fact]
    public void A_replayed_id_changes_nothing() => ForEveryCity(city =>
    {
        var before = city.Books.ToBytes();
        var written = city.Journal.Count;
        foreach (var (set, result) in city.Answers.Where(a => a.Result.IsPosted).ToList())
        {
            var again = city.Post(set);
            again.Outcome.ShouldBe(PostOutcome.AlreadyPosted);
            again.Sequence.ShouldBe(result.Sequence);
        }

        city.Journal.Count.ShouldBe(written);
        city.Books.ToBytes().ShouldBe(before);
    });

    [Fact]
    public void Replay_of_the_journal_gives_the_same_books_byte_for_byte() => ForEveryCity(city =>
    {
        var replayed = new LedgerState();
        foreach (var entry in city.Journal)
            replayed.Apply(entry);
        replayed.ToBytes().ShouldBe(city.Books.ToBytes());

        // From a snapshot in the middle, too.
        var half = new LedgerState();
        foreach (var entry in city.Journal.Take(city.Journal.Count / 2))
            half.Apply(entry);
        var loaded = LedgerState.Load(new MemoryStream(half.ToBytes()));
        foreach (var entry in city.Journal.Skip(city.Journal.Count / 2))
            loaded.Apply(entry);
        loaded.ToBytes().ShouldBe(city.Books.ToBytes());
        city.Books.Copy().ToBytes().ShouldBe(city.Books.ToBytes());
    });

    [Fact]
    public void A_refusal_leaves_every_byte_as_it_was() => ForEveryCity(city =>
    {
        for (var i = 0; i < 50; i++)
        {
            var before = city.Books.ToBytes();
            var result = city.Post(city.NextSet());
            if (result.Outcome != PostOutcome.Posted)
                city.Books.ToBytes().ShouldBe(before);
        }
    });

    [Fact]
    public void No_point_changes_its_budget_on_the_way()
    {
        var settled = 0;
        ForEveryCity(city =>
        {
            var books = new LedgerState();
            var before = new Dictionary<AccountId, long>();
            foreach (var entry in city.Journal)
            {
                books.Apply(entry);
                var after = InWorldByBudget(books);
                if (entry.Body is Transfer transfer)
                    ShouldFollow(books, transfer, before, after);
                before = after;
            }

            settled += city.Accounts().Any(a => a.Kind == AccountKind.Payout && a.Balance > 0) ? 1 : 0;
        });
        settled.ShouldBeGreaterThan(0, "the random cities must reach the end of the road");
    }

    static Dictionary<AccountId, long> InWorldByBudget(LedgerState books) =>
        Enumerable.Range(1, books.AccountCount)
            .SelectMany(i => books.Lots(new AccountId(i)))
            .GroupBy(lot => lot.Budget)
            .ToDictionary(lots => lots.Key, lots => lots.Sum(lot => lot.Amount));

    static void ShouldFollow(
        LedgerState books, Transfer transfer, Dictionary<AccountId, long> before, Dictionary<AccountId, long> after)
    {
        var changes = before.Keys.Union(after.Keys)
            .Select(budget => (Budget: budget, By: after.GetValueOrDefault(budget) - before.GetValueOrDefault(budget)))
            .Where(change => change.By != 0)
            .ToList();
        var isFromLots = books.Account(transfer.Debit).Kind.KeepsLots();
        var isIntoLots = books.Account(transfer.Credit).Kind.KeepsLots();
        if (isFromLots == isIntoLots)
        {
            changes.ShouldBeEmpty($"{transfer}: points stay what they are while they move within the world");
        }
        else if (isIntoLots)
        {
            changes.ShouldBe([(transfer.Debit, transfer.Amount)], $"{transfer}: new points are those of who gave them");
        }
        else
        {
            changes.ShouldAllBe(change => change.By < 0);
            changes.Sum(change => change.By).ShouldBe(-transfer.Amount, $"{transfer}: what leaves the world is gone");
        }
    }

    [Fact]
    public void Random_cities_meet_every_outcome()
    {
        var met = new HashSet<PostOutcome>();
        for (var seed = 0; seed < 60; seed++)
        {
            var city = new RandomCity(seed);
            city.Live(800);
            met.UnionWith(city.Answers.Select(a => a.Result.Outcome));
        }

        // These are met by the tables; a random city would need years for them.
        PostOutcome[] elsewhere =
        [
            PostOutcome.IdIsEmpty, PostOutcome.CurrencyIsNotValid,
            PostOutcome.CurrencyAlreadyDefined, PostOutcome.CurrencyUnknown, PostOutcome.AccountKindUnknown,
            PostOutcome.AmountIsTooLarge, PostOutcome.DebitAccountUnknown, PostOutcome.CreditAccountUnknown,
            PostOutcome.CreditBalanceIsTooLarge, PostOutcome.ReversalDoesNotMatch,
        ];
        Enum.GetValues<PostOutcome>().Except(met).Except(elsewhere).ShouldBeEmpty();
    }
}
