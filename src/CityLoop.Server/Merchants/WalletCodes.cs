using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using CityLoop.Ledger;

namespace CityLoop.Server.Merchants;

/// <summary>What a wallet code says: whose account, and in which 30 seconds it was shown.</summary>
readonly record struct WalletCode(AccountId Account, long Step)
{
    /// <summary>The name that the payment uses up, so that the ledger takes the code once.</summary>
    public Guid Claim => DerivedId.From(
        "wallet-code",
        Account.Value.ToString(CultureInfo.InvariantCulture),
        Step.ToString(CultureInfo.InvariantCulture));
}

/// <summary>
/// The 16 digits that a person shows to pay. They change every 30 seconds and nothing is written to show them: the
/// first eight digits are the account number under a permutation that only the city can undo and that is another one
/// in every step; the last eight are a keyed check of account and step. Two codes of one wallet have nothing in
/// common for anyone without the key. docs/decisions/0014-wallet-codes.md has the odds of a guess.
/// </summary>
sealed class WalletCodes
{
    public const int StepSeconds = 30;
    public const int Digits = 16;
    public const int KeyBytes = 32;

    /// <summary>How many steps back an old code is told from a wrong one, for a better sentence at the till.</summary>
    public const int StepsRemembered = 10;

    /// <summary>The largest account number that eight digits can carry.</summary>
    public const int LargestAccount = 99_999_999;

    // Four Feistel rounds are a strong pseudo-random permutation (Luby and Rackoff 1988) for large halves; halves of
    // four digits are small, so it has ten rounds, as NIST SP 800-38G takes for FF1.
    const int Rounds = 10;
    const int Half = 10_000;
    const byte PermutationPurpose = 1;
    const byte CheckPurpose = 2;

    readonly byte[] _key;

    public WalletCodes(ReadOnlySpan<byte> key)
    {
        if (key.Length != KeyBytes)
            throw new ArgumentException($"The key of the wallet codes has {KeyBytes} bytes.", nameof(key));
        _key = key.ToArray();
    }

    public static long StepAt(DateTimeOffset at) => at.ToUnixTimeSeconds() / StepSeconds;

    public static DateTimeOffset EndOf(long step) => DateTimeOffset.FromUnixTimeSeconds((step + 1) * StepSeconds);

    /// <summary>The code of a wallet in a step, 16 digits without blanks.</summary>
    public string Of(WalletCode code)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(code.Account.Value, nameof(code));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(code.Account.Value, LargestAccount, nameof(code));
        Span<byte> stepKey = stackalloc byte[32];
        StepKey(PermutationPurpose, code.Step, stepKey);
        var hidden = Permute(stepKey, code.Account.Value);
        return string.Create(CultureInfo.InvariantCulture, $"{hidden:D8}{Check(code):D8}");
    }

    /// <summary>
    /// Reads a code at <paramref name="now"/>: good in its own step and the one after it, so for 30 to 60 seconds,
    /// and one step early for a server whose clock is behind. Blanks and dashes between the digits do not matter.
    /// </summary>
    public WalletCode? Read(string text, DateTimeOffset now)
    {
        var step = StepAt(now);
        return Parse(text) is not var (hidden, check) ? null
            : Try(hidden, check, step) ?? Try(hidden, check, step - 1) ?? Try(hidden, check, step + 1);
    }

    /// <summary>True for a code that was good some minutes ago: the person only has to show the new one.</summary>
    public bool HasRunOut(string text, DateTimeOffset now)
    {
        if (Parse(text) is not var (hidden, check))
            return false;
        var step = StepAt(now);
        for (var back = 2; back <= StepsRemembered; back++)
            if (Try(hidden, check, step - back) is not null)
                return true;
        return false;
    }

    /// <summary>
    /// True when this is the code behind a claim that was used at <paramref name="at"/>: a till that asks again after
    /// minutes, because the answer was lost, still holds the code of that time.
    /// </summary>
    public bool IsBehind(Guid claim, AccountId account, DateTimeOffset at, string text)
    {
        if (Parse(text) is not var (hidden, check))
            return false;
        var step = StepAt(at);
        for (var shown = step - 1; shown <= step + 1; shown++)
            if (Try(hidden, check, shown) is { } code && code.Account == account && code.Claim == claim)
                return true;
        return false;
    }

    /// <summary>True for 16 digits, whatever they mean.</summary>
    public static bool IsWellFormed(string text) => Parse(text) is not null;

    WalletCode? Try(int hidden, int check, long step)
    {
        Span<byte> stepKey = stackalloc byte[32];
        StepKey(PermutationPurpose, step, stepKey);
        var account = Unpermute(stepKey, hidden);
        var code = new WalletCode(new AccountId(account), step);
        return account > 0 && Check(code) == check ? code : null;
    }

    static (int Hidden, int Check)? Parse(string text)
    {
        Span<char> digits = stackalloc char[Digits];
        var count = 0;
        foreach (var character in text)
        {
            if (character is ' ' or '-')
                continue;
            if (!char.IsAsciiDigit(character) || count == Digits)
                return null;
            digits[count++] = character;
        }

        return count == Digits
            ? (NumberOf(digits[..8]), NumberOf(digits[8..]))
            : null;
    }

    static int NumberOf(ReadOnlySpan<char> digits) => int.Parse(digits, CultureInfo.InvariantCulture);

    static int Permute(ReadOnlySpan<byte> stepKey, int number)
    {
        var (left, right) = (number / Half, number % Half);
        for (var round = 0; round < Rounds; round++)
            (left, right) = (right, (left + RoundValue(stepKey, round, right)) % Half);
        return left * Half + right;
    }

    static int Unpermute(ReadOnlySpan<byte> stepKey, int number)
    {
        var (left, right) = (number / Half, number % Half);
        for (var round = Rounds - 1; round >= 0; round--)
            (left, right) = ((right - RoundValue(stepKey, round, left) + Half) % Half, left);
        return left * Half + right;
    }

    static int RoundValue(ReadOnlySpan<byte> stepKey, int round, int half)
    {
        Span<byte> said = stackalloc byte[3];
        said[0] = (byte)round;
        BinaryPrimitives.WriteUInt16BigEndian(said[1..], (ushort)half);
        Span<byte> digest = stackalloc byte[32];
        HMACSHA256.HashData(stepKey, said, digest);
        return (int)(BinaryPrimitives.ReadUInt64BigEndian(digest) % Half);
    }

    int Check(WalletCode code)
    {
        Span<byte> stepKey = stackalloc byte[32];
        StepKey(CheckPurpose, code.Step, stepKey);
        Span<byte> said = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(said, code.Account.Value);
        Span<byte> digest = stackalloc byte[32];
        HMACSHA256.HashData(stepKey, said, digest);
        return (int)(BinaryPrimitives.ReadUInt64BigEndian(digest) % 100_000_000);
    }

    void StepKey(byte purpose, long step, Span<byte> stepKey)
    {
        Span<byte> said = stackalloc byte[9];
        said[0] = purpose;
        BinaryPrimitives.WriteInt64BigEndian(said[1..], step);
        HMACSHA256.HashData(_key, said, stepKey);
    }
}
