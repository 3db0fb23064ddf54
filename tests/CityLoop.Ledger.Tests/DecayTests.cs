using System.Globalization;
using System.Text;

namespace CityLoop.Ledger.Tests;

/// <summary>Lots that lose their share or end, at the borders of calendar and numbers.</summary>
public sealed class DecayTests
{
    /// <summary>Two of the largest transfers, into one lot.</summary>
    const string Fortune =
        """
        currency 1 MELT 0 decay=900000
        open Issuing Issuing
        open Budget Rally
        open Person Meiling
        open Merchant Bakery
        Fund f1 Issuing Rally 9_223_372_036_854_775
        Fund f2 Issuing Rally 9_223_372_036_854_775
        day 2026-11-21
        Earn a Rally Meiling 9_223_372_036_854_775 last=2026-11-30
        Earn b Rally Meiling 9_223_372_036_854_775 last=2026-11-30

        """;

    [Fact]
    public void What_was_given_before_the_first_day_loses_its_share_like_everything_else() => LedgerScript.Run(
        """
        currency 1 MELT 0 decay=100000
        open Issuing Issuing
        open Budget Rally
        open Person Meiling
        open Person Emma
        Fund f Issuing Rally 1000
        Earn a Rally Meiling 100
        Earn b Rally Emma 100
        Gift g Emma Meiling 100
        day 2026-11-21
        balance Meiling 200
        day 2026-12-01
        balance Meiling 180
        Earn c Rally Meiling 10
        balance Meiling 190
        balance Rally 810
        """);

    [Fact]
    public void No_id_stands_twice_where_somebody_has_posted_a_decay_under_the_id_of_the_next()
    {
        var script = LedgerScript.Run(
            """
            currency 1 MELT 0 decay=100000
            open Issuing Issuing
            open Budget Rally
            open Person Meiling
            Fund f Issuing Rally 1000
            day 2026-11-21
            Earn a Rally Meiling 100
            day 2026-12-01
            """);
        var (books, journal) = (script.Books, script.Journal.ToList());
        var due = books.DecayOf(script["Meiling"]).ShouldHaveSingleItem();
        var next = DerivedId.From(
            "decay", $"{due.Debit}", $"{int.MaxValue}", $"{due.Credit}", $"{books.Sequence + 1}");
        PostOutcome Post(LedgerCommand command) => books.Post([command], books.LastAt, journal).Outcome;

        Post(due with { Id = next }).ShouldBe(PostOutcome.Posted);
        Post(BeginDay.Of(new DateOnly(2027, 1, 1))).ShouldBe(PostOutcome.Posted);
        Post(new SetLevel(DerivedId.From("touch"), due.Debit, 1)).ShouldBe(PostOutcome.Posted);

        journal.Select(entry => entry.Body.Id).Distinct().Count().ShouldBe(journal.Count);
        var replayed = new LedgerState();
        foreach (var entry in journal)
            replayed.Apply(entry);
        replayed.ToBytes().ShouldBe(books.ToBytes());
    }

    [Fact]
    public void A_lot_that_is_larger_than_any_transfer_decays_and_the_journal_can_still_be_read()
    {
        var script = LedgerScript.Run(Fortune +
            """
            change Meiling Frozen
            day 2026-12-01
            change Meiling Open
            balance Meiling 1844674407370955
            """);
        var replayed = new LedgerState();
        foreach (var entry in script.Journal)
            replayed.Apply(entry);
        replayed.ToBytes().ShouldBe(script.Books.ToBytes());
    }

    [Fact]
    public void A_lot_that_is_larger_than_any_transfer_ends_like_every_other() => LedgerScript.Run(
        Fortune.Replace(" decay=900000", "", StringComparison.Ordinal) +
        """
        Expire e Meiling Rally 18_446_744_073_709_550 last=2026-11-30 => LastDayIsNotValid
        day 2026-12-01
        Expire e Meiling Rally 18_446_744_073_709_551 last=2026-11-30 => DebitAccountHasTooFewPoints
        Expire e Meiling Rally 18_446_744_073_709_550 last=2026-11-30
        balance Rally 18_446_744_073_709_550
        """);

    [Theory]
    [InlineData(1, 100)]
    [InlineData(2, 100)]
    [InlineData(7, 100)]
    [InlineData(100, 1)]
    [InlineData(100, 3)]
    [InlineData(3, 2)]
    public void No_account_is_passed_over_when_ended_lots_are_looked_for_in_steps(int accounts, int max)
    {
        var table = new StringBuilder(RulesTests.City);
        for (var i = 0; i < 20; i++)
            table.Append(CultureInfo.InvariantCulture, $"open Person P{i}\nEarn e{i} Rally P{i} 1 last=2026-11-21\n");
        var script = LedgerScript.Run(table + "day 2026-11-22");

        var found = new List<AccountId>();
        for (AccountId? from = new AccountId(1); from is { } account;)
        {
            (var lots, from) = script.Books.EndedLots(account, accounts, max);
            found.AddRange(lots.Select(lot => lot.Account));
        }

        found.ShouldBe(Enumerable.Range(0, 20).Select(i => script[$"P{i}"]));
    }
}
