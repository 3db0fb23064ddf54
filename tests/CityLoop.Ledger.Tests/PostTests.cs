namespace CityLoop.Ledger.Tests;

/// <summary>The rules of the books as tables: one line, one event, its outcome.</summary>
public sealed class PostTests
{
    const string City =
        """
        currency 1 TCP 0
        open Issuing Issuing
        open Budget Rally
        open Budget Rebate
        open Person Meiling
        open Person Emma
        open Merchant Bakery
        open Payout BakeryPayout
        open Outside Bank
        Fund f1 Issuing Rally 1000
        Fund f2 Issuing Rebate 50

        """;

    [Theory]
    [InlineData("currency 1 ABC 2                    => CurrencyAlreadyDefined")]
    [InlineData("currency 2 TCP 2                    => CurrencyAlreadyDefined")]
    [InlineData("currency 0 ABC 2                    => CurrencyIsNotValid")]
    [InlineData("currency 2 abc 2                    => CurrencyIsNotValid")]
    [InlineData("currency 2 ABC 10                   => CurrencyIsNotValid")]
    [InlineData("open Person Nobody 7                => CurrencyUnknown")]
    [InlineData("open 99 Nobody                      => AccountKindUnknown")]
    [InlineData("Earn - Rally Meiling 1              => IdIsEmpty")]
    [InlineData("Earn t Rally Meiling 0              => AmountIsNotPositive")]
    [InlineData("Earn t Rally Meiling -5             => AmountIsNotPositive")]
    [InlineData("Earn t Rally Meiling 9223372036854776 => AmountIsTooLarge")]
    [InlineData("Earn t Nobody Meiling 1             => DebitAccountUnknown")]
    [InlineData("Earn t Rally Nobody 1               => CreditAccountUnknown")]
    [InlineData("Earn t Rally Rally 1                => AccountsAreTheSame")]
    [InlineData("Earn t Issuing Meiling 1            => IssuingAccountFundsBudgetsOnly")]
    [InlineData("Earn t Rally Meiling 1001           => DebitAccountHasTooFewPoints")]
    [InlineData("Pay t Meiling Bakery 1              => DebitAccountHasTooFewPoints")]
    [InlineData("Pay t Meiling Bakery 1 last=2027-01-01 => LastDayIsNotAllowed")]
    [InlineData("Earn t Rally Bakery 1 last=2027-01-01  => LastDayIsNotAllowed")]
    [InlineData("Expire t Rally Rebate 1 last=2020-01-01 => LastDayIsNotAllowed")]
    [InlineData("Refund t Bakery Meiling 1           => ReversalIsNotValid")]
    [InlineData("Pay t Meiling Bakery 1 reverses=f1  => ReversalIsNotValid")]
    [InlineData("Refund t Bakery Meiling 1 reverses=x => ReversedTransferUnknown")]
    [InlineData("Refund t Bakery Meiling 1 reverses=f1 => ReversalIsNotValid")]
    [InlineData("Fund f1 Issuing Rally 1000          => AlreadyPosted")]
    [InlineData("Fund f1 Issuing Rally 1001          => IdAlreadyPostedWithOtherContent")]
    [InlineData("Earn f1 Rally Meiling 0             => IdAlreadyPostedWithOtherContent")]
    public void Each_broken_rule_has_its_outcome_and_changes_nothing(string line) => LedgerScript.Run(City + line);

    [Fact]
    public void The_first_broken_rule_in_the_order_of_the_list_is_the_answer() => LedgerScript.Run(City +
        """
        Earn t Nobody Nobody 0                   => AmountIsNotPositive
        Earn t Nobody Nobody 1                   => DebitAccountUnknown
        Earn t Issuing Meiling 1 last=2020-01-01 => IssuingAccountFundsBudgetsOnly
        Pay p Meiling Bakery 5000 claim=f1       => ClaimAlreadyUsed
        Refund r Bakery Meiling 1 reverses=x earnedBy=f1 => ReversalIsNotValid
        """);

    [Fact]
    public void The_order_of_the_list_holds_for_what_stands_alone_too()
    {
        var books = LedgerScript.Run(City).Books;
        var limit = new Limit(0, new CurrencyId(9), TransferCode.Pay, LimitPer.Giver, LimitPeriod.Day, 30);
        var open = new OpenAccount(DerivedId.From("open"), new CurrencyId(1), AccountKind.Person);
        var day = new BeginDay(Guid.Empty, new DateOnly(2026, 11, 21));

        Outcome(new SetLimit(DerivedId.From("limit"), limit)).ShouldBe(PostOutcome.CurrencyUnknown);
        Outcome(open, day).ShouldBe(PostOutcome.IdIsEmpty);
        Outcome(open, day with { Id = open.Id }).ShouldBe(PostOutcome.IdAlreadyPostedWithOtherContent);
        Outcome(open, day with { Id = DerivedId.From("day") }).ShouldBe(PostOutcome.CommandStandsAlone);

        PostOutcome Outcome(params LedgerCommand[] set) => books.Post(set, DateTimeOffset.UnixEpoch, []).Outcome;
    }


