using System.Text;
using CityLoop.Server.Operations.Import;

namespace CityLoop.Server.Tests.Operations.Import;

/// <summary>Files as they come: every bad row has a place and a reason, and costs no other row.</summary>
public sealed class SchemeFilesTests
{
    const string GoodEarned = "10,ann,contributor,100\n";

    [Theory]
    [InlineData("x,bob,contributor,5", 1, "round", "round_is_not_a_number")]
    [InlineData("-1,bob,contributor,5", 1, "round", "round_is_not_a_number")]
    [InlineData("1e1,bob,contributor,5", 1, "round", "round_is_not_a_number")]
    [InlineData("9999999999,bob,contributor,5", 1, "round", "round_is_not_a_number")]
    [InlineData("12,bob,contributor,5", 1, "round", "round_is_unknown")]
    [InlineData("10,,contributor,5", 4, "member", "member_is_not_valid")]
    [InlineData("10,bo b,contributor,5", 4, "member", "member_is_not_valid")]
    [InlineData("10,bo\0b,contributor,5", 4, "member", "member_is_not_valid")]
    [InlineData("10,bob,,5", 8, "kind", "kind_is_not_valid")]
    [InlineData("10,bob,contributor,", 20, "points", "amount_is_not_a_number")]
    [InlineData("10,bob,contributor,five", 20, "points", "amount_is_not_a_number")]
    [InlineData("10,bob,contributor,-5", 20, "points", "amount_is_not_positive")]
    [InlineData("10,bob,contributor,0", 20, "points", "amount_is_not_positive")]
    [InlineData("10,bob,contributor,0.123456", 20, "points", "amount_has_too_many_decimals")]
    [InlineData("10,bob,contributor,99999999999999", 20, "points", "amount_is_too_large")]
    [InlineData("10,bob,contributor", 19, "points", "column_is_missing")]
    [InlineData("10", 3, "member", "column_is_missing")]
    [InlineData("10,bob,contributor,1,000", 22, "", "column_is_too_many")]
    [InlineData("10,\"bob,contributor,5", 22, "", "quotes_are_not_valid")]
    [InlineData("10,\"bob\"x,contributor,5", 9, "", "quotes_are_not_valid")]
    [InlineData("10,b\"ob,contributor,5", 5, "", "quotes_are_not_valid")]
    [InlineData("12,,,-5", 1, "round", "round_is_unknown")]
    public void A_bad_earning_is_refused_with_its_place(string line, int column, string field, string reason)
    {
        using var folder = new SchemeFolder(earned: GoodEarned + line + "\n11,cyd,moderator,7\n");

        var rows = folder.Read();

        rows.Earned.Select(r => r.Member).ShouldBe(["ann", "cyd"]);
        var refused = rows.Refused.ShouldHaveSingleItem();
        refused.Reason.Code().ShouldBe(reason);
        refused.Place.ShouldBe(new RowPlace("earned.csv", 3, column, field));
        rows.Read.ShouldBe(3);
    }

    [Theory]
    [InlineData("10,2024-01-05,g1,ann,bob,1,5", 4, "at", "time_is_not_valid")]
    [InlineData("10,2024-02-30 10:00:00,g1,ann,bob,1,5", 4, "at", "time_is_not_valid")]
    [InlineData("10,2024-13-01 10:00:00,g1,ann,bob,1,5", 4, "at", "time_is_not_valid")]
    [InlineData("10,2024-01-05 25:00:00,g1,ann,bob,1,5", 4, "at", "time_is_not_valid")]
    [InlineData("10,2024-01-05 10:00:00.1234567,g1,ann,bob,1,5", 4, "at", "time_is_not_valid")]
    [InlineData("10,2024-01-05 10:00:00+08:00,g1,ann,bob,1,5", 4, "at", "time_is_not_valid")]
    [InlineData("10,yesterday,g1,ann,bob,1,5", 4, "at", "time_is_not_valid")]
    [InlineData("10,,g1,ann,bob,1,5", 4, "at", "time_is_not_valid")]
    [InlineData("10,2024-01-05 10:00:00,,ann,bob,1,5", 24, "id", "id_is_not_valid")]
    [InlineData("10,2024-01-05 10:00:00,g1,,bob,1,5", 27, "from", "member_is_not_valid")]
    [InlineData("10,2024-01-05 10:00:00,g1,ann,,1,5", 31, "to", "member_is_not_valid")]
    [InlineData("10,2024-01-05 10:00:00,g1,ann,ann,1,5", 31, "to", "accounts_are_the_same")]
    [InlineData("10,2024-01-05 10:00:00,g1,ann,bob,yes,5", 35, "to_registered", "registered_is_not_zero_or_one")]
    [InlineData("10,2024-01-05 10:00:00,g1,ann,bob,1,-5", 37, "amount", "amount_is_not_positive")]
    [InlineData("10,2024-01-05 10:00:00,g1,ann,bob,1,5e-5", 37, "amount", "amount_is_not_a_number")]
    [InlineData("10,2024-01-05 10:0", 19, "id", "column_is_missing")]
    [InlineData("12,2024-01-05 10:00:00,g1,ann,bob,1,5", 1, "round", "round_is_unknown")]
    public void A_bad_gift_is_refused_with_its_place(string line, int column, string field, string reason)
    {
        using var folder = new SchemeFolder(gifts: line + "\n10,2024-01-05 10:00:00,g2,ann,bob,1,5\n");

        var rows = folder.Read();

        rows.Gifts.Select(r => r.Id).ShouldBe(["g2"]);
        var refused = rows.Refused.ShouldHaveSingleItem();
        refused.Reason.Code().ShouldBe(reason);
        refused.Place.ShouldBe(new RowPlace("gifts.csv", 2, column, field));
    }

