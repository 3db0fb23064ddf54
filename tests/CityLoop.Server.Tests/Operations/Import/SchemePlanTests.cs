using CityLoop.Ledger;
using CityLoop.Server.Operations.Import;

namespace CityLoop.Server.Tests.Operations.Import;

/// <summary>What the rows come to under the ledger's own rules.</summary>
public sealed class SchemePlanTests
{
    [Fact]
    public void A_round_is_funded_once_with_exactly_what_its_good_rows_earn()
    {
        using var folder = new SchemeFolder(earned:
            "11,ann,contributor,2.5\n10,ann,contributor,100\n10,bob,contributor,0.00001\n10,cyd,contributor,-7\n");

        var plan = folder.Plan();

        plan.Transfers.Select(t => (t.Code, t.Amount)).ShouldBe(
        [
            (TransferCode.Fund, 10_000_001L), (TransferCode.Earn, 10_000_000L), (TransferCode.Earn, 1L),
            (TransferCode.Fund, 250_000L), (TransferCode.Earn, 250_000L),
        ]);
        plan.Transfers.Take(3).ShouldAllBe(t => t.EffectiveAt == DateTimeOffset.Parse("2024-01-28T23:59:59.999999Z"));
        Shown(plan).ShouldBe("read 4 posted 3 held 0 already 0 amount_is_not_positive 1");
    }

    [Fact]
    public void A_repeated_earning_is_taken_once_and_another_amount_for_it_is_refused()
    {
        using var folder = new SchemeFolder(earned:
            "10,ann,contributor,5\n10,ann,contributor,5.00\n10,ann,contributor,6\n10,ann,moderator,6\n");

        Shown(folder.Plan()).ShouldBe(
            "read 4 posted 2 held 0 already 1 id_already_posted_with_other_content 1");
    }

    [Fact]
    public void Gifts_are_made_in_the_order_of_their_time_whatever_the_order_of_the_file()
    {
        using var folder = new SchemeFolder(
            earned: "10,ann,contributor,5\n",
            gifts: Gift("02-02 10:00:00", "g2", "bob", "cyd", 1, "5")
                + Gift("02-01 10:00:00", "g1", "ann", "bob", 1, "5"));

        var plan = folder.Plan();

        plan.Transfers.Where(t => t.Code == TransferCode.Gift).Select(t => t.EffectiveAt!.Value.Day).ShouldBe([1, 2]);
        Shown(plan).ShouldBe("read 3 posted 3 held 0 already 0");
    }

    [Fact]
    public void Nobody_gives_more_than_they_have_at_the_time()
    {
        using var folder = new SchemeFolder(
            earned: "10,ann,contributor,5\n",
            gifts: Gift("02-01 10:00:00", "g1", "ann", "bob", 1, "3")
                + Gift("02-01 10:00:00", "g2", "ann", "bob", 1, "2.00001")
                + Gift("02-01 10:00:00", "g3", "ann", "bob", 1, "2"));

        var plan = folder.Plan();

        Shown(plan).ShouldBe("read 4 posted 3 held 0 already 0 debit_account_has_too_few_points 1");
        plan.Refused.ShouldHaveSingleItem().Place.ShouldBe(new RowPlace("gifts.csv", 3, 37, "amount"));
    }

    [Fact]
    public void One_id_is_one_intent_even_when_its_first_row_was_refused()
    {
        using var folder = new SchemeFolder(
            earned: "10,ann,contributor,5\n",
            gifts: Gift("02-01 10:00:00", "g1", "ann", "bob", 1, "5")
                + Gift("02-01 10:00:00", "g1", "ann", "bob", 1, "5.0")
                + Gift("02-01 10:00:00", "g1", "ann", "cyd", 1, "5")
                + Gift("02-01 10:00:00", "g2", "ann", "cyd", 1, "1")
                + Gift("02-01 10:00:00", "g2", "ann", "cyd", 1, "1")
                + Gift("02-01 10:00:00", "g2", "bob", "cyd", 1, "1"));

        Shown(folder.Plan()).ShouldBe("read 7 posted 2 held 0 already 1 "
            + "debit_account_has_too_few_points 2 id_already_posted_with_other_content 2");
    }

    [Fact]
    public void A_defective_row_uses_no_id_up()
    {
        using var folder = new SchemeFolder(
            earned: "10,ann,contributor,-5\n10,ann,contributor,5\n",
            gifts: Gift("02-01 10:00:00", "g1", "ann", "bob", 1, "-5")
                + Gift("02-01 10:00:00", "g1", "ann", "bob", 1, "5"));

        Shown(folder.Plan()).ShouldBe("read 4 posted 2 held 0 already 0 amount_is_not_positive 2");
    }

    [Fact]
    public void A_gift_to_somebody_unregistered_waits_in_escrow()
    {
        using var folder = new SchemeFolder(
            earned: "10,ann,contributor,5\n",
            gifts: Gift("02-01 10:00:00", "g1", "ann", "new", 0, "2")
                + Gift("02-02 10:00:00", "g2", "ann", "new", 0, "9"));

        var plan = folder.Plan();

        Shown(plan).ShouldBe("read 3 posted 1 held 1 already 0 debit_account_has_too_few_points 1");
        plan.NewlyHeld.ShouldHaveSingleItem().Member.ShouldBe("new");
    }

