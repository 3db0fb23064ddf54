using CityLoop.Server.Merchants.Applications;

namespace CityLoop.Server.Tests.Merchants.Applications;

/// <summary>The numbers of businesses, with what their check digits promise to find.</summary>
public sealed class TaxIdTests
{
    /// <summary>Pairs of digits that a sum by 5 cannot tell apart, by the weight of their place.</summary>
    static readonly Dictionary<int, string[]> AlikeByWeight = new()
    {
        [1] = ["05", "16", "27", "38", "49"],
        [2] = ["07", "18", "29", "35", "46"],
        // A seven there counts as one or as nothing.
        [4] = ["08", "19", "23", "45", "07", "78", "67"],
    };

    [Theory]
    // TSMC; the two examples of the finance ministry's notice, the second with a seven at the seventh place.
    [InlineData("TW", "22099131", true)]
    [InlineData("TW", "04595257", true)]
    [InlineData("TW", "10458575", true)]
    // Holds only because of the rule for the seven: its sum is 39.
    [InlineData("TW", "00238778", true)]
    // Divisible by five and not by ten: given out since April 2023.
    [InlineData("TW", "04595252", true)]
    [InlineData("TW", "04595258", false)]
    [InlineData("TW", "0459525", false)]
    [InlineData("TW", "045952570", false)]
    [InlineData("TW", "0459525A", false)]
    [InlineData("TW", "０4595257", false)]
    [InlineData("TW", "", false)]
    // The National Tax Agency; an example in its tables; a company.
    [InlineData("JP", "7000012050002", true)]
    [InlineData("JP", "4011001098993", true)]
    [InlineData("JP", "8000012050002", false)]
    [InlineData("JP", "700001205000", false)]
    [InlineData("JP", "70000120500020", false)]
    [InlineData("JP", "04595257", false)]
    public void A_number_is_one_of_its_country_s_or_not(string country, string number, bool isOne) =>
        TaxId.IsValid(country, number).ShouldBe(isOne);

    [Theory]
    [InlineData("22099131")]
    [InlineData("04595257")]
    [InlineData("04595252")]
    public void A_wrong_digit_of_a_number_in_Taiwan_is_found_unless_it_counts_the_same(string number)
    {
        int[] weights = [1, 2, 1, 2, 1, 2, 4, 1];
        for (var place = 0; place < weights.Length; place++)
            for (var digit = '0'; digit <= '9'; digit++)
            {
                if (digit == number[place])
                    continue;
                var pair = string.Concat(new[] { digit, number[place] }.Order());
                TaxId.IsValid("TW", With(number, place, digit)).ShouldBe(
                    AlikeByWeight[weights[place]].Contains(pair), $"place {place + 1}, {number[place]} as {digit}");
            }
    }

    [Theory]
    [InlineData("7000012050002")]
    [InlineData("4011001098993")]
    public void Every_wrong_digit_and_every_swap_of_neighbours_in_Japan_is_found_but_for_nought_and_nine(string number)
    {
        for (var place = 0; place < number.Length; place++)
        {
            for (var digit = '0'; digit <= '9'; digit++)
                if (digit != number[place])
                    TaxId.IsValid("JP", With(number, place, digit)).ShouldBe(
                        place > 0 && IsNoughtAndNine(digit, number[place]), $"{place + 1}: {digit}");
            if (place == 0 || number[place] == number[place - 1])
                continue;
            var swapped = With(With(number, place, number[place - 1]), place - 1, number[place]);
            TaxId.IsValid("JP", swapped).ShouldBe(
                place > 1 && IsNoughtAndNine(number[place], number[place - 1]), swapped);
        }
    }

    static bool IsNoughtAndNine(char one, char other) => (one, other) is ('0', '9') or ('9', '0');

    static string With(string number, int place, char digit) => $"{number[..place]}{digit}{number[(place + 1)..]}";
}