    [Fact]
    public void Currencies_never_mix() => LedgerScript.Run(City +
        """
        currency 2 NZP 2
        open Person MeilingGreen 2
        Earn t Rally MeilingGreen 1 => CurrenciesDiffer
        """);

    [Fact]
    public void A_budget_that_has_run_dry_pays_nobody() => LedgerScript.Run(City +
        """
        Earn a Rally Meiling 1000
        Earn b Rally Emma 1       => DebitAccountHasTooFewPoints
        balance Rally 0
        balance Emma 0
        """);

    [Fact]
    public void A_linked_set_stands_or_falls_together() => LedgerScript.Run(City +
        """
        Earn a Rally Meiling 100
        Pay p Meiling Bakery 60
        & Rebate r Rebate Meiling 51        => DebitAccountHasTooFewPoints@1
        balance Meiling 100
        balance Bakery 0
        Pay p Meiling Bakery 60
        & Rebate r Rebate Meiling 1         => Posted
        balance Meiling 41
        balance Bakery 60
        Pay p Meiling Bakery 60
        & Rebate r Rebate Meiling 1         => AlreadyPosted
        Pay p Meiling Bakery 60
        & Rebate r Rebate Meiling 2         => IdAlreadyPostedWithOtherContent@0
        Pay q Meiling Bakery 1
        & Rebate r Rebate Meiling 1         => IdAlreadyPostedWithOtherContent@1
        Pay q Meiling Bakery 1
        & Rebate q Rebate Meiling 1         => IdAlreadyPostedWithOtherContent@1
        balance Meiling 41
        """);

    [Fact]
    public void A_later_transfer_of_a_linked_set_may_spend_what_an_earlier_one_brought() => LedgerScript.Run(City +
        """
        Earn a Rally Meiling 30
        & Pay p Meiling Bakery 30 => Posted
        balance Meiling 0
        balance Bakery 30
        """);

    [Fact]
    public void A_claim_is_used_up_once_whoever_comes_second() => LedgerScript.Run(City +
        """
        Earn a Rally Meiling 100
        Pay p Meiling Bakery 10 claim=code
        Pay q Meiling Bakery 10 claim=code => ClaimAlreadyUsed
        Pay p Meiling Bakery 10 claim=code => AlreadyPosted
        Pay code Meiling Bakery 10         => IdAlreadyPostedWithOtherContent
        Pay s Meiling Bakery 10 claim=s    => ClaimAlreadyUsed
        Pay u Meiling Bakery 1 claim=c2
        & Pay v Meiling Bakery 1 claim=c2  => ClaimAlreadyUsed@1
        balance Meiling 90
        """);

    [Fact]
    public void The_lot_that_ends_first_is_spent_first() => LedgerScript.Run(City +
        """
        Earn a Rally Meiling 10 last=2027-03-31
        Earn b Rebate Meiling 10 last=2027-01-31
        Earn c Rally Meiling 10
        Earn d Rally Meiling 5 last=2027-01-31
        lots Meiling 2027-01-31:Rally:5 2027-01-31:Rebate:10 2027-03-31:Rally:10 -:Rally:10
        Pay p Meiling Bakery 17
        lots Meiling 2027-03-31:Rally:8 -:Rally:10
        lots Bakery -:Rally:7 -:Rebate:10
        """);

    [Fact]
    public void A_refund_gives_back_the_lots_it_came_from() => LedgerScript.Run(City +
        """
        Earn a Rally Meiling 10 last=2027-03-31
        Earn b Rebate Meiling 10 last=2027-01-31
        Pay p Meiling Bakery 15
        & Rebate r Rebate Meiling 3 last=2027-05-31
        lots Meiling 2027-03-31:Rally:5 2027-05-31:Rebate:3
        Refund x Bakery Meiling 15 reverses=p
        & RebateReturn y Meiling Rebate 3 reverses=r
        lots Meiling 2027-01-31:Rebate:10 2027-03-31:Rally:10
        balance Bakery 0
        Refund z Bakery Meiling 15 reverses=p => AlreadyReversed
        """);

