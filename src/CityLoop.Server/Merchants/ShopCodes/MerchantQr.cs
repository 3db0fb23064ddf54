using System.Globalization;
using System.Text;
using CityLoop.Server.City;

namespace CityLoop.Server.Merchants.ShopCodes;

/// <summary>
/// What a shop shows to be paid, as an EMVCo merchant-presented QR code (EMV QRCPS, version 1.1): data objects of a
/// two-digit name, a two-digit length and a value, ended by a CRC-16. A shop's account stands in a template that bears
/// our name; apps that do not know it read whose code it is, and say that they cannot pay it.
/// </summary>
/// <param name="City">The name of the city pack: a code of another city is not paid here.</param>
/// <param name="Shop">The shop's code; null where the request says whose it is.</param>
/// <param name="Request">The one payment that it is for; null on a sheet that is paid again and again.</param>
/// <param name="CurrencyNumber">Of ISO 4217, three digits; one whole point is one unit of it.</param>
/// <param name="Amount">Digits and at most one point, as it is shown; null where the payer says it.</param>
/// <param name="Country">Two capitals of ISO 3166.</param>
/// <param name="Name">The shop's name in Latin letters, and <see cref="Town"/> where it is.</param>
sealed record MerchantQr(
    string City, string? Shop, Guid? Request, string CurrencyNumber, string? Amount, string Country, string Name,
    string Town)
{
    /// <summary>The name of our template; a reversed domain, as the specification asks for.</summary>
    public const string Template = "org.cityloop";

    const int OurTemplate = 26, LengthMax = 99, NameMax = 25, TownMax = 15, CityMax = 15;

    // What categories there are is the city's affair: ISO 18245's word for none.
    const string AnyCategory = "0000";

    /// <summary>A city's name, as far as a code has room for it.</summary>
    public static string CityOf(CityPack city) => city.Name.Length <= CityMax ? city.Name : city.Name[..CityMax];

    /// <summary>The text that the picture holds.</summary>
    public string Write()
    {
        var template = Value(0, Template) + Value(1, City) + (Shop is null ? "" : Value(2, Shop))
            + (Request is { } request ? Value(3, request.ToString("N")) : "");
        var text = Value(0, "01") + Value(1, Request is null ? "11" : "12") + Value(OurTemplate, template)
            + Value(52, AnyCategory) + Value(53, CurrencyNumber) + (Amount is null ? "" : Value(54, Amount))
            + Value(58, Country) + Value(59, Latin(Name, NameMax)) + Value(60, Latin(Town, TownMax)) + "6304";
        return text + Crc(text).ToString("X4", CultureInfo.InvariantCulture);
    }

    /// <summary>Reads a code; null for whatever is not one of ours, whole and unharmed.</summary>
    public static MerchantQr? Read(string text)
    {
        const int crcLength = 8, longest = 512;
        if (text.Length is < crcLength or > longest || text[^crcLength..^4] != "6304"
            || text[^4..] != Crc(text[..^4]).ToString("X4", CultureInfo.InvariantCulture)
            || Objects(text) is not { } all || all.First().Key != 0 || all.Last().Key != 63 || all[0] != "01"
            || !IsComplete(all))
            return null;
        var ours = all.Where(o => o.Key is >= OurTemplate and <= 51).Select(o => Objects(o.Value))
            .FirstOrDefault(template => template?.GetValueOrDefault(0) == Template);
        if (ours is null || ours.GetValueOrDefault(1) is not { } city || ours.ContainsKey(2) == ours.ContainsKey(3))
            return null;
        Guid? request = null;
        if (ours.GetValueOrDefault(3) is { } named)
        {
            if (!Guid.TryParseExact(named, "N", out var id))
                return null;
            request = id;
        }

        return new MerchantQr(
            city, ours.GetValueOrDefault(2), request, all[53], all.GetValueOrDefault(54), all[58], all[59], all[60]);
    }

    /// <summary>Every object that must be there is, in its form.</summary>
    static bool IsComplete(OrderedDictionary<int, string> all) =>
        all.GetValueOrDefault(1) is null or "11" or "12"
        && all.GetValueOrDefault(52) is { Length: 4 } category && category.All(char.IsAsciiDigit)
        && all.GetValueOrDefault(53) is { Length: 3 } currency && currency.All(char.IsAsciiDigit)
        && (all.GetValueOrDefault(54) is not { } amount || IsAmount(amount))
        && all.GetValueOrDefault(58) is { Length: 2 } country && country.All(char.IsAsciiLetterUpper)
        && all.GetValueOrDefault(59) is { Length: > 0 and <= NameMax }
        && all.GetValueOrDefault(60) is { Length: > 0 and <= TownMax };

    static bool IsAmount(string text) =>
        text.Length <= 13 && text.All(sign => char.IsAsciiDigit(sign) || sign == '.')
        && text.Count(sign => sign == '.') <= 1 && char.IsAsciiDigit(text[0])
        && text.Any(sign => sign is >= '1' and <= '9');

    /// <summary>The objects in a text by their numbers, in its order; null where one is not whole.</summary>
    static OrderedDictionary<int, string>? Objects(string text)
    {
        var objects = new OrderedDictionary<int, string>();
        for (var at = 0; at < text.Length;)
        {
            if (at + 4 > text.Length || Two(text, at) is not { } number || Two(text, at + 2) is not { } length
                || length == 0 || at + 4 + length > text.Length
                || !objects.TryAdd(number, text.Substring(at + 4, length)))
                return null;
            at += 4 + length;
        }

        return objects.Count == 0 ? null : objects;
    }

    static int? Two(string text, int at) => char.IsAsciiDigit(text[at]) && char.IsAsciiDigit(text[at + 1])
        ? (text[at] - '0') * 10 + (text[at + 1] - '0')
        : null;

    static string Value(int number, string value)
    {
        if (value.Length is 0 or > LengthMax)
            throw new ArgumentException($"Object {number:00} of a shop's code cannot hold '{value}'.", nameof(value));
        return string.Create(CultureInfo.InvariantCulture, $"{number:00}{value.Length:00}{value}");
    }

    /// <summary>The letters that every reader has; a dash for a name without any.</summary>
    static string Latin(string name, int longest)
    {
        var text = string.Concat(name.Where(sign => sign is >= ' ' and <= '~')).Trim();
        return text.Length switch { 0 => "-", _ when text.Length <= longest => text, _ => text[..longest].TrimEnd() };
    }

    /// <summary>The checksum of ISO/IEC 13239 as the specification takes it: 0x1021, from 0xFFFF.</summary>
    static int Crc(string text)
    {
        var crc = 0xffff;
        foreach (var part in Encoding.UTF8.GetBytes(text))
        {
            crc ^= part << 8;
            for (var bit = 0; bit < 8; bit++)
                crc = ((crc & 0x8000) == 0 ? crc << 1 : (crc << 1) ^ 0x1021) & 0xffff;
        }

        return crc;
    }
}
