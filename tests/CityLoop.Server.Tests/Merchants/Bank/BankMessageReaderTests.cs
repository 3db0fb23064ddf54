using System.Text;
using CityLoop.Server.Merchants.Bank;
using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.Merchants.Bank;

/// <summary>What banks send is read, whatever version; what cannot be read is named by its element.</summary>
public sealed class BankMessageReaderTests
{
    [Theory]
    [InlineData("abn_amro-example_camt.xml", 13, 42.00, 920.00)]
    [InlineData("ing-example_camt.xml", 9, 990.00, 385.00)]
    public void A_real_bank_s_statement_is_read_booking_by_booking(
        string file, int count, decimal credits, decimal debits)
    {
        var message = Read(Sample(file));

        message.Problems.ShouldBeEmpty();
        var entries = message.Reports.Cast<BankEntry>().ToList();
        entries.Count.ShouldBe(count);
        entries.Select(e => e.Id).Distinct().Count().ShouldBe(count);
        entries.ShouldAllBe(e => e.Status == "BOOK" && e.Currency == "EUR" && e.BookedOn != null);
        if (file.StartsWith("ing", StringComparison.Ordinal))
            (entries.Where(e => e.IsCredit).Sum(e => e.Amount), entries.Where(e => !e.IsCredit).Sum(e => e.Amount))
                .ShouldBe((credits, debits), "the sums that the statement itself has (TxsSummry)");
    }

    [Fact]
    public void What_a_real_statement_says_of_its_transactions_is_read_too()
    {
        var entries = Read(Sample("abn_amro-example_camt.xml")).Reports.Cast<BankEntry>().ToList();

        entries[0].Account.ShouldBe("NL77ABNA0574908765");
        entries[0].ServicerReference.ShouldBe("2102830989503100038");
        var batch = entries[6];
        (batch.IsCredit, batch.Amount, batch.MessageId).ShouldBe((false, 2.00m, "1202P5518750499B0AO"));
        batch.Transactions.Select(t => (t.EndToEndId, t.Amount, t.Remittance)).ShouldBe(
            [("NOTPROVIDED", 1.00m, "2013-33"), ("NOTPROVIDED", 1.00m, "2013-33")]);
        entries.SelectMany(e => e.Transactions).Count(t => t.ReturnReason is not null).ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData("cross_river-pain_002_credit_accepted.xml", "ACSP", "0000000000000108", "ABCD10000000", "")]
    [InlineData("cross_river-pain_002_batch_rejected.xml", "RJCT", "", "", "NARR Error parsing file")]
    public void A_real_status_report_is_read(string file, string status, string endToEnd, string part, string reason)
    {
        var message = Read(Sample(file));

        message.Problems.ShouldBeEmpty();
        var said = message.Reports.ShouldHaveSingleItem().ShouldBeOfType<BankStatus>();
        (said.Status, said.EndToEndId, said.PaymentInformationId).ShouldBe((status, endToEnd, part));
        said.Reason.ShouldStartWith(reason);
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(3, false)]
    [InlineData(4, false)]
    [InlineData(8, false)]
    [InlineData(2, true)]
    [InlineData(8, true)]
    public void Every_version_says_the_same(int version, bool isNotification)
    {
        var booking = new Booking(160.50m, Reference: "B7", PaymentInformationId: "P1")
        {
            Of = [("E1", 100m, null), ("E2", 60.50m, "AC01")],
        };

        var message = Read(BankPapers.Statement(version, isNotification, booking));

        message.Problems.ShouldBeEmpty();
        var entry = message.Reports.ShouldHaveSingleItem().ShouldBeOfType<BankEntry>();
        (entry.Amount, entry.Currency, entry.IsCredit, entry.Status, entry.PaymentInformationId, entry.Account)
            .ShouldBe((160.50m, "TWD", false, "BOOK", "P1", "0000001"));
        entry.BookedOn.ShouldBe(new DateOnly(2026, 11, 30));
        entry.Transactions.Select(t => (t.EndToEndId, t.Amount, t.ReturnReason))
            .ShouldBe([("E1", 100m, null), ("E2", 60.50m, "AC01")]);
        var asStatement = Read(BankPapers.Statement(8, false, booking)).Reports.Single();
        entry.Id.ShouldBe(asStatement.Id, "a notification and the day's statement report the same booking");
    }

