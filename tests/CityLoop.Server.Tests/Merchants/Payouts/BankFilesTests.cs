using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using System.Xml.Schema;
using CityLoop.Server.City;
using CityLoop.Server.Merchants.Payouts;
using CityLoop.Server.Merchants.Settlement;

namespace CityLoop.Server.Tests.Merchants.Payouts;

/// <summary>What a bank is sent, by the formats' own rules.</summary>
public sealed class BankFilesTests
{
    static readonly XNamespace Pain = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09";

    [Fact]
    public void The_credit_transfer_is_valid_by_the_message_s_schema_and_adds_up()
    {
        var document = Valid(CreditTransferFile.Write(Two()));

        document.Descendants(Pain + "GrpHdr").Single().Element(Pain + "NbOfTxs")!.Value.ShouldBe("3");
        document.Descendants(Pain + "GrpHdr").Single().Element(Pain + "CtrlSum")!.Value.ShouldBe("1240.50");
        document.Descendants(Pain + "PmtInf").Select(part => (
                part.Descendants(Pain + "ReqdExctnDt").Single().Value.Trim(), part.Element(Pain + "CtrlSum")!.Value,
                part.Descendants(Pain + "InstdAmt").Sum(Amount).ToString("0.00", CultureInfo.InvariantCulture)))
            .ShouldBe([("2026-11-30", "1220.50", "1220.50"), ("2026-12-15", "20.00", "20.00")]);
        document.Descendants(Pain + "EndToEndId").Select(id => id.Value).Distinct().Count().ShouldBe(3);
        document.Descendants(Pain + "InstdAmt").ShouldAllBe(amount => amount.Attribute("Ccy")!.Value == "TWD");
    }

    [Theory]
    [InlineData("烘焙 <b> & 「店」")]
    [InlineData("\u0001")]
    [InlineData("一個名字長到任何一家銀行都不會收的店名")]
    public void A_name_of_any_signs_leaves_the_file_valid(string name)
    {
        var line = SomePayout.Line(60) with
        {
            Name = name, Bank = new BankAccount("012", "1", string.Concat(Enumerable.Repeat(name, 20))),
        };

        Valid(CreditTransferFile.Write(SomePayout.Of(line)));
    }

    [Fact]
    public void The_Zengin_file_has_records_of_120_bytes_that_add_up_a_group_for_each_pay_day()
    {
        var (file, problems) = ZenginFile.Write(Two() with { Scale = 0 });

        problems.ShouldBeEmpty();
        var text = Encoding.ASCII.GetString(file!);
        var records = text.Split("\r\n")[..^1];
        records.ShouldAllBe(record => record.Length == 120);
        string.Concat(records.Select(record => record[0])).ShouldBe("1228" + "128" + "9");
        records[0].ShouldStartWith("1210" + "0000000001" + "TAICHUNG CITY".PadRight(40) + "1130" + "9990");
        records[1].ShouldBe(
            "2" + "9990" + new string(' ', 15) + "001" + new string(' ', 15) + "0000" + "1" + "0010001"
            + "BAKERY".PadRight(30) + "0000120000" + "0" + "0000000017" + "0020261115" + "7" + new string(' ', 8));
        records[3].ShouldStartWith("8" + "000002" + "000000122050");
        records[4].ShouldContain("1215");
        text.ShouldEndWith("\r\n");
    }

    [Theory]
    [InlineData("ひまわりベーカリー", "CBCFDCD8CDDEB0B6D8B0")]
    [InlineData("カブシキガイシヤ　ヴィ", "B6CCDEBCB7B6DEB2BCD420B3DEA8")]
    [InlineData("Ｔea (2)", "5445412028322920")]
    public void Kana_is_written_in_the_single_bytes_of_JIS_X_0201(string name, string bytes)
    {
        var (file, _) = ZenginFile.Write(SomePayout.Of(WithHolder(name)));

        Convert.ToHexString(file!.AsSpan(122 + 50, bytes.Length / 2)).ShouldBe(bytes);
    }

    [Theory]
    [InlineData("向日葵烘焙", "9990001", "0010001", 60, "the name '向日葵烘焙' is not 1 to 30 kana")]
    [InlineData("", "9990001", "0010001", 60, "the name '' is not 1 to 30 kana")]
    [InlineData("BAKERY", "012", "0010001", 60, "bank_code 012 is not four digits of a bank and three of a branch")]
    [InlineData("BAKERY", "9990001", "00100010", 60, "bank_account has more than seven digits")]
    [InlineData("BAKERY", "9990001", "0010001", 10_000_000_000, "is not a whole amount of ten digits")]
    public void What_the_Zengin_format_cannot_write_is_named_and_no_file_is_written(
        string holder, string code, string number, long amount, string says)
    {
        var line = SomePayout.Line(amount) with { Bank = new BankAccount(code, number, holder) };

        var (file, problems) = ZenginFile.Write(SomePayout.Of(line));

        file.ShouldBeNull();
        problems.Single().ShouldStartWith("bakery: ");
        problems.Single().ShouldContain(says);
    }

    static SettlementLine WithHolder(string name) =>
        SomePayout.Line(60) with { Bank = new BankAccount("9990001", "0010001", name) };

    /// <summary>Two half-months with decimals: two shops and one that gets nothing, then one.</summary>
    static Payout Two()
    {
        var (bakery, nobody) = (SomePayout.Line(120_000), SomePayout.Line(0) with { Code = "nobody" });
        return new Payout(SomePayout.Terms, "TCP", 2,
        [
            SomePayout.Part(11, 1, bakery, SomePayout.Line(2_050) with { Code = "tea" }, nobody),
            SomePayout.Part(11, 16, SomePayout.Line(2_000)),
        ]);
    }

    static decimal Amount(XElement amount) => decimal.Parse(amount.Value, CultureInfo.InvariantCulture);

    static XDocument Valid(byte[] file)
    {
        var schema = Path.Combine(SharedData.Folder("iso20022"), "schemas", "pain.001.001.09.xsd");
        var settings = new XmlReaderSettings { ValidationType = ValidationType.Schema };
        settings.Schemas.Add(null, schema);
        settings.ValidationEventHandler += (_, found) => throw new XmlSchemaException(found.Message);
        using var reader = XmlReader.Create(new MemoryStream(file), settings);
        return XDocument.Load(reader);
    }
}
