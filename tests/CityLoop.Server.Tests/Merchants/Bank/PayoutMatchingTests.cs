using System.Globalization;
using System.Text;
using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Merchants.Bank;
using CityLoop.Server.Merchants.Payouts;
using CityLoop.Server.Merchants.Settlement;
using CityLoop.Server.Tests.Merchants.Payouts;
using static CityLoop.Server.Merchants.Bank.BankOutcome;
using static CityLoop.Server.Merchants.Settlement.PayoutState;

namespace CityLoop.Server.Tests.Merchants.Bank;

/// <summary>
/// A payout of 100 to a bakery, 60 to a bookshop and 40 to a theatre, and what a bank may say of it: step by step the
/// outcome, and at the end what became of the three.
/// </summary>
public sealed class PayoutMatchingTests
{
    static readonly PayoutPart Part = SomePayout.Part(
        11, 1, Line("bakery", 100), Line("books", 60), Line("theatre", 40));

    [Theory]
    [InlineData("debit all 200", "Matched", "Confirmed Confirmed Confirmed")]
    [InlineData("debit bakery 100", "Matched", "Confirmed Closed Closed")]
    [InlineData("debit bakery,books 160", "Matched", "Confirmed Confirmed Closed")]
    [InlineData("debit bakery,books 170", "AmountDiffers", "Closed Closed Closed")]
    [InlineData("debit bakery 90", "AmountDiffers", "Closed Closed Closed")]
    [InlineData("debit bakery,nobody 100", "UnknownReference", "Closed Closed Closed")]
    [InlineData("debit bakery,bakery 200", "AmountDiffers", "Closed Closed Closed")]
    [InlineData("debit nobody 100", "UnknownReference", "Closed Closed Closed")]
    [InlineData("debit all 199", "AmountDiffers", "Closed Closed Closed")]
    [InlineData("pending bakery 100; debit bakery 100", "NotBooked Matched",
        "Confirmed Closed Closed")]
    [InlineData("dollars bakery 100", "CurrencyDiffers", "Closed Closed Closed")]
    [InlineData("debit all 200; debit bakery 100", "Matched DebitedTwice",
        "Confirmed Confirmed Confirmed")]
    [InlineData("says all ACCP; says bakery ACSC; debit bakery 100", "Matched Matched Matched",
        "Confirmed Paid Paid")]
    [InlineData("says all PART; says books RJCT; debit all 140", "Matched Matched Matched",
        "Confirmed Rejected Confirmed")]
    [InlineData("says books RJCT; debit all 200", "Matched WasRejected", "Closed Rejected Closed")]
    [InlineData("says payout RJCT", "Matched", "Rejected Rejected Rejected")]
    [InlineData("says books RJCT; says books RJCT; says all ACSC", "Matched Matched Matched",
        "Confirmed Rejected Confirmed")]
    [InlineData("says books RJCT; says books ACSC", "Matched WasRejected",
        "Closed Rejected Closed")]
    [InlineData("debit books 60; says books RJCT", "Matched WasPaid", "Closed Confirmed Closed")]
    [InlineData("debit all 200; back books 60", "Matched Matched", "Confirmed Returned Confirmed")]
    [InlineData("back books 60; debit all 200", "Matched Matched", "Confirmed Returned Confirmed")]
    [InlineData("debit books 60; back books 55", "Matched AmountDiffers",
        "Closed Confirmed Closed")]
    [InlineData("debit books 60; back books 60; back books 60", "Matched Matched WasRejected",
        "Closed Returned Closed")]
    [InlineData("debit books 60; back books 60; debit books 60", "Matched Matched DebitedTwice",
        "Closed Returned Closed")]
    [InlineData("says books RJCT; back books 60", "Matched WasRejected", "Closed Rejected Closed")]
    [InlineData("debit all 200; back all 200", "Matched Matched", "Returned Returned Returned")]
    [InlineData("debit books 60; back books 60; says books ACSC", "Matched Matched Matched",
        "Closed Returned Closed")]
    [InlineData("says books WHAT", "UnknownStatus", "Closed Closed Closed")]
    [InlineData("says nobody RJCT", "UnknownReference", "Closed Closed Closed")]
    [InlineData("says books ACSC; says books ACCP", "Matched Matched", "Closed Confirmed Closed")]
    public void What_a_bank_says_is_matched_once_and_only_as_far_as_it_fits(
        string said, string outcomes, string states)
    {
        var matching = new PayoutMatching(SomePayout.Terms, 0, [.. Part.Lines.Select(line => (Part.Window, line))]);

        string.Join(' ', said.Split("; ").Select(step => matching.Take(Report(step)))).ShouldBe(outcomes);

        var after = matching.Changes.ToDictionary(change => change.After.Code, change => change.After.State);
        string.Join(' ', Part.Lines.Select(line => after.GetValueOrDefault(line.Code))).ShouldBe(states);
        matching.Changes.ShouldAllBe(change => change.Before.State == Closed);
    }