    [Fact]
    public void A_refund_out_of_later_takings_keeps_the_last_days_and_never_mixes_the_books_of_two_budgets() =>
        LedgerScript.Run(City +
        """
        Earn a Rebate Meiling 10 last=2027-01-31
        Earn b Rally Emma 10
        Pay p Meiling Bakery 10
        Settle s Bakery BakeryPayout 10
        Pay q Emma Bakery 10
        Refund x Bakery Meiling 10 reverses=p
        lots Meiling 2027-01-31:Rally:10
        """);

    [Fact]
    public void A_reversal_must_be_the_mirror_of_what_it_reverses() => LedgerScript.Run(City +
        """
        Earn a Rally Meiling 10
        Pay p Meiling Bakery 6
        Refund x Bakery Meiling 7 reverses=p => ReversalDoesNotMatch
        Refund x Bakery Emma 6 reverses=p    => ReversalDoesNotMatch
        Settle s Bakery BakeryPayout 6
        Refund x Bakery Meiling 6 reverses=p => DebitAccountHasTooFewPoints
        """);

    [Fact]
    public void Points_cannot_be_spent_after_their_last_day_and_go_back_to_the_budget_that_funded_them() =>
        LedgerScript.Run(City +
        """
        Earn a Rally Meiling 10 last=2026-11-30
        Earn b Rebate Meiling 7
        day 2026-11-30
        spendable Meiling 17
        Expire x Meiling Rally 10 last=2026-11-30 => LastDayIsNotValid
        day 2026-12-01
        day 2026-12-01                            => AlreadyPosted
        day 2026-11-15                            => DayHasAlreadyBegun
        spendable Meiling 7
        balance Meiling 17
        Pay p Meiling Bakery 8                    => DebitAccountHasTooFewPoints
        Expire x Meiling Rally 11 last=2026-11-30 => DebitAccountHasTooFewPoints
        Expire x Meiling Rebate 7 last=2026-11-30 => DebitAccountHasTooFewPoints
        Expire x Meiling Rally 10 last=2026-11-30
        lots Meiling -:Rebate:7
        balance Rally 1000
        Earn c Rally Meiling 1 last=2026-11-30    => LastDayIsNotValid
        """);

    [Fact]
    public void Accounts_of_the_outside_may_go_below_zero_and_others_may_not() => LedgerScript.Run(City +
        """
        Earn a Rally Meiling 10
        Pay p Meiling Bakery 10
        Settle s Bakery BakeryPayout 10
        PayOut o BakeryPayout Bank 10
        PayOut o2 BakeryPayout Bank 1 => DebitAccountHasTooFewPoints
        Gift t Bank Emma 5
        balance Bank 5
        Gift u Bank Emma 50
        balance Bank -45
        lots Emma -:Bank:55
        balance Issuing -1050
        """);

    [Fact]
    public void A_balance_never_passes_what_a_number_can_hold()
    {
        var script = LedgerScript.Run(City);
        var books = script.Books;
        var journal = new List<JournalEntry>();
        PostOutcome outcome;
        var count = 0;
        do
        {
            var fund = new Transfer(
                DerivedId.From($"{count++}"), script["Issuing"], script["Rally"],
                Transfer.MaxAmount, TransferCode.Fund);
            outcome = books.Post([fund], DateTimeOffset.UnixEpoch, journal).Outcome;
        }
        while (outcome == PostOutcome.Posted && count < 2_000);

        outcome.ShouldBe(PostOutcome.CreditBalanceIsTooLarge);
        (books.Account(script["Rally"]).Balance + books.Account(script["Issuing"]).Balance
            + books.Account(script["Rebate"]).Balance).ShouldBe(0);
    }

    [Fact]
    public void A_clock_that_steps_back_does_not_turn_the_journal_around()
    {
        var script = LedgerScript.Run(City);
        var journal = new List<JournalEntry>();
        var last = script.Journal[^1].At;

        var earn = new Transfer(DerivedId.From("back"), script["Rally"], script["Meiling"], 1, TransferCode.Earn);
        script.Books.Post([earn], last.AddYears(-5), journal);

        journal[0].At.ShouldBe(last);
    }

    [Fact]
    public void An_entry_that_breaks_a_rule_is_not_replayed()
    {
        var script = LedgerScript.Run(City);
        var replayed = new LedgerState();
        foreach (var entry in script.Journal)
            replayed.Apply(entry);

        var next = replayed.Sequence + 1;
        var tooMuch = new Transfer(
            DerivedId.From("forged"), script["Rally"], script["Meiling"], 9_999, TransferCode.Earn);
        var forged = new JournalEntry(next, replayed.LastAt, tooMuch);
        Should.Throw<InvalidDataException>(() => replayed.Apply(forged))
            .Message.ShouldContain("DebitAccountHasTooFewPoints");
        Should.Throw<InvalidDataException>(() => replayed.Apply(script.Journal[0])).Message.ShouldContain("gap");
    }
}
