using CityLoop.Server.Merchants.ShopCodes;

namespace CityLoop.Server.Tests.Merchants.ShopCodes;

/// <summary>Codes are written as the specification has them, and nothing but a whole one of ours is read.</summary>
public sealed class MerchantQrTests
{
    static readonly MerchantQr Sheet =
        new("demo", "sunflower", null, "901", null, "TW", "Sunflower Bakery", "Taichung");

    static readonly MerchantQr Once = Sheet with
    {
        Shop = null, Request = Guid.Parse("0198c5a0-0000-7000-8000-000000000001"), Amount = "160",
    };

    [Fact]
    public void A_code_is_written_object_by_object_and_ends_with_its_checksum()
    {
        Sheet.Write().ShouldStartWith(
            "000201" + "010211" + "26370012org.cityloop0104demo0209sunflower" + "52040000" + "5303901" + "5802TW"
            + "5916Sunflower Bakery" + "6008Taichung" + "6304");
        Once.Write().ShouldStartWith(
            "000201" + "010212" + "26600012org.cityloop0104demo03320198c5a0000070008000000000000001"
            + "52040000" + "5303901" + "5403160" + "5802TW");
    }

    [Theory]
    // The check value of this CRC for the nine digits, as catalogues of CRCs have it (CRC-16/IBM-3740), inside a code
    // would need a code; so: the example code of the specification's own annex, whose checksum others computed.
    [InlineData("00020101021229300012D156000000000510A93FO3230Q31280012D15600000001030812345678520441115802CN"
        + "5914BEST TRANSPORT6007BEIJING64200002ZH0104最佳运输0202北京540523.7253031565502016233030412340603***"
        + "0708A60086670902ME91320016A0112233449988770708123456786304A13A")]
    public void The_specification_s_example_is_whole_and_not_ours(string example)
    {
        MerchantQr.Read(example).ShouldBeNull("its templates bear other names");
        // Ours in place of one of its templates, and the checksum with it, is read: all else in it was right.
        var ours = example[..^8].Replace(
            "29300012D156000000000510A93FO3230Q", "29370012org.cityloop0104demo0209sunflower",
            StringComparison.Ordinal);
        MerchantQr.Read(Signed(ours)).ShouldBe(new MerchantQr(
            "demo", "sunflower", null, "156", "23.72", "CN", "BEST TRANSPORT", "BEIJING"));
        MerchantQr.Read(Signed(example[..^8]))!.ShouldBeNull();
        Signed(example[..^8]).ShouldBe(example, "the checksum is the one that stands there");
    }

    [Fact]
    public void What_is_written_is_read()
    {
        MerchantQr.Read(Sheet.Write()).ShouldBe(Sheet);
        MerchantQr.Read(Once.Write()).ShouldBe(Once);
        MerchantQr.Read((Sheet with { Name = "向日葵 Sun & Flower Bakery Ltd.", Town = "臺中" }).Write()).ShouldBe(
            Sheet with { Name = "Sun & Flower Bakery Ltd.", Town = "-" });
    }

    [Theory]
    [InlineData("")]
    [InlineData("6304FFFF")]
    [InlineData("https://city.example/pay/sunflower")]
    [InlineData("000201")]
    public void What_is_no_code_is_none(string text) => MerchantQr.Read(text).ShouldBeNull();

