using System.Globalization;
using System.Text;
using System.Xml;
using CityLoop.Server.City;
using CityLoop.Server.Merchants.Settlement;

namespace CityLoop.Server.Merchants.Payouts;

/// <summary>
/// The payout as a customer credit transfer initiation, ISO 20022 pain.001.001.09: one payment information for each
/// half-month, because each has its own day.
/// </summary>
static class CreditTransferFile
{
    public const string FileName = "payout.pain001.xml";

    const string Namespace = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09";

    static readonly XmlWriterSettings Settings = new()
    {
        Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), Indent = true, NewLineChars = "\n",
    };

    /// <summary>Writes a payout that has a transfer in it: the format has no word for none.</summary>
    public static byte[] Write(Payout payout)
    {
        using var bytes = new MemoryStream();
        using (var xml = XmlWriter.Create(bytes, Settings))
        {
            xml.WriteStartElement("Document", Namespace);
            xml.WriteStartElement("CstmrCdtTrfInitn");
            xml.WriteStartElement("GrpHdr");
            xml.WriteElementString("MsgId", Id(payout.Parts[^1].Window.Id));
            xml.WriteElementString("CreDtTm", Moment(payout.MadeAt));
            WriteSums(xml, payout, [.. payout.Transfers.Select(transfer => transfer.Line)]);
            WriteName(xml, "InitgPty", payout.Terms.Payer);
            xml.WriteEndElement();
            foreach (var part in payout.Parts.Where(part => part.Transfers.Any()))
                WritePart(xml, payout, part);
            xml.WriteEndElement();
            xml.WriteEndElement();
        }

        return bytes.ToArray();
    }

    /// <summary>The name of a transfer at the bank and in what the bank sends back.</summary>
    public static string EndToEndId(SettlementLine line) => Id(line.Transfer.Id);

    static void WritePart(XmlWriter xml, Payout payout, PayoutPart part)
    {
        xml.WriteStartElement("PmtInf");
        xml.WriteElementString("PmtInfId", Id(part.Window.Id));
        xml.WriteElementString("PmtMtd", "TRF");
        WriteSums(xml, payout, [.. part.Transfers]);
        xml.WriteStartElement("ReqdExctnDt");
        xml.WriteElementString("Dt", Fields.Day(part.PaidOn));
        xml.WriteEndElement();
        WriteName(xml, "Dbtr", payout.Terms.Payer);
        WriteAccount(xml, "DbtrAcct", payout.Terms.BankAccount);
        WriteAgent(xml, "DbtrAgt", payout.Terms.BankCode);
        // The shop is charged nothing.
        xml.WriteElementString("ChrgBr", "DEBT");
        foreach (var line in part.Transfers)
            WriteTransfer(xml, payout, part, line);
        xml.WriteEndElement();
    }

    static void WriteTransfer(XmlWriter xml, Payout payout, PayoutPart part, SettlementLine line)
    {
        xml.WriteStartElement("CdtTrfTxInf");
        xml.WriteStartElement("PmtId");
        xml.WriteElementString("EndToEndId", EndToEndId(line));
        xml.WriteEndElement();
        xml.WriteStartElement("Amt");
        xml.WriteStartElement("InstdAmt");
        xml.WriteAttributeString("Ccy", payout.Terms.Money);
        xml.WriteString(Fields.Plain(line.Amount, payout.Scale));
        xml.WriteEndElement();
        xml.WriteEndElement();
        WriteAgent(xml, "CdtrAgt", line.Bank.Code);
        WriteName(xml, "Cdtr", line.Bank.Holder is { Length: > 0 } holder ? holder : line.Name);
        WriteAccount(xml, "CdtrAcct", line.Bank.Number);
        xml.WriteStartElement("RmtInf");
        xml.WriteElementString("Ustrd", $"{payout.Currency} {part.Window.Window.Name} {line.Code}");
        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    static void WriteSums(XmlWriter xml, Payout payout, IReadOnlyCollection<SettlementLine> lines)
    {
        xml.WriteElementString("NbOfTxs", Fields.Number(lines.Count));
        xml.WriteElementString("CtrlSum", Fields.Plain(lines.Sum(line => line.Amount), payout.Scale));
    }

    static void WriteName(XmlWriter xml, string element, string name)
    {
        xml.WriteStartElement(element);
        var readable = string.Concat(name.Where(XmlConvert.IsXmlChar)).Trim();
        xml.WriteElementString("Nm", readable.Length switch { 0 => "-", <= 140 => readable, _ => readable[..140] });
        xml.WriteEndElement();
    }

    static void WriteAccount(XmlWriter xml, string element, string number)
    {
        xml.WriteStartElement(element);
        xml.WriteStartElement("Id");
        xml.WriteStartElement("Othr");
        xml.WriteElementString("Id", number);
        xml.WriteEndElement();
        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    static void WriteAgent(XmlWriter xml, string element, string code)
    {
        xml.WriteStartElement(element);
        xml.WriteStartElement("FinInstnId");
        xml.WriteStartElement("ClrSysMmbId");
        xml.WriteElementString("MmbId", code);
        xml.WriteEndElement();
        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    static string Moment(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    // Thirty-two of the thirty-five characters that the format has for a name.
    public static string Id(Guid id) => id.ToString("N");
}
