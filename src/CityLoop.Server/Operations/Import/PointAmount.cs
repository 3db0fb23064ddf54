using CityLoop.Ledger;

namespace CityLoop.Server.Operations.Import;

/// <summary>
/// A decimal number as text, turned exactly into a currency's smallest units: no double ever sees it.
/// </summary>
static class PointAmount
{
    /// <summary>Reads digits with at most one point between them, and a minus sign that leads to a refusal.</summary>
    /// <param name="scale">Decimals of the currency, 0 to 9.</param>
    /// <returns>Posted when <paramref name="units"/> holds the amount, else the first rule that it breaks.</returns>
    public static RowOutcome Read(ReadOnlySpan<char> text, int scale, out long units)
    {
        units = 0;
        var isNegative = text is ['-', ..];
        var digits = isNegative ? text[1..] : text;
        var point = digits.IndexOf('.');
        var whole = point < 0 ? digits : digits[..point];
        var decimals = point < 0 ? "" : digits[(point + 1)..];
        if (!IsDigits(whole) || (point >= 0 && !IsDigits(decimals)))
            return RowOutcome.AmountIsNotANumber;

        decimals = decimals.TrimEnd('0');
        whole = whole.TrimStart('0');
        if (isNegative || (whole.IsEmpty && decimals.IsEmpty))
            return RowOutcome.AmountIsNotPositive;
        if (decimals.Length > scale)
            return RowOutcome.AmountHasTooManyDecimals;
        // 19 digits and 9 decimals fit an Int128 many times over.
        if (whole.Length > 19)
            return RowOutcome.AmountIsTooLarge;

        Int128 value = 0;
        foreach (var digit in whole)
            value = value * 10 + (digit - '0');
        for (var i = 0; i < scale; i++)
            value = value * 10 + (i < decimals.Length ? decimals[i] - '0' : 0);
        if (value > Transfer.MaxAmount)
            return RowOutcome.AmountIsTooLarge;
        units = (long)value;
        return RowOutcome.Posted;
    }

    static bool IsDigits(ReadOnlySpan<char> text) => !text.IsEmpty && !text.ContainsAnyExceptInRange('0', '9');
}