    [Theory]
    [InlineData("10,2024-01-05 10:00:00,g1,ann,bob,1,125")]
    [InlineData("10,2024-01-05 10:00:00,g1,ann,bob,1,1")]
    [InlineData("10,2024-01-05 10:00:00,g1,ann,bo")]
    [InlineData("1")]
    public void A_line_that_the_end_of_the_file_may_have_cut_is_not_taken(string line)
    {
        using var folder = new SchemeFolder(gifts: "10,2024-01-05 10:00:00,g0,ann,bob,1,5\n" + line);

        var rows = folder.Read();

        rows.Gifts.ShouldHaveSingleItem().Id.ShouldBe("g0");
        rows.Refused.ShouldHaveSingleItem().ShouldBe(new RefusedRow(
            new RowPlace("gifts.csv", 3, line.Length + 1, ""), RowOutcome.RowIsCutOff));
    }

    [Fact]
    public void Windows_line_ends_a_byte_order_mark_quotes_and_empty_lines_change_nothing()
    {
        using var folder = new SchemeFolder();
        folder.Write("earned.csv", "\uFEFF\"round\",member,kind,points\r\n"
            + "\"10\",\"a\"\"nn\",contributor,\"100.5\"\r\n\r\n\n11,bob,moderator,7\r\n");

        var rows = folder.Read();

        rows.Refused.ShouldBeEmpty();
        rows.Earned.Select(r => (r.Line, r.Round, r.Member, r.Units)).ShouldBe(
            [(2, 10, "a\"nn", 10_050_000L), (5, 11, "bob", 700_000L)]);
    }

    [Fact]
    public void A_line_that_is_not_text_or_has_no_end_costs_only_itself()
    {
        using var folder = new SchemeFolder();
        folder.Write("earned.csv",
        [
            .. Encoding.UTF8.GetBytes(SchemeFolder.EarnedHeader),
            .. "10,"u8, 0xFF, 0xFE, .. ",contributor,5\n"u8,
            .. Enumerable.Repeat((byte)'9', 3_000_000), (byte)'\n',
            .. "10,ann,contributor,5\n"u8,
        ]);

        var rows = folder.Read();

        rows.Refused.Select(r => (r.Place.Line, r.Reason)).ShouldBe(
            [(2, RowOutcome.RowIsNotText), (3, RowOutcome.RowIsTooLong)]);
        rows.Earned.ShouldHaveSingleItem().Line.ShouldBe(4);
    }

    [Theory]
    [InlineData("earned.csv", "")]
    [InlineData("earned.csv", "round;member;kind;points\n")]
    [InlineData("earned.csv", "member,round,kind,points\n")]
    [InlineData("earned.csv", "round,member,kind\n")]
    [InlineData("earned.csv", "94,ann,contributor,5\n")]
    [InlineData("gifts.csv", "round,at,id,from,to,amount\n")]
    [InlineData("gifts.csv", "PK\u0003\u0004\n")]
    [InlineData("rounds.csv", "from,to\n")]
    public void A_file_with_another_header_is_another_file(string file, string text)
    {
        using var folder = new SchemeFolder(earned: GoodEarned);
        folder.Write(file, text);

        var fault = Should.Throw<SchemeFilesException>(folder.Read);

        fault.IsMisuse.ShouldBeFalse();
        fault.Message.ShouldStartWith($"{file}:1: the first line must be round,");
    }

    [Theory]
    [InlineData("10,2024-01-01 00:00:00", "column_is_missing")]
    [InlineData("ten,2024-01-01 00:00:00,2024-01-28 23:59:59", "round_is_not_a_number")]
    [InlineData("10,2024-01-01,2024-01-28", "time_is_not_valid")]
    [InlineData("9,2024-01-28 00:00:00,2024-01-01 00:00:00", "ends before it begins")]
    [InlineData("10,2025-01-01 00:00:00,2025-01-28 00:00:00", "gives it other times")]
    public void A_fault_in_the_calendar_stops_everything(string line, string says)
    {
        using var folder = new SchemeFolder(earned: GoodEarned);
        File.AppendAllText(Path.Combine(folder.Path, "rounds.csv"), line + "\n");

        var fault = Should.Throw<SchemeFilesException>(folder.Read);

        fault.IsMisuse.ShouldBeFalse();
        fault.Message.ShouldStartWith("rounds.csv:4:");
        fault.Message.ShouldContain(says);
        fault.Message.ShouldEndWith("othing was imported.");
    }

    [Fact]
    public void A_missing_folder_or_file_is_named()
    {
        using var folder = new SchemeFolder();
        File.Delete(Path.Combine(folder.Path, "gifts.csv"));

        Should.Throw<SchemeFilesException>(folder.Read).Message.ShouldContain("gifts.csv cannot be read");
        var absent = Should.Throw<SchemeFilesException>(() => SchemeFiles.Read("/no/such/folder"));
        absent.IsMisuse.ShouldBeTrue();
        absent.Message.ShouldContain("/no/such/folder");
    }

    [Fact]
    public void Earlier_rounds_follow_backwards_in_steps_of_28_days()
    {
        using var folder = new SchemeFolder();
        var rounds = folder.Read().Rounds;

        rounds.Find(11)!.Value.To.ShouldBe(DateTimeOffset.Parse("2024-02-25T23:59:59.999999Z"));
        rounds.Find(9)!.Value.From.ShouldBe(DateTimeOffset.Parse("2023-12-04T00:00:00Z"));
        rounds.Find(9)!.Value.To.ShouldBe(DateTimeOffset.Parse("2023-12-31T23:59:59.999999Z"));
        rounds.Find(0)!.Value.From.ShouldBe(DateTimeOffset.Parse("2023-03-27T00:00:00Z"));
        rounds.Find(12).ShouldBeNull();
    }
}
