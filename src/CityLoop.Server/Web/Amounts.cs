using System.Globalization;
using System.Text;
using CityLoop.Server.Shared;

namespace CityLoop.Server.Web;

/// <summary>Amounts as a person reads and types them: smallest units, with the decimals that the scale gives.</summary>
static class Amounts
{
    /// <summary><c>1240, 0</c> is "1,240"; <c>1250000, 5</c> is "12.5": zeros at the end say nothing.</summary>
    public static string Format(long units, int scale = 0)
    {
        var exact = Exact(units, scale);
        return scale == 0 ? exact : exact.TrimEnd('0').TrimEnd('.');
    }

    /// <summary>The amount with all its decimals, so that a column lines up.</summary>
    public static string Exact(long units, int scale = 0)
    {
        var digits = UInt128.CreateChecked(Int128.Abs(units)).ToString(CultureInfo.InvariantCulture);
        digits = digits.PadLeft(scale + 1, '0');
        var text = new StringBuilder(units < 0 ? "\u2212" : "");
        var whole = digits.Length - scale;
        for (var i = 0; i < whole; i++)
        {
            text.Append(digits[i]);
            if ((whole - i - 1) % 3 == 0 && i < whole - 1)
                text.Append(',');
        }

        return scale == 0 ? text.ToString() : text.Append('.').Append(digits, whole, scale).ToString();
    }

    /// <summary>The amount with its sign: "+100", "−60", "0".</summary>
    public static string Signed(long units, int scale = 0) => (units > 0 ? "+" : "") + Format(units, scale);

    /// <summary>Reads an amount above zero as people type it: "1,240", "１２４０", "12.5" where the scale allows.</summary>
    public static bool TryRead(string? typed, int scale, out long units)
    {
        units = 0;
        var text = HalfWidth.Of(typed).Trim().Replace(",", "", StringComparison.Ordinal);
        var point = text.IndexOf('.', StringComparison.Ordinal);
        var decimals = point < 0 ? "" : text[(point + 1)..];
        var digits = (point < 0 ? text : text[..point]) + decimals.PadRight(scale, '0');
        return decimals.Length <= scale && (point < 0 || decimals.Length > 0) && text.Length is > 0 and <= 24
            && long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out units) && units > 0;
    }
}
