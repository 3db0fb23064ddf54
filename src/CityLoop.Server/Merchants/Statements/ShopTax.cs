using CityLoop.Server.Merchants.Applications;

namespace CityLoop.Server.Merchants.Statements;

/// <summary>What a shop's tax papers need to know of it.</summary>
/// <param name="Number">
/// By which the tax office knows the seller: Taiwan's 統一編號, Japan's 登録番号; empty where nobody has said.
/// </param>
/// <param name="Percent">The rate of sales tax that its prices include; null where nobody has said.</param>
readonly record struct ShopTax(string Number, int? Percent)
{
    /// <summary>
    /// The tax inside of an amount, in the same unit. Taiwan rounds half up (統一發票使用辦法 article 9); Japan lets the
    /// seller choose once for each document (消費税法施行令 article 70-10), and most cut off.
    /// </summary>
    public static long In(long amount, int percent, string country)
    {
        var part = (Int128)Math.Abs(amount) * percent;
        var whole = 100 + percent;
        var tax = (long)(country == "JP" ? part / whole : (part * 2 + whole) / (whole * 2));
        return amount < 0 ? -tax : tax;
    }

    /// <summary>Whether a number can be a seller's in a country: Japan's begins with T and may be a person's.</summary>
    public static bool IsNumber(string country, string number) => country == "JP"
        ? number.Length == 14 && number[0] == 'T' && number.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0
        : TaxId.IsValid(country, number);
}