    [Theory]
    [InlineData("000201", "000202", "another version")]
    [InlineData("000201010211", "010211000201", "the version stands first")]
    [InlineData("010211", "010213", "neither once nor again and again")]
    [InlineData("010211", "010211010211", "twice")]
    [InlineData("0104demo", "", "no city")]
    [InlineData("0209sunflower", "", "no shop")]
    [InlineData("52040000", "", "no category")]
    [InlineData("52040000", "5204000x", "a category of letters")]
    [InlineData("5303901", "", "no currency")]
    [InlineData("5303901", "530290", "a currency of two digits")]
    [InlineData("5303901", "530390154031.0.", "an amount that is none")]
    [InlineData("5303901", "530390154020.", "nothing")]
    [InlineData("5303901", "5303901540500000", "zero")]
    [InlineData("5802TW", "5802tw", "a country in small letters")]
    [InlineData("5802TW", "", "no country")]
    [InlineData("5916Sunflower Bakery", "", "no name")]
    [InlineData("5916Sunflower Bakery", "5926Sunflower Bakery Sunflower", "too long a name")]
    [InlineData("6008Taichung", "6000", "an empty town")]
    [InlineData("6008Taichung", "6099Taichung", "longer than the text")]
    [InlineData("6008Taichung", "60O8Taichung", "a length that is none")]
    [InlineData("6008Taichung", "６008Taichung", "digits of another script")]
    [InlineData("0012org.cityloop", "0012com.cityloop", "another's template")]
    public void A_code_that_breaks_a_rule_is_refused_though_its_checksum_is_right(string good, string bad, string why)
    {
        var text = Sheet.Write()[..^8];
        text.ShouldContain(good);
        // The template's own length follows.
        var broken = text.Replace(good, bad, StringComparison.Ordinal).Replace(
            "2637", $"26{37 + (bad.Length - good.Length) * (good.StartsWith("010", StringComparison.Ordinal)
                || good.StartsWith("020", StringComparison.Ordinal) || good.StartsWith("001", StringComparison.Ordinal)
                ? good.StartsWith("0102", StringComparison.Ordinal) ? 0 : 1 : 0):00}",
            StringComparison.Ordinal);

        MerchantQr.Read(Signed(broken)).ShouldBeNull(why);
    }

    [Theory]
    [InlineData("0332")]
    [InlineData("0331")]
    [InlineData("0333")]
    public void A_payment_s_name_that_is_none_is_refused(string length)
    {
        var text = Once.Write()[..^8].Replace("0332", length, StringComparison.Ordinal)
            .Replace("0198c5a0", "0198c5ax", StringComparison.Ordinal);

        MerchantQr.Read(Signed(text)).ShouldBeNull();
    }

    [Fact]
    public void No_text_however_broken_makes_the_reader_fall_over_and_none_is_taken_for_another_shop_s()
    {
        var random = new Random(20261122);
        string[] codes = [Sheet.Write(), Once.Write()];
        const string signs = "0123456789abcXYZ.-~ 臺\0\ud800";
        var (read, signed) = (0, 0);
        for (var i = 0; i < 200_000; i++)
        {
            var text = codes[i % 2].ToCharArray();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
                text[random.Next(text.Length)] = signs[random.Next(signs.Length)];
            var broken = random.Next(4) switch
            {
                0 => new string(text)[random.Next(text.Length)..],
                1 => new string(text)[..random.Next(text.Length)],
                _ => new string(text),
            };
            read += MerchantQr.Read(broken) is { } found && found != Sheet && found != Once ? 1 : 0;
            // With a right checksum all rules but that one are tried.
            if (broken.Length > 8)
                signed += MerchantQr.Read(Signed(broken[..^8])) is not null ? 1 : 0;
        }

        read.ShouldBeLessThan(10, "a checksum of 16 bits misses one change of 65,536");
        signed.ShouldBeGreaterThan(1_000, "a changed name or shop is a code, too: what it pays is seen before the tap");
    }

    [Fact]
    public void A_value_that_has_no_room_is_the_programmer_s_fault() =>
        Should.Throw<ArgumentException>(() => (Sheet with { Shop = new string('x', 100) }).Write());

    [Fact]
    public void The_longest_names_of_a_city_and_a_shop_have_room() =>
        MerchantQr.Read((Sheet with { City = new string('c', 15), Shop = new string('s', 40) }).Write())
            .ShouldNotBeNull();

    /// <summary>A text with the checksum of its own, computed bit by bit as another would.</summary>
    static string Signed(string text)
    {
        var message = System.Text.Encoding.UTF8.GetBytes(text + "6304");
        var crc = 0xffff;
        foreach (var part in message)
            for (var bit = 7; bit >= 0; bit--)
            {
                var carry = ((crc >> 15) & 1) != ((part >> bit) & 1);
                crc = (crc << 1) & 0xffff;
                crc ^= carry ? 0x1021 : 0;
            }

        return $"{text}6304{crc:X4}";
    }
}
