using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using CityLoop.Ledger;
using CityLoop.Server.Merchants.Payouts;

namespace CityLoop.Server.Merchants.Bank;

/// <summary>
/// Reads what banks send: ISO 20022 camt.053 and camt.054 (.02 to .08) and pain.002 (.03 to .11). By the names of
/// elements alone: banks put a version's elements under another's namespace, or under none.
/// </summary>
sealed class BankMessageReader
{
    /// <summary>A statement of a hundred thousand bookings is a tenth of this.</summary>
    const long SignsMax = 1_000_000_000;

    static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = SignsMax,
        IgnoreComments = true, IgnoreProcessingInstructions = true, IgnoreWhitespace = true,
    };

    readonly List<BankReport> _reports = [];
    readonly List<string> _problems = [];
    readonly Dictionary<string, int> _seen = [];

    /// <param name="file">Is read twice: first how deep it is.</param>
    public static BankMessage Read(Stream file)
    {
        var reader = new BankMessageReader();
        try
        {
            if (reader.IsShallow(file))
                using (var xml = XmlReader.Create(file, Settings))
                    reader.ReadDocument(xml);
        }
        catch (XmlException fault)
        {
            reader._problems.Add(
                $"line {fault.LineNumber}, column {fault.LinePosition}: the file is not well-formed XML: "
                + fault.Message);
        }

        return new BankMessage(reader._reports, reader._problems);
    }

    /// <summary>
    /// No message is a tenth as deep, and building an element takes longer the deeper it lies: whoever sends a thousand
    /// tags in each other would have the city count them for minutes.
    /// </summary>
    bool IsShallow(Stream file)
    {
        const int deepest = 64;
        using (var xml = XmlReader.Create(file, Settings))
            while (xml.Read())
                if (xml.Depth > deepest)
                {
                    _problems.Add(
                        $"line {((IXmlLineInfo)xml).LineNumber}: elements lie deeper in each other than {deepest}");
                    return false;
                }

        file.Position = 0;
        return true;
    }

    void ReadDocument(XmlReader xml)
    {
        while (xml.Read())
        {
            if (xml.NodeType != XmlNodeType.Element)
                continue;
            switch (xml.LocalName)
            {
                case "BkToCstmrStmt" or "BkToCstmrDbtCdtNtfctn":
                    ReadBookings(xml);
                    return;
                case "CstmrPmtStsRpt":
                    ReadStatuses((XElement)Load(xml));
                    return;
                case "BkToCstmrAcctRpt":
                    _problems.Add("BkToCstmrAcctRpt: this is a camt.052, which is not final. "
                        + "Import the day's statement (camt.053) or notification (camt.054)");
                    return;
            }
        }

        _problems.Add("Document: there is no BkToCstmrStmt (camt.053), BkToCstmrDbtCdtNtfctn (camt.054) or "
            + "CstmrPmtStsRpt (pain.002) in it");
    }

    /// <summary>One booking after the other, so that a year's statement does not fill the memory.</summary>
    void ReadBookings(XmlReader xml)
    {
        var end = xml.Depth;
        var (statements, entries, account, currency) = (0, 0, "", "");
        while (xml.Read() && xml.Depth > end)
        {
            while (xml.NodeType == XmlNodeType.Element && xml.Depth == end + 2)
            {
                var child = (XElement)Load(xml);
                if (child.Name.LocalName == "Acct")
                    (account, currency) = (AccountIn(child), Text(child, "Ccy"));
                else if (child.Name.LocalName == "Ntry")
                    ReadEntry(child, $"{_parent}[{statements}]/Ntry[{++entries}]", account, currency);
            }

            if (xml.NodeType == XmlNodeType.Element && xml.Depth == end + 1 && xml.LocalName != "GrpHdr")
                (_parent, statements, entries, account, currency) = (xml.LocalName, statements + 1, 0, "", "");
        }
    }

    string _parent = "";

    void ReadEntry(XElement entry, string path, string account, string accountCurrency)
    {
        var at = new Place(this, entry, path);
        var amount = at.Amount("Amt");
        var currency = entry.Child("Amt")?.Attribute("Ccy")?.Value.Trim() ?? accountCurrency;
        if (currency.Length == 0)
            at.Wrong("Amt", "has no currency (Ccy)");
        var side = at.Text("CdtDbtInd");
        if (side is not ("CRDT" or "DBIT" or ""))
            at.Wrong("CdtDbtInd", $"is '{side}': it must be CRDT or DBIT");
        var status = at.Text("Sts");
        var isReversal = Text(entry, "RvslInd") is "true" or "1";
        var bookedOn = at.Day("BookgDt");
        var reference = Text(entry, "AcctSvcrRef");
        var details = entry.Children("NtryDtls").ToList();
        var batch = details.Select(d => d.Child("Btch")).FirstOrDefault(b => b is not null);
        var transactions = details.SelectMany(d => d.Children("TxDtls"))
            .Select((details, i) => Transaction(new Place(this, details, $"{path}/NtryDtls/TxDtls[{i + 1}]"), details))
            .ToList();
        var part = FirstOf(batch, details, "PmtInfId");
        var message = FirstOf(batch, details, "MsgId");
        // The bank's own number names a booking of its day; where it gives none, all that it says of it does.
        string[] content = reference is not ("" or "NONREF" or "NOTPROVIDED")
            ? [reference]
            : [Text(entry, "NtryRef"), Text(entry, "AddtlNtryInf"), part, message,
                .. transactions.SelectMany(t => new[] { t.EndToEndId, Plain(t.Amount ?? 0), t.Remittance })];
        var id = Once([
            "entry", account, side, status, currency, Plain(amount), isReversal ? "reversal" : "", Day(bookedOn),
            .. content]);
        _reports.Add(new BankEntry(
            path, id, part, message, account, reference, side == "CRDT", isReversal, amount, currency, status, bookedOn,
            transactions));
    }

    static BankTransaction Transaction(Place at, XElement details)
    {
        // Until .03 the amount stands among the details of amounts, from .04 on by itself.
        decimal? amount = null;
        if (details.Child("Amt") is not null)
            amount = at.Amount("Amt");
        else if (details.Child("AmtDtls", "TxAmt", "Amt") is not null)
            amount = at.Amount("AmtDtls", "TxAmt", "Amt");
        var remittance = details.Child("RmtInf");
        var written = remittance?.Children("Ustrd").Select(u => u.Value.Trim())
            .Concat(remittance.Children("Strd").Select(s => Text(s, "CdtrRefInf", "Ref"))).Where(t => t.Length > 0);
        var back = details.Child("RtrInf");
        return new BankTransaction(
            Text(details, "Refs", "EndToEndId"), amount, back is null ? null : ReasonOf(back),
            string.Join(' ', written ?? []));
    }

    void ReadStatuses(XElement report)
    {
        var message = Text(report, "GrpHdr", "MsgId");
        var group = report.Child("OrgnlGrpInfAndSts");
        var payout = group is null ? "" : Text(group, "OrgnlMsgId");
        var parts = report.Children("OrgnlPmtInfAndSts").ToList();
        for (var i = 0; i < parts.Count; i++)
            ReadPart(parts[i], $"OrgnlPmtInfAndSts[{i + 1}]", message, payout);
        // In .02 a transaction stands beside its group.
        foreach (var (status, i) in report.Children("TxInfAndSts").Select((s, i) => (s, i)))
            AddStatus(status, $"TxInfAndSts[{i + 1}]", "TxSts", message, "", payout);
        if (_reports.Count == 0 && _problems.Count == 0)
            if (group is null)
                _problems.Add("CstmrPmtStsRpt: it has no OrgnlGrpInfAndSts, and nothing else that has a status");
            else
                AddStatus(group, "OrgnlGrpInfAndSts", "GrpSts", message, "", payout);
    }

    void ReadPart(XElement part, string path, string message, string payout)
    {
        var id = Text(part, "OrgnlPmtInfId");
        var transactions = part.Children("TxInfAndSts").ToList();
        for (var i = 0; i < transactions.Count; i++)
            AddStatus(transactions[i], $"{path}/TxInfAndSts[{i + 1}]", "TxSts", message, id, payout);
        // Of a part that is rejected as a whole, banks name one order or none.
        if (transactions.Count == 0 ? part.Child("PmtInfSts") is not null : Text(part, "PmtInfSts") == "RJCT")
            AddStatus(part, path, "PmtInfSts", message, id, payout);
    }

    void AddStatus(XElement said, string path, string element, string message, string part, string payout)
    {
        var status = new Place(this, said, path).Text(element);
        var isOfOne = element == "TxSts";
        var name = isOfOne ? Text(said, "OrgnlEndToEndId") : "";
        var instruction = isOfOne ? Text(said, "OrgnlInstrId") : "";
        var reason = string.Join(' ', said.Children("StsRsnInf").Select(ReasonOf));
        var id = Once(["status", message, element, payout, part, instruction, name, status]);
        _reports.Add(new BankStatus(path, id, part, payout, isOfOne, name, status, reason));
    }

    /// <summary>The code, and what the bank wrote to it.</summary>
    static string ReasonOf(XElement reason)
    {
        var words = new[] { Text(reason, "Rsn", "Cd"), Text(reason, "Rsn", "Prtry") }
            .Concat(reason.Children("AddtlInf").Select(info => info.Value.Trim()));
        var text = string.Join(' ', words.Where(word => word.Length > 0));
        const int most = 200;
        return Fields.Cut(text, most);
    }

    static string AccountIn(XElement account) =>
        Text(account, "Id", "IBAN") is { Length: > 0 } iban ? iban : Text(account, "Id", "Othr", "Id");

    static string FirstOf(XElement? batch, IEnumerable<XElement> details, string reference)
    {
        if (batch is not null && Text(batch, reference) is { Length: > 0 } said)
            return said;
        var named = details.SelectMany(d => d.Children("TxDtls")).Select(t => Text(t, "Refs", reference)).Distinct();
        return named.Take(2).ToList() is [var one] ? one : "";
    }

    /// <summary>The name of what is said; of two that say the same in one file, the second has another.</summary>
    Guid Once(string[] said)
    {
        var name = string.Join('\n', said);
        _seen[name] = _seen.GetValueOrDefault(name) + 1;
        return DerivedId.From(["bank", .. said, _seen[name].ToString(CultureInfo.InvariantCulture)]);
    }

    static string Text(XElement of, params ReadOnlySpan<string> path) => of.Child(path)?.Value.Trim() ?? "";

    static string Day(DateOnly? day) => day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "";

    /// <summary>Without the zeros that one version writes and another does not.</summary>
    static string Plain(decimal amount) => amount.ToString("0.##############", CultureInfo.InvariantCulture);

    static XElement Load(XmlReader xml)
    {
        using var part = xml.ReadSubtree();
        var element = XElement.Load(part, LoadOptions.SetLineInfo);
        part.Close();
        xml.Read();
        return element;
    }

    /// <summary>An element in the file, and what is wrong in it.</summary>
    readonly record struct Place(BankMessageReader Reader, XElement Element, string Path)
    {
        public void Wrong(string element, string problem)
        {
            var line = ((IXmlLineInfo)(Element.Child(element) ?? Element)).LineNumber;
            Reader._problems.Add($"{Path}/{element}, line {line}: {problem}");
        }

        /// <summary>The text of what must be there, or of the code in it, as later versions have it.</summary>
        public string Text(string name)
        {
            var element = Element.Child(name);
            var text = (element?.Child("Cd") ?? element?.Child("Prtry") ?? element)?.Value.Trim() ?? "";
            if (text.Length == 0)
                Wrong(name, "is missing");
            return text;
        }

        public decimal Amount(params string[] path)
        {
            var text = Element.Child(path)?.Value.Trim() ?? "";
            const int digitsMax = 18;
            if (decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount)
                && text.Count(char.IsAsciiDigit) <= digitsMax)
                return amount;
            Wrong(string.Join('/', path), text.Length == 0 ? "is missing" : $"'{text}' is not an amount");
            return 0;
        }

        public DateOnly? Day(string name)
        {
            var text = Element.Child(name)?.Value.Trim() ?? "";
            if (text.Length == 0)
                return null;
            if (text.Length >= 10 && DateOnly.TryParseExact(
                text[..10], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
                return day;
            Wrong(name, $"'{text}' is not a day");
            return null;
        }
    }
}