    [Theory]
    [InlineData(3)]
    [InlineData(11)]
    public void Statuses_of_a_payout_a_half_month_and_a_transfer_are_told_apart(int version)
    {
        Answer[] answers = [
            new("ACSC", "E1", "P1"), new("RJCT", "E2", "P1", "AC04"), new("RJCT", "", "P2", "AM04")];

        var said = Read(BankPapers.Report(version, "M1", answers)).Reports.Cast<BankStatus>().ToList();

        said.Select(s => (s.MessageId, s.PaymentInformationId, s.EndToEndId, s.Status, s.Reason)).ShouldBe([
            ("M1", "P1", "E1", "ACSC", ""), ("M1", "P1", "E2", "RJCT", "AC04 no such account"),
            ("M1", "P2", "", "RJCT", "AM04 no such account")]);
        Read(BankPapers.Report(version, "M1", new Answer("ACCP"))).Reports.Cast<BankStatus>().Single()
            .ShouldSatisfyAllConditions(s => s.Status.ShouldBe("ACCP"), s => s.MessageId.ShouldBe("M1"));
    }

    [Fact]
    public void Two_bookings_that_say_the_same_are_two_and_the_same_two_in_every_file()
    {
        var twice = new Booking(5m) { Of = [("NOTPROVIDED", null, null)] };

        var ids = Read(BankPapers.Statement(8, false, twice, twice)).Reports.Select(r => r.Id).ToList();

        ids.Distinct().Count().ShouldBe(2);
        Read(BankPapers.Statement(2, true, twice, twice, twice)).Reports.Select(r => r.Id).Take(2).ShouldBe(ids);
        Read(BankPapers.Statement(8, false, twice with { Reference = "NONREF" })).Reports.Single().Id
            .ShouldBe(ids[0], "some banks have one number for all that have none");
        Read(BankPapers.Statement(8, false, twice with { Day = "2026-12-01" })).Reports.Single().Id
            .ShouldNotBe(ids[0]);
    }

