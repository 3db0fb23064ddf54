using CityLoop.Ledger.Tests.Simulation;
using CityLoop.Server.Tests;

namespace CityLoop.Ledger.Tests;

/// <summary>
/// Mistakes that points and payments of other cities and shops have made in public; each has its test here, so that it
/// is not made again.
/// </summary>
public sealed class WhatWentWrongElsewhereTests
{
    /// <summary>"Balance collapse": a nightly job ran twice and took expired points twice, the second time from
    /// points that were still good.</summary>
    [Fact]
    public void Expired_lots_are_deducted_once() => LedgerScript.Run(RulesTests.City +
        """
        Earn a Rally Meiling 10 last=2026-11-30
        Earn b Rally Meiling 25
        day 2026-12-01
        Expire x Meiling Rally 10 last=2026-11-30
        Expire x Meiling Rally 10 last=2026-11-30 => AlreadyPosted
        Expire y Meiling Rally 10 last=2026-11-30 => DebitAccountHasTooFewPoints
        Expire y Meiling Rally 10                 => LastDayIsNotAllowed
        balance Meiling 25
        balance Rally 975
        """);

    /// <summary>People bought, took the points, sent the goods back and kept the points.</summary>
    [Fact]
    public void Points_earned_by_a_purchase_go_when_it_is_refunded() => LedgerScript.Run(RulesTests.City +
        """
        Earn a Rally Meiling 100
        Pay p Meiling Bakery 100
        & Rebate r Rebate Meiling 5 earnedBy=p
        balance Meiling 5
        Refund x Bakery Meiling 100 reverses=p            => RebateIsNotTakenBack
        Refund x Bakery Meiling 100 reverses=p
        & RebateReturn y Meiling Rebate ≤5 reverses=r
        balance Meiling 100
        balance Rebate 50
        """);

    /// <summary>An order paid with points was refunded, and the points were deducted once more instead of given
    /// back.</summary>
    [Fact]
    public void A_refunded_order_paid_with_points_brings_them_back_and_takes_nothing() => LedgerScript.Run(
        RulesTests.City +
        """
        Earn a Rally Meiling 100 last=2027-01-31
        Pay p Meiling Bakery 60
        balance Meiling 40
        Refund x Bakery Meiling 60 reverses=p
        lots Meiling 2027-01-31:Rally:100
        Pay p Meiling Bakery 60                           => AlreadyPosted
        Refund x Bakery Meiling 60 reverses=p             => AlreadyPosted
        lots Meiling 2027-01-31:Rally:100
        balance Bakery 0
        """);

