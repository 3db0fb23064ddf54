using System.Globalization;

namespace CityLoop.Server.Merchants.Payouts;

/// <summary>How a bank's and an accountant's files write what they hold.</summary>
static class Fields
{
    public static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>As much of a text as there is room for, and no half of a character.</summary>
    public static string Cut(string text, int longest) => text.Length <= longest ? text
        : text[..(char.IsHighSurrogate(text[longest - 1]) ? longest - 1 : longest)];

    /// <summary>All decimals of the currency, no grouping: 1240, 12.50000.</summary>
    public static string Plain(long units, int scale)
    {
        var digits = Math.Abs(units).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        return (units < 0 ? "-" : "") + (scale == 0 ? digits : $"{digits[..^scale]}.{digits[^scale..]}");
    }

    /// <summary>
    /// What people have typed, for CSV. A name that begins like a formula would be run by a spreadsheet; amounts are
    /// ours, and one below zero is only an amount.
    /// </summary>
    public static string Text(string field)
    {
        if (field is ['=' or '+' or '-' or '@' or '\t' or '\r' or '\n' or '＝' or '＋' or '－' or '＠', ..])
            field = "'" + field;
        return field.AsSpan().IndexOfAny(",\"\n\r") < 0
            ? field
            : $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
