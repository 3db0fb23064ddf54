using System.Globalization;
using System.Text;
using System.Xml.Linq;
using System.Xml.Schema;
using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.Merchants.Bank;

/// <summary>One booking that the bank of a test reports.</summary>
sealed record Booking(
    decimal Amount, bool IsCredit = false, string Reference = "", string PaymentInformationId = "",
    string Currency = "TWD", string Status = "BOOK", bool IsReversal = false, string Day = "2026-11-30")
{
    /// <summary>End-to-end id, amount and, for what came back, the bank's reason.</summary>
    public IReadOnlyList<(string EndToEndId, decimal? Amount, string? Returned)> Of { get; init; } = [];

    /// <summary>What the payer wrote.</summary>
    public string? Says { get; init; }
}

/// <summary>What the bank says of one order, or of all of them where no end-to-end id is given.</summary>
sealed record Answer(string Status, string EndToEndId = "", string PaymentInformationId = "", string Reason = "");

/// <summary>Files as banks send them; those of the newest versions are valid by the messages' schemas.</summary>
static class BankPapers
{
    /// <summary>A camt.053 (statement) or camt.054 (notification) of a version.</summary>
    public static byte[] Statement(int version, bool isNotification, params IEnumerable<Booking> bookings)
    {
        var name = $"camt.{(isNotification ? "054" : "053")}.001.{version:00}";
        XNamespace ns = $"urn:iso:std:iso:20022:tech:xsd:{name}";
        var account = new XElement(ns + "Acct",
            new XElement(ns + "Id", new XElement(ns + "Othr", new XElement(ns + "Id", "0000001"))));
        var balance = new XElement(ns + "Bal",
            new XElement(ns + "Tp", new XElement(ns + "CdOrPrtry", new XElement(ns + "Cd", "CLBD"))),
            Amount(ns, 1_000_000, "TWD"), new XElement(ns + "CdtDbtInd", "CRDT"),
            new XElement(ns + "Dt", new XElement(ns + "Dt", "2026-11-30")));
        var document = new XElement(ns + "Document",
            new XElement(ns + (isNotification ? "BkToCstmrDbtCdtNtfctn" : "BkToCstmrStmt"),
                Header(ns, "STATEMENT-1"),
                new XElement(ns + (isNotification ? "Ntfctn" : "Stmt"),
                    new XElement(ns + "Id", "1"), new XElement(ns + "CreDtTm", "2026-12-01T06:00:00+08:00"),
                    account, isNotification ? null : balance,
                    bookings.Select(booking => Entry(ns, version, booking)))));
        return Valid(document, name, version == 8);
    }

    /// <summary>A pain.002 of a version about one payout.</summary>
    public static byte[] Report(int version, string payout, params IReadOnlyList<Answer> answers)
    {
        var name = $"pain.002.001.{version:00}";
        XNamespace ns = $"urn:iso:std:iso:20022:tech:xsd:{name}";
        var whole = answers.FirstOrDefault(a => a is { EndToEndId: "", PaymentInformationId: "" });
        var document = new XElement(ns + "Document", new XElement(ns + "CstmrPmtStsRpt",
            Header(ns, "REPORT-1"),
            new XElement(ns + "OrgnlGrpInfAndSts",
                new XElement(ns + "OrgnlMsgId", payout), new XElement(ns + "OrgnlMsgNmId", "pain.001.001.09"),
                whole is null ? null : new XElement(ns + "GrpSts", whole.Status), Why(ns, whole)),
            answers.Where(a => a != whole).GroupBy(a => a.PaymentInformationId).Select(part => Part(ns, part))));
        return Valid(document, name, version == 11);
    }

    static XElement Part(XNamespace ns, IGrouping<string, Answer> part)
    {
        var whole = part.FirstOrDefault(answer => answer.EndToEndId.Length == 0);
        return new XElement(ns + "OrgnlPmtInfAndSts",
            new XElement(ns + "OrgnlPmtInfId", part.Key),
            whole is null ? null : new XElement(ns + "PmtInfSts", whole.Status), Why(ns, whole),
            part.Where(answer => answer != whole).Select(answer => new XElement(ns + "TxInfAndSts",
                new XElement(ns + "OrgnlEndToEndId", answer.EndToEndId), new XElement(ns + "TxSts", answer.Status),
                Why(ns, answer))));
    }

    static XElement? Why(XNamespace ns, Answer? answer) => answer is not { Reason: { Length: > 0 } reason } ? null
        : new XElement(ns + "StsRsnInf", new XElement(ns + "Rsn", new XElement(ns + "Cd", reason)),
            new XElement(ns + "AddtlInf", "no such account"));

    static XElement Header(XNamespace ns, string message) => new(ns + "GrpHdr",
        new XElement(ns + "MsgId", message), new XElement(ns + "CreDtTm", "2026-12-01T06:00:00+08:00"));

    static XElement Entry(XNamespace ns, int version, Booking booking) => new(ns + "Ntry",
        Amount(ns, booking.Amount, booking.Currency),
        new XElement(ns + "CdtDbtInd", booking.IsCredit ? "CRDT" : "DBIT"),
        booking.IsReversal ? new XElement(ns + "RvslInd", "true") : null,
        new XElement(ns + "Sts", version >= 4 ? new XElement(ns + "Cd", booking.Status) : booking.Status),
        new XElement(ns + "BookgDt", new XElement(ns + "Dt", booking.Day)),
        booking.Reference.Length == 0 ? null : new XElement(ns + "AcctSvcrRef", booking.Reference),
        new XElement(ns + "BkTxCd", new XElement(ns + "Prtry", new XElement(ns + "Cd", "TRF"))),
        new XElement(ns + "NtryDtls",
            booking.PaymentInformationId.Length == 0 ? null
                : new XElement(ns + "Btch", new XElement(ns + "PmtInfId", booking.PaymentInformationId)),
            booking.Of.Select(of => Transaction(ns, version, booking, of.EndToEndId, of.Amount, of.Returned))));

    static XElement Transaction(
        XNamespace ns, int version, Booking booking, string endToEndId, decimal? amount, string? returned)
    {
        var inner = amount is null ? null : Amount(ns, amount.Value, booking.Currency);
        return new(ns + "TxDtls",
            new XElement(ns + "Refs", new XElement(ns + "EndToEndId", endToEndId)),
            inner is null ? null
                : version >= 4
                    ? new object[] { inner, new XElement(ns + "CdtDbtInd", booking.IsCredit ? "CRDT" : "DBIT") }
                : new XElement(ns + "AmtDtls", new XElement(ns + "TxAmt", inner)),
            booking.Says is null ? null : new XElement(ns + "RmtInf", new XElement(ns + "Ustrd", booking.Says)),
            returned is null ? null
                : new XElement(ns + "RtrInf", new XElement(ns + "Rsn", new XElement(ns + "Cd", returned))));
    }

    static XElement Amount(XNamespace ns, decimal amount, string currency) => new(ns + "Amt",
        new XAttribute("Ccy", currency), amount.ToString("0.00", CultureInfo.InvariantCulture));

    static byte[] Valid(XElement document, string schema, bool isHere)
    {
        if (isHere)
        {
            var set = new XmlSchemaSet();
            set.Add(null, Path.Combine(SharedData.Folder("iso20022"), "schemas", schema + ".xsd"));
            new XDocument(document).Validate(set, (_, fault) => throw new InvalidDataException(fault.Message));
        }

        return Encoding.UTF8.GetBytes(document.ToString());
    }
}