    /// <summary>Two workers pressed "refund" at the same moment, each with a click of their own, and both got
    /// it.</summary>
    [Fact]
    public void Two_workers_who_press_refund_at_once_give_it_back_once()
    {
        var (random, met, before) = (new Random(1), new HashSet<string>(), SynchronizationContext.Current);
        var (pump, script) = (new Pump(random), LedgerScript.Run(RulesTests.City + "Earn a Rally Meiling 100\n"));
        var journal = new SimulatedJournal(new SimulatedDisk(), random, pump.Time, 0, met, JournalLie.None);
        var books = new LedgerState();
        var options = new LedgerWriterOptions { Timer = pump.Time, BatchMax = 3 };
        SynchronizationContext.SetSynchronizationContext(pump);
        try
        {
            var writer = new LedgerWriter(journal, books, pump.Time, options);
            var living = LiveAsync(journal, writer);
            var pay = new Transfer(
                DerivedId.From("p"), script["Meiling"], script["Bakery"], 60, TransferCode.Pay);
            Task<PostResult>[] first =
                [.. script.Journal.Select(e => writer.PostAsync([e.Body])), writer.PostAsync([pay])];
            var refunds = Enumerable.Range(0, 20).Select(i => writer.PostAsync(
            [
                new Transfer(
                    DerivedId.From("click", $"{i % 10}"), pay.Credit, pay.Debit, 60, TransferCode.Refund)
                {
                    Reverses = pay.Id,
                },
            ])).ToArray();
            writer.Finish();
            pump.RunUntil(() => living.IsCompleted && refunds.All(r => r.IsCompleted), "the answers");

            first.ShouldAllBe(post => post.Result.Outcome == PostOutcome.Posted);
            refunds.Count(r => r.Result.Outcome == PostOutcome.Posted).ShouldBe(1);
            refunds.Count(r => r.Result.Outcome == PostOutcome.AlreadyPosted).ShouldBe(1);
            refunds.Count(r => r.Result.Outcome == PostOutcome.AlreadyReversed).ShouldBe(18);
            books.Account(script["Meiling"]).Balance.ShouldBe(100);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    static async Task LiveAsync(SimulatedJournal journal, LedgerWriter writer)
    {
        await journal.ReopenAsync(CancellationToken.None);
        await writer.RunAsync(CancellationToken.None);
    }

    /// <summary>Points were set aside at one counter and spent at the next, because only settled payments
    /// counted.</summary>
    [Fact]
    public void Held_points_cannot_be_spent_again() => LedgerScript.Run(RulesTests.City +
        """
        Earn a Rally Meiling 100
        hold h Meiling Bakery 80 Pay 10
        spendable Meiling 20
        Pay p Meiling Books 21                            => DebitAccountHasTooFewPoints
        Gift g Meiling Emma 21                            => DebitAccountHasTooFewPoints
        Pay p Meiling Books ≤100
        balance Books 20
        Pay q Meiling Bakery 80 hold=h
        balance Meiling 0
        """);

    /// <summary>Of a bundle of bookings one failed, and the others stood.</summary>
    [Fact]
    public void No_leg_of_a_failed_bundle_stands() => LedgerScript.Run(RulesTests.City +
        """
        Earn a Rally Meiling 100
        Pay p Meiling Bakery 60 claim=code
        & Pay q Meiling Books 40
        & Rebate r Rebate Meiling 51 earnedBy=p           => DebitAccountHasTooFewPoints@2
        balance Meiling 100
        balance Bakery 0
        balance Books 0
        Pay p Meiling Bakery 60 claim=code
        & Pay q Meiling Books 40
        & Rebate r Rebate Meiling 50 earnedBy=p
        balance Meiling 50
        """);

    /// <summary>A till stood still for minutes, because a rich balance was made of thousands of small lots and each
    /// was looked for from the beginning.</summary>
    [Theory]
    [InlineData("pay and refund")]
    [InlineData("hold and release")]
    [InlineData("give away")]
    [InlineData("pay with a second half of ended lots in front")]
    public void A_million_out_of_ten_thousand_small_lots_is_one_walk_along_them(string what)
    {
        const int Lots = 10_000, Each = 100, Days = 1_250;
        var script = LedgerScript.Run(RulesTests.City + string.Join('\n', Enumerable.Range(0, 8).Select(
            i => $"open Budget B{i}\nFund b{i} Issuing B{i} {Lots * Each}")));
        var (books, meiling) = (script.Books, script["Meiling"]);
        for (var i = Lots - 1; i >= 0; i--)
            Post(new Transfer(
                DerivedId.From("small", $"{i}"), script[$"B{i % 8}"], meiling, Each, TransferCode.Earn)
            {
                LastDay = new DateOnly(2026, 11, 21).AddDays(i / 8),
            });
        var before = books.Lots(meiling);
        before.Count.ShouldBe(Lots);
        var toSpend = 1_000_000L;
        if (what.Contains("ended", StringComparison.Ordinal))
        {
            Post(BeginDay.Of(new DateOnly(2026, 11, 21).AddDays(Days / 2)));
            toSpend /= 2;
        }

        var steps = books.LotSteps;
        var pay = new Transfer(DerivedId.From("big"), meiling, script["Bakery"], toSpend, TransferCode.Pay);
        switch (what)
        {
            case "hold and release":
                Post(new PlaceHold(
                    DerivedId.From("h"), meiling, script["Bakery"], toSpend, TransferCode.Pay,
                    DateTimeOffset.MaxValue));
                Post(new ReleaseHold(DerivedId.From("r"), DerivedId.From("h"), meiling));
                break;
            case "give away":
                Post(pay with { Credit = script["Emma"], Code = TransferCode.Gift });
                books.Lots(script["Emma"]).ShouldBe(before);
                Post(new Transfer(DerivedId.From("back"), script["Emma"], meiling, toSpend, TransferCode.Gift));
                break;
            default:
                Post(pay);
                Post(new Transfer(DerivedId.From("x"), script["Bakery"], meiling, toSpend, TransferCode.Refund)
                {
                    Reverses = pay.Id,
                });
                break;
        }

        books.Lots(meiling).ShouldBe(before);
        (books.LotSteps - steps).ShouldBeLessThan(20 * Lots);

        void Post(LedgerCommand command) =>
            books.Post([command], DateTimeOffset.UnixEpoch, []).Outcome.ShouldBe(PostOutcome.Posted);
    }

    /// <summary>A wallet showed the first last day only; what ended on the others was gone without a word.</summary>
    [Fact]
    public void Every_last_day_is_told_not_only_the_first() => LedgerScript.Run(RulesTests.City +
        """
        Earn a Rally Meiling 10 last=2026-12-31
        Earn b Rally Meiling 20 last=2026-11-30
        Earn c Rally Meiling 30 last=2027-03-31
        Earn d Rebate Meiling 40 last=2026-12-31
        Earn e Rally Meiling 5
        lots Meiling 2026-11-30:Rally:20 2026-12-31:Rally:10 2026-12-31:Rebate:40 2027-03-31:Rally:30 -:Rally:5
        balance Meiling 105
        day 2026-12-01
        spendable Meiling 85
        """);

    /// <summary>A real scheme's file repeats 59 of its ids, 53 of them with another content: whoever took an id for
    /// a content lost or doubled these gifts.</summary>
    [Fact]
    public void An_id_that_repeats_with_another_content_is_refused_and_the_first_stands()
    {
        var script = LedgerScript.Run("currency 1 CPT 5\nopen Outside World");
        var (books, members) = (script.Books, new Dictionary<string, AccountId>());
        var (others, again) = (new HashSet<string>(), 0);
        foreach (var line in File.ReadLines(Path.Combine(SharedData.Folder("community-points"), "gifts.csv")).Skip(1))
        {
            var cells = line.Split(',');
            var gift = new Transfer(
                DerivedId.From("gift", cells[2]), script["World"], Member(cells[4]),
                (long)(decimal.Parse(cells[6], System.Globalization.CultureInfo.InvariantCulture) * 100_000),
                TransferCode.Gift) { Reference = DerivedId.From(cells[0], cells[1], cells[3], cells[5]) };
            switch (books.Post([gift], DateTimeOffset.UnixEpoch, []).Outcome)
            {
                case PostOutcome.Posted:
                    break;
                case PostOutcome.AlreadyPosted:
                    again++;
                    break;
                case PostOutcome.IdAlreadyPostedWithOtherContent:
                    others.Add(cells[2]);
                    break;
                default:
                    Assert.Fail(line);
                    break;
            }
        }

        others.Count.ShouldBe(53);
        again.ShouldBeGreaterThan(0);
        (books.Sequence - members.Count - 2).ShouldBe(74_083, "each id stands once, with what it said first");

        AccountId Member(string name)
        {
            if (members.TryGetValue(name, out var known))
                return known;
            var opened = books.Post(
                [new OpenAccount(DerivedId.From("member", name), new CurrencyId(1), AccountKind.Person)],
                DateTimeOffset.UnixEpoch, []);
            return members[name] = books.AccountOpenedAt(opened.Sequence)!.Value;
        }
    }
}
