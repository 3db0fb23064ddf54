using System.Globalization;
using System.Text;

namespace CityLoop.Server.Merchants.Settlement;

/// <summary>The payouts that the city's bank is given: one file for each half-month, always the same bytes.</summary>
static class PayoutFile
{
    const string Header =
        "settlement,shop,name,bank_code,bank_account,currency,amount,from,to,payments,payments_amount,refunds,"
        + "refunds_amount,carried_in";

    public static string NameOf(ClosedWindow window) => $"payout-{window.Window.Name}.csv";

    /// <summary>UTF-8 without a mark at the front, line feeds, shops by code. Nobody gets zero.</summary>
    public static byte[] Write(ClosedWindow window, string currency, int scale, IEnumerable<SettlementLine> lines)
    {
        var text = new StringBuilder(Header).Append('\n');
        foreach (var line in lines.Where(line => line.Amount > 0).OrderBy(line => line.Code, StringComparer.Ordinal))
            text.AppendJoin(',', Fields(window, currency, scale, line)).Append('\n');
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    static IEnumerable<string> Fields(ClosedWindow window, string currency, int scale, SettlementLine line) =>
    [
        window.Id.ToString(), Text(line.Code), Text(line.Name), Text(line.BankCode), Text(line.BankAccount),
        Text(currency),
        Plain(line.Amount, scale),
        Day(window.FirstDay), Day(window.LastDay), Number(line.Sum.Payments), Plain(line.Sum.Paid, scale),
        Number(line.Sum.Refunds), Plain(line.Sum.Refunded, scale), Plain(line.CarriedIn, scale),
    ];

    static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>All decimals of the currency, no grouping: 1240, 12.50000.</summary>
    static string Plain(long units, int scale)
    {
        var digits = Math.Abs(units).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        return (units < 0 ? "-" : "") + (scale == 0 ? digits : $"{digits[..^scale]}.{digits[^scale..]}");
    }

    /// <summary>
    /// What people have typed. A name that begins like a formula would be run by a spreadsheet; amounts are ours, and
    /// one below zero is only an amount.
    /// </summary>
    static string Text(string field)
    {
        if (field is ['=' or '+' or '-' or '@' or '\t' or '\r' or '\n' or '＝' or '＋' or '－' or '＠', ..])
            field = "'" + field;
        return field.AsSpan().IndexOfAny(",\"\n\r") < 0
            ? field
            : $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