    [Theory]
    [InlineData("new", "bob", 1)]
    [InlineData("ann", "new", 1)]
    public void What_was_held_is_released_when_a_row_shows_the_receiver_registered(
        string from, string to, int registered)
    {
        using var folder = new SchemeFolder(
            earned: "10,ann,contributor,50\n",
            gifts: Gift("02-01 10:00:00", "g1", "ann", "new", 0, "2")
                + Gift("02-02 10:00:00", "g2", "ann", "new", 0, "3")
                + Gift("02-03 10:00:00", "g3", from, to, registered, "4")
                + Gift("02-04 10:00:00", "g4", "ann", "new", 0, "1"));

        var plan = folder.Plan();

        plan.Transfers.Where(t => t.Code == TransferCode.GiftRelease).Select(t => (t.Amount, t.EffectiveAt!.Value.Day))
            .ShouldBe([(200_000L, 3), (300_000L, 3)]);
        Shown(plan).ShouldBe("read 5 posted 5 held 0 already 0");
    }

    [Fact]
    public void Whoever_has_earned_is_registered()
    {
        using var folder = new SchemeFolder(
            earned: "10,ann,contributor,5\n10,bob,contributor,5\n",
            gifts: Gift("02-01 10:00:00", "g1", "ann", "bob", 0, "2"));

        folder.Plan().Transfers.ShouldNotContain(t => t.Code == TransferCode.GiftRelease);
        Shown(folder.Plan()).ShouldBe("read 3 posted 3 held 0 already 0");
    }

    [Fact]
    public void A_second_run_posts_nothing_even_where_the_balance_would_now_do()
    {
        using var folder = new SchemeFolder(
            earned: "10,ann,contributor,5\n",
            gifts: Gift("02-01 10:00:00", "g1", "bob", "cyd", 1, "4")
                + Gift("02-02 10:00:00", "g2", "ann", "bob", 1, "5")
                + Gift("02-03 10:00:00", "g3", "bob", "new", 0, "1"));
        var (books, memory) = (new LedgerState(), new SchemeMemory());

        var first = folder.Plan(books, memory);
        var second = folder.Plan(books, memory);

        Shown(first).ShouldBe("read 4 posted 2 held 1 already 0 debit_account_has_too_few_points 1");
        second.Transfers.ShouldBeEmpty();
        second.NewRows.ShouldBeEmpty();
        Shown(second).ShouldBe("read 4 posted 0 held 0 already 3 debit_account_has_too_few_points 1");
    }

    [Fact]
    public void Rows_added_later_are_funded_by_themselves()
    {
        using var folder = new SchemeFolder(earned: "10,ann,contributor,5\n");
        var (books, memory) = (new LedgerState(), new SchemeMemory());
        folder.Plan(books, memory);
        folder.Write("earned.csv", SchemeFolder.EarnedHeader + "10,bob,contributor,5\n10,ann,contributor,5\n");

        var later = folder.Plan(books, memory);

        later.Transfers.Select(t => (t.Code, t.Amount)).ShouldBe(
            [(TransferCode.Fund, 500_000L), (TransferCode.Earn, 500_000L)]);
        Shown(later).ShouldBe("read 2 posted 1 held 0 already 1");
    }

    [Fact]
    public void A_scheme_larger_than_a_balance_is_refused_row_by_row()
    {
        const string most = "92233720368.54775";
        var rows = string.Concat(Enumerable.Range(0, 1_002).Select(i => $"10,m{i},contributor,{most}\n"));
        using var folder = new SchemeFolder(earned: rows);

        var plan = folder.Plan();

        Shown(plan).ShouldBe("read 1002 posted 1000 held 0 already 0 credit_balance_is_too_large 2");
        plan.Transfers.Count(t => t.Code == TransferCode.Fund).ShouldBe(1_000);
    }

    [Fact]
    public void All_or_nothing_takes_nothing_when_a_row_is_refused()
    {
        using var folder = new SchemeFolder(earned: "10,ann,contributor,5\n10,bob,contributor,0\n");
        var plan = folder.Plan();

        plan.TakeNothing();

        Shown(plan).ShouldBe("read 2 posted 0 held 0 already 0 amount_is_not_positive 1 another_row_was_refused 1");
    }

    static string Gift(string at, string id, string from, string to, int registered, string amount) =>
        $"11,2024-{at},{id},{from},{to},{registered},{amount}\n";

    static string Shown(SchemePlan plan)
    {
        var summary = plan.Summary();
        summary.Sum().ShouldBe(summary.Read);
        return $"read {summary.Read} posted {summary.Posted} held {summary.Held} already {summary.AlreadyPosted}"
            + string.Concat(summary.Refused.Select(r => $" {r.Key} {r.Value}"));
    }
}
