using System.Security.Cryptography;

namespace CityLoop.Server.Vouchers;

/// <summary>How many books an applicant wishes for.</summary>
/// <param name="Id">The number of the application, which says nothing of the person.</param>
readonly record struct Wish(Guid Id, int Books);

/// <summary>
/// Shares a series out. Pure: the same wishes and the same seed give the same result in whatever order the wishes
/// come, so that anybody can work it out again from the published list (docs/decisions/0070).
/// </summary>
static class Allotment
{
    /// <summary>
    /// The place of an application in the draw: SHA-256 over the seed and the 16 bytes of its number, as hexadecimal
    /// text; the smallest comes first.
    /// </summary>
    public static string KeyOf(byte[] seed, Guid id)
    {
        Span<byte> bytes = stackalloc byte[seed.Length + 16];
        seed.CopyTo(bytes);
        id.TryWriteBytes(bytes[seed.Length..], bigEndian: true, out _);
        return Convert.ToHexStringLower(SHA256.HashData(bytes));
    }

    /// <summary>What everybody gets: never more than they wish, never more than there is.</summary>
    public static IReadOnlyDictionary<Guid, int> Of(
        IReadOnlyCollection<Wish> wishes, long books, AllotmentRule rule, byte[] seed)
    {
        var wished = wishes.Sum(wish => (long)wish.Books);
        if (wished <= books)
            return wishes.ToDictionary(wish => wish.Id, wish => wish.Books);
        var drawn = wishes.OrderBy(wish => KeyOf(seed, wish.Id), StringComparer.Ordinal).ToList();
        return rule == AllotmentRule.Draw ? ByDraw(drawn, books) : ByShare(drawn, books, wished);
    }

    /// <summary>In the order of the draw each gets all of their wish; who comes last gets what is left.</summary>
    static Dictionary<Guid, int> ByDraw(List<Wish> drawn, long books)
    {
        var result = new Dictionary<Guid, int>(drawn.Count);
        foreach (var wish in drawn)
        {
            var got = (int)Math.Min(wish.Books, books);
            result[wish.Id] = got;
            books -= got;
        }

        return result;
    }

    /// <summary>
    /// Each gets the whole books of their share; those that are left go, one each, to the largest remainders, and
    /// among equal ones in the order of the draw.
    /// </summary>
    static Dictionary<Guid, int> ByShare(List<Wish> drawn, long books, long wished)
    {
        var result = drawn.ToDictionary(wish => wish.Id, wish => (int)(wish.Books * books / wished));
        var left = (int)(books - result.Values.Sum(got => (long)got));
        foreach (var wish in drawn.OrderByDescending(wish => wish.Books * books % wished).Take(left))
            result[wish.Id]++;
        return result;
    }
}
