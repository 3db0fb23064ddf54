using System.Security.Cryptography;
using System.Text;
using CityLoop.Server.Shared;

namespace CityLoop.Server.Pass.Cards;

/// <summary>The six digits that a card asks for above the sum that it pays without.</summary>
static class CardPin
{
    public const int Length = 6;
    const int SaltBytes = 16;
    const int HashBytes = 32;

    /// <summary>
    /// Slow enough that a stolen table costs hours for each card, quick enough for a till (30 ms). A PIN has too few
    /// digits for more: what guards it is the waiting after wrong ones.
    /// </summary>
    const int Rounds = 100_000;

    /// <summary>How many wrong ones in a row cost nothing.</summary>
    public const int FreeTries = 5;

    static readonly TimeSpan FirstWait = TimeSpan.FromMinutes(1);
    static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    /// <summary>Six digits; null for anything else.</summary>
    public static string? Read(string? typed) =>
        HalfWidth.Of(typed).Trim() is { Length: Length } pin && pin.All(char.IsAsciiDigit) ? pin : null;

    /// <summary>True for what a thief tries first: one digit six times, and digits in a row.</summary>
    public static bool IsTooSimple(string pin)
    {
        var steps = pin.Zip(pin.Skip(1), (a, b) => b - a).Distinct().ToList();
        return steps is [0 or 1 or -1];
    }

    public static (byte[] Salt, byte[] Hash) Keep(string pin)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        return (salt, HashOf(pin, salt));
    }

    public static bool IsRight(string pin, byte[] salt, byte[] hash) =>
        CryptographicOperations.FixedTimeEquals(HashOf(pin, salt), hash);

    /// <summary>
    /// How long no PIN is looked at after so many wrong ones in a row: a minute, two, four, up to a day.
    /// </summary>
    public static TimeSpan WaitAfter(int wrong) => wrong < FreeTries ? TimeSpan.Zero
        : TimeSpan.FromTicks(Math.Min(LongestWait.Ticks, FirstWait.Ticks << Math.Min(wrong - FreeTries, 20)));

    static byte[] HashOf(string pin, byte[] salt) => Rfc2898DeriveBytes.Pbkdf2(
        Encoding.ASCII.GetBytes(pin), salt, Rounds, HashAlgorithmName.SHA256, HashBytes);
}
