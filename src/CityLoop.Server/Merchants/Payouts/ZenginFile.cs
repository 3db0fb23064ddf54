using System.Globalization;
using System.Text;
using CityLoop.Server.City;
using CityLoop.Server.Merchants.Settlement;

namespace CityLoop.Server.Merchants.Payouts;

/// <summary>
/// The payout as Japan's banks take it (全銀協規定形式, 総合振込): records of 120 bytes of JIS X 0201, each with CR LF
/// behind it; a header, data and a trailer for each pay day, and one end record.
/// </summary>
static class ZenginFile
{
    public const string FileName = "payout.zengin.txt";

    const int RecordLength = 120;

    /// <summary>Letters of an account holder's name.</summary>
    public const int HolderMax = 30;

    // Ordinary deposit (普通預金): what shops have.
    const string Ordinary = "1";

    /// <summary>The file; or, where a shop cannot be written in this format, none and why.</summary>
    public static (byte[]? File, IReadOnlyList<string> Problems) Write(Payout payout)
    {
        var problems = new List<string>();
        Check(problems, "payer", payout.Terms.Payer, 40);
        foreach (var (_, line) in payout.Transfers)
            Check(problems, payout, line);
        if (problems.Count > 0)
            return (null, [.. problems.Distinct()]);
        using var file = new MemoryStream();
        foreach (var day in payout.Transfers.GroupBy(transfer => transfer.Part.PaidOn).OrderBy(day => day.Key))
            WriteDay(file, payout, day.Key, [.. day]);
        Add(file, "9");
        return (file.ToArray(), []);
    }

    static void WriteDay(
        MemoryStream file, Payout payout, DateOnly day, IReadOnlyList<(PayoutPart Part, SettlementLine Line)> transfers)
    {
        var (terms, unit) = (payout.Terms, Unit(payout));
        Add(file, "1", "21", "0", terms.ClientCode, Left(Kana(terms.Payer), 40),
            day.ToString("MMdd", CultureInfo.InvariantCulture), terms.BankCode[..4], Left("", 15), terms.BankCode[4..],
            Left("", 15), Ordinary, terms.BankAccount);
        foreach (var (part, line) in transfers)
            Add(file, "2", line.Bank.Code[..4], Left("", 15), line.Bank.Code[4..], Left("", 15), Right(0, 4), Ordinary,
                line.Bank.Number.PadLeft(7, '0'), Left(Kana(line.Bank.Holder), 30), Right(line.Amount / unit, 10), "0",
                Right(line.Account.Value, 10), part.Window.LastDay.ToString("00yyyyMMdd", CultureInfo.InvariantCulture),
                "7");
        Add(file, "8", Right(transfers.Count, 6), Right(transfers.Sum(transfer => transfer.Line.Amount) / unit, 12));
    }

    static void Check(List<string> problems, Payout payout, SettlementLine line)
    {
        if (line.Bank.Code.Length != 7)
            problems.Add($"{line.Code}: bank_code {line.Bank.Code} is not four digits of a bank and three of a branch");
        if (line.Bank.Number.Length > 7)
            problems.Add($"{line.Code}: bank_account has more than seven digits");
        if (line.Amount % Unit(payout) != 0 || line.Amount / Unit(payout) > 9_999_999_999)
            problems.Add($"{line.Code}: {Fields.Plain(line.Amount, payout.Scale)} is not a whole amount of ten digits");
        Check(problems, line.Code, line.Bank.Holder, HolderMax);
    }

    static void Check(List<string> problems, string whose, string name, int longest)
    {
        if (!CanWrite(name, longest))
            problems.Add(
                $"{whose}: the name '{name}' is not 1 to {longest} kana, Latin letters, digits or any of ( ) . - / ,");
    }

    /// <summary>Whether a name is one in the letters of this format.</summary>
    public static bool CanWrite(string name, int longest)
    {
        var kana = Kana(name);
        return kana.Length > 0 && kana.Length <= longest && kana.All(IsWritable);
    }

    /// <summary>Kana as half-width katakana, letters as capitals; what cannot be is left as it is.</summary>
    static string Kana(string name)
    {
        const string voiced = "ガギグゲゴザジズゼゾダヂヅデドバビブベボ", halfVoiced = "パピプペポ";
        var text = new StringBuilder();
        foreach (var written in name)
        {
            var sign = written is >= 'ぁ' and <= 'ゖ' ? (char)(written + ('ァ' - 'ぁ')) : written;
            if (sign == 'ヴ')
                text.Append("ｳﾞ");
            else if (voiced.Contains(sign, StringComparison.Ordinal))
                text.Append(Half((char)(sign - 1))).Append('ﾞ');
            else if (halfVoiced.Contains(sign, StringComparison.Ordinal))
                text.Append(Half((char)(sign - 2))).Append('ﾟ');
            else
                text.Append(char.ToUpperInvariant(Half(sign)));
        }

        return text.ToString();
    }

    static char Half(char sign)
    {
        const string full =
            "ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン";
        const int firstFull = 0xff01, lastFull = 0xff5e;
        if (sign is '　')
            return ' ';
        if (sign is >= (char)firstFull and <= (char)lastFull)
            return (char)(sign - firstFull + '!');
        var at = full.IndexOf(sign, StringComparison.Ordinal);
        return at < 0 ? sign : (char)('ｦ' + at);
    }

    static bool IsWritable(char sign) =>
        sign is >= 'A' and <= 'Z' or >= '0' and <= '9' or ' ' or '(' or ')' or '.' or '-' or '/' or ','
            or (>= 'ｦ' and <= 'ﾟ');

    static long Unit(Payout payout) => Enumerable.Range(0, payout.Scale).Aggregate(1L, (unit, _) => unit * 10);

    static string Left(string text, int length) => text.PadRight(length);

    static string Right(long number, int length) =>
        number.ToString(CultureInfo.InvariantCulture).PadLeft(length, '0');

    static void Add(MemoryStream file, params ReadOnlySpan<string> fields)
    {
        var record = string.Concat(fields).PadRight(RecordLength);
        if (record.Length != RecordLength)
            throw new InvalidOperationException($"A record has {record.Length} signs.");
        foreach (var sign in record)
            file.WriteByte(sign < 0x80 ? (byte)sign : (byte)(sign - '｡' + 0xa1));
        file.Write("\r\n"u8);
    }
}