    [Fact]
    public void Why_something_came_back_is_kept_in_the_bank_s_words()
    {
        var matching = new PayoutMatching(SomePayout.Terms, 0, [.. Part.Lines.Select(line => (Part.Window, line))]);

        matching.Take(Report("back books 60"));
        matching.Take(Report("says theatre RJCT"));

        matching.Changes.Select(change => change.After.Reason).ShouldBe(["AC04", "AC01 no such account"]);
    }

    [Fact]
    public void A_word_about_one_order_that_does_not_say_which_is_about_none()
    {
        var matching = new PayoutMatching(SomePayout.Terms, 0, [.. Part.Lines.Select(line => (Part.Window, line))]);
        var paper = Encoding.UTF8.GetString(BankPapers.Report(
            11, CreditTransferFile.Id(Part.Window.Id),
            new Answer("RJCT", "E1", CreditTransferFile.Id(Part.Window.Id), "AC04")));

        matching.Take(Read(Encoding.UTF8.GetBytes(paper.Replace(
            "<OrgnlEndToEndId>E1</OrgnlEndToEndId>", "", StringComparison.Ordinal)))).ShouldBe(UnknownReference);
        matching.Changes.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("0000001", "Matched")]
    [InlineData("999-0001-0000001", "Matched")]
    [InlineData("9990001 0000001", "Matched")]
    [InlineData("0000002", "OtherAccount")]
    [InlineData("00000011", "OtherAccount")]
    public void A_booking_on_a_shop_s_own_account_is_none_of_the_city_s(string account, string outcome)
    {
        var matching = new PayoutMatching(SomePayout.Terms, 0, [.. Part.Lines.Select(line => (Part.Window, line))]);
        var back = (BankEntry)Report("back books 60");

        $"{matching.Take(back with { Account = account })}".ShouldBe(outcome);
    }

    [Fact]
    public void A_payout_is_known_by_its_last_half_month_also_when_nobody_is_paid_for_that()
    {
        var until = SettlementWindow.Containing(Part.Window.LastDay.AddDays(1));
        var window = Part.Window with { PayoutUntil = until.To };
        var matching = new PayoutMatching(SomePayout.Terms, 0, [.. Part.Lines.Select(line => (window, line))]);

        matching.Take(Read(BankPapers.Report(11, CreditTransferFile.Id(until.IdIn(window.Currency)),
            new Answer("RJCT")))).ShouldBe(Matched);
        matching.Changes.Count().ShouldBe(3);
    }

    [Fact]
    public void Decimals_of_the_points_are_those_of_the_money()
    {
        var part = SomePayout.Part(11, 1, Line("bakery", 1_250));
        var matching = new PayoutMatching(SomePayout.Terms, 2, [.. part.Lines.Select(line => (part.Window, line))]);
        Booking Of(decimal amount) => new(amount) { Of = [(Name("bakery"), null, null)] };

        matching.Take(Entry(Of(12.51m))).ShouldBe(AmountDiffers);
        matching.Take(Entry(Of(1_250m))).ShouldBe(AmountDiffers);
        matching.Take(Entry(Of(12.50m))).ShouldBe(Matched);
    }

    static BankReport Report(string step)
    {
        var (verb, whom, what) = step.Split(' ') is [var v, var w, var x] ? (v, w, x) : default;
        var part = whom == "all" ? CreditTransferFile.Id(Part.Window.Id) : "";
        string[] names = whom is "all" or "payout" ? [] : [.. whom.Split(',').Select(Name)];
        if (verb == "says")
            return Read(BankPapers.Report(
                11, CreditTransferFile.Id(Part.Window.Id),
                new Answer(
                    what, names.FirstOrDefault() ?? "",
                    whom == "payout" ? "" : CreditTransferFile.Id(Part.Window.Id), what == "RJCT" ? "AC01" : "")));
        var amount = decimal.Parse(what, CultureInfo.InvariantCulture);
        return Entry(new Booking(amount, verb == "back", PaymentInformationId: part)
        {
            Currency = verb == "dollars" ? "USD" : "TWD", Status = verb == "pending" ? "PDNG" : "BOOK",
            Of = [.. names.Select(name => (
                name, names.Length == 1 ? null : AmountOf(name), verb == "back" ? "AC04" : null))],
        });
    }

    static BankReport Entry(Booking booking) => Read(BankPapers.Statement(8, false, booking));

    static BankReport Read(byte[] file)
    {
        var message = BankMessageReader.Read(new MemoryStream(file));
        message.Problems.ShouldBeEmpty();
        return message.Reports.Single();
    }

    static decimal? AmountOf(string name) =>
        Part.Lines.FirstOrDefault(line => CreditTransferFile.EndToEndId(line) == name)?.Amount ?? 0;

    static string Name(string code) =>
        CreditTransferFile.EndToEndId(Line(code, 1) with { Settlement = Part.Window.Id });

    static SettlementLine Line(string code, long amount) => SomePayout.Line(amount) with { Code = code };
}