    [Theory]
    [InlineData(">160.00<", ">12,50<", "Stmt[1]/Ntry[1]/Amt, line", "'12,50' is not an amount")]
    [InlineData(">160.00<", ">-160.00<", "Stmt[1]/Ntry[1]/Amt, line", "'-160.00' is not an amount")]
    [InlineData(">160.00<", "><", "Stmt[1]/Ntry[1]/Amt, line", "is missing")]
    [InlineData(" Ccy=\"TWD\">160.00", ">160.00", "Stmt[1]/Ntry[1]/Amt, line", "has no currency")]
    [InlineData("DBIT", "DEBIT", "Stmt[1]/Ntry[1]/CdtDbtInd, line", "'DEBIT': it must be CRDT or DBIT")]
    [InlineData("BookgDt>\n", "Booked>\n", "", "")]
    [InlineData(">2026-11-30</Dt>\n        </BookgDt>", ">30.11.2026</Dt></BookgDt>", "Stmt[1]/Ntry[1]/BookgDt, line",
        "'30.11.2026' is not a day")]
    [InlineData("<Cd>BOOK</Cd>", "", "Stmt[1]/Ntry[1]/Sts, line", "is missing")]
    [InlineData(">60.00<", ">6o.00<", "Stmt[1]/Ntry[1]/NtryDtls/TxDtls[1]/Amt, line", "'6o.00' is not an amount")]
    [InlineData("</Ntry>", "", "line", "not well-formed XML")]
    [InlineData("BkToCstmrStmt", "BkToCstmrAcctRpt", "BkToCstmrAcctRpt", "this is a camt.052")]
    [InlineData("BkToCstmrStmt", "CstmrCdtTrfInitn", "Document", "there is no BkToCstmrStmt (camt.053)")]
    public void What_cannot_be_read_is_named_by_its_element(string good, string bad, string element, string problem)
    {
        var paper = Encoding.UTF8.GetString(BankPapers.Statement(
            8, false, new Booking(160m) { Of = [("E1", 60m, null), ("E2", 100m, null)] }));
        paper.ReplaceLineEndings("\n").ShouldContain(good);

        var problems = Read(Encoding.UTF8.GetBytes(
            paper.ReplaceLineEndings("\n").Replace(good, bad, StringComparison.Ordinal))).Problems;

        if (problem.Length == 0)
            problems.ShouldBeEmpty("a day is not needed");
        else
            problems.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
                p => p.ShouldStartWith(element), p => p.ShouldContain(problem));
    }

    [Fact]
    public void A_file_that_would_make_the_reader_fetch_or_grow_is_refused()
    {
        const string bomb = """
            <!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY x SYSTEM "file:///etc/hostname">]>
            <Document><BkToCstmrStmt><Stmt><Ntry><Amt Ccy="TWD">&b;&x;</Amt></Ntry></Stmt></BkToCstmrStmt></Document>
            """;

        Read(Encoding.UTF8.GetBytes(bomb)).Problems.ShouldHaveSingleItem().ShouldContain("DTD");
    }

    [Fact]
    public void Elements_that_lie_in_each_other_without_end_are_refused_before_they_are_built()
    {
        const int deep = 100_000;
        var tags = string.Concat(Enumerable.Repeat("<a>", deep)) + string.Concat(Enumerable.Repeat("</a>", deep));

        Read(Encoding.UTF8.GetBytes($"<Document><BkToCstmrStmt><Stmt>{tags}</Stmt></BkToCstmrStmt></Document>"))
            .Problems.ShouldHaveSingleItem().ShouldContain("deeper in each other than 64");
    }

    [Fact]
    public void What_a_payer_wrote_is_cut_between_two_characters_and_never_within_one()
    {
        var written = new string('x', 139) + "𠮷𠮷";
        var entry = (BankEntry)Read(BankPapers.Statement(8, false, new Booking(1m) { Of = [("E", 1m, null)] }))
            .Reports.Single();

        BankEntryRow.Of(
            entry with { Transactions = [new BankTransaction("E", 1m, null, written)] },
            BankOutcome.UnknownReference, "f", default).Remittance.ShouldBe(new string('x', 139));
    }

    [Fact]
    public void No_file_however_broken_makes_the_reader_fall_over()
    {
        var random = new Random(20261130);
        var files = Directory.GetFiles(Path.Combine(SharedData.Folder("iso20022"), "samples"))
            .Select(File.ReadAllBytes)
            .Append(BankPapers.Report(11, "M1", new Answer("RJCT", "E2", "P1", "AC04")))
            .Append(BankPapers.Statement(8, true, new Booking(5m) { Of = [("E1", 5m, null)] })).ToList();
        var told = 0;
        for (var i = 0; i < 2_000; i++)
        {
            var bytes = files[i % files.Count].ToArray();
            for (var changes = random.Next(1, 5); changes > 0; changes--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            bytes = random.Next(3) == 0 ? bytes[..random.Next(bytes.Length)] : bytes;

            told += Read(bytes).Problems.Count > 0 ? 1 : 0;
        }

        told.ShouldBeGreaterThan(1_000);
    }

    static byte[] Sample(string file) =>
        File.ReadAllBytes(Path.Combine(SharedData.Folder("iso20022"), "samples", file));

    static BankMessage Read(byte[] file) => BankMessageReader.Read(new MemoryStream(file));
}
