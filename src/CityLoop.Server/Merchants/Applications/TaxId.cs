namespace CityLoop.Server.Merchants.Applications;

/// <summary>The number by which a country's tax office knows a business, with its check digit.</summary>
static class TaxId
{
    const int UnifiedLength = 8;
    const int CorporateLength = 13;

    static readonly int[] UnifiedWeights = [1, 2, 1, 2, 1, 2, 4, 1];

    /// <summary>Whether it can be one of this country's (ISO 3166); of others only digits are asked.</summary>
    public static bool IsValid(string country, string number) => number.All(char.IsAsciiDigit) && country switch
    {
        "TW" => IsUnifiedNumber(number),
        "JP" => IsCorporateNumber(number),
        _ => number.Length is >= 5 and <= 20,
    };

    /// <summary>
    /// Taiwan's 統一編號: the digits of each product summed up. Since April 2023 numbers are given out whose sum is
    /// divisible by 5; before, it was 10 (財政部財政資訊中心, 營利事業統一編號檢查碼邏輯修正說明). Where the seventh
    /// digit is 7 its product's digits make 10, of which either digit counts.
    /// </summary>
    static bool IsUnifiedNumber(string number)
    {
        if (number.Length != UnifiedLength)
            return false;
        var sum = 0;
        for (var i = 0; i < UnifiedLength; i++)
        {
            var product = (number[i] - '0') * UnifiedWeights[i];
            sum += product / 10 + product % 10;
        }

        return sum % 5 == 0 || (number[6] == '7' && (sum + 1) % 5 == 0);
    }

    /// <summary>
    /// Japan's 法人番号: first the check digit, 9 less the remainder by 9 of the other twelve, which count once and
    /// twice in turn from the right (平成26年財務省令第70号 第2条).
    /// </summary>
    static bool IsCorporateNumber(string number)
    {
        if (number.Length != CorporateLength)
            return false;
        var sum = 0;
        for (var n = 1; n < CorporateLength; n++)
            sum += (number[CorporateLength - n] - '0') * (n % 2 == 0 ? 2 : 1);
        return number[0] - '0' == 9 - sum % 9;
    }
}
