using CityLoop.Ledger;
using CityLoop.Server.Merchants;
using FsCheck;
using FsCheck.Fluent;

namespace CityLoop.Server.Tests.Merchants;

public class WalletCodesTests
{
    static readonly byte[] Key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    static readonly WalletCodes Codes = new(Key);
    static readonly DateTimeOffset Noon = new(2026, 11, 21, 4, 0, 0, TimeSpan.Zero);

    static string Shown(int account, DateTimeOffset at) =>
        Codes.Of(new(new AccountId(account), WalletCodes.StepAt(at)));

    // Worked out with Python's hmac module from the words of docs/decisions/0014-wallet-codes.md.
    [Theory]
    [InlineData(1, 0, "4380928733090099")]
    [InlineData(1, 1, "4772377477722787")]
    [InlineData(42, 58953600, "3079893448411442")]
    [InlineData(12345678, 58953600, "5504820921632503")]
    [InlineData(99999999, 58953601, "9676217466355002")]
    public void A_code_is_the_same_in_another_program(int account, long step, string digits) =>
        Codes.Of(new(new AccountId(account), step)).ShouldBe(digits);

    [Fact]
    public void Every_code_leads_back_to_its_wallet_and_step()
    {
        var wallets = Gen.Choose(1, WalletCodes.LargestAccount);
        var seconds = Gen.Choose(0, int.MaxValue);
        Prop.ForAll(
            wallets.Zip(seconds, (account, second) => (account, second)).ToArbitrary(),
            shown =>
            {
                var at = DateTimeOffset.FromUnixTimeSeconds(shown.second);
                return Codes.Read(Shown(shown.account, at), at)
                    == new WalletCode(new AccountId(shown.account), WalletCodes.StepAt(at));
            }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(-30, true, "a server whose clock is behind by one step")]
    [InlineData(0, true, "at once")]
    [InlineData(29, true, "in the same half minute")]
    [InlineData(30, true, "just after the change")]
    [InlineData(59, true, "at the end of the next half minute")]
    [InlineData(60, false, "a minute later")]
    [InlineData(-31, false, "long before it was shown")]
    public void A_code_is_good_for_its_own_half_minute_and_the_next(int secondsLater, bool good, string when)
    {
        var code = Shown(42, Noon);
        (Codes.Read(code, Noon.AddSeconds(secondsLater)) is not null).ShouldBe(good, when);
    }

    [Fact]
    public void An_old_code_is_told_from_a_wrong_one_for_some_minutes()
    {
        var code = Shown(42, Noon);
        Codes.HasRunOut(code, Noon.AddSeconds(60)).ShouldBeTrue();
        Codes.HasRunOut(code, Noon.AddMinutes(5)).ShouldBeTrue();
        Codes.HasRunOut(code, Noon.AddMinutes(6)).ShouldBeFalse();
        Codes.HasRunOut("1234567890123456", Noon).ShouldBeFalse();
    }

    [Theory]
    [InlineData("")]
    [InlineData("123456789012345")]
    [InlineData("12345678901234567")]
    [InlineData("12345678901234五6")]
    [InlineData("１２３４５６７８９０１２３４５６")]
    [InlineData("1234567890123456 OR 1=1")]
    [InlineData("+123456789012345")]
    public void What_is_not_sixteen_digits_is_no_code(string text)
    {
        Codes.Read(text, Noon).ShouldBeNull();
        Codes.HasRunOut(text, Noon).ShouldBeFalse();
    }

    [Fact]
    public void Digits_may_be_typed_in_groups()
    {
        var code = Shown(7, Noon);
        Codes.Read($"{code[..4]} {code[4..8]}-{code[8..12]} {code[12..]} ", Noon)!.Value.Account.Value.ShouldBe(7);
    }

    [Fact]
    public void One_wrong_digit_makes_no_code()
    {
        var code = Shown(42, Noon);
        for (var place = 0; place < code.Length; place++)
            for (var digit = '0'; digit <= '9'; digit++)
                if (digit != code[place])
                    Codes.Read($"{code[..place]}{digit}{code[(place + 1)..]}", Noon).ShouldBeNull();
    }

    [Fact]
    public void A_guess_is_almost_never_good()
    {
        // 3 in 100,000,000 for each guess: 20,000 guesses find one with a chance of 0.06 %, and these do not.
        var random = new Random(20261121);
        for (var guess = 0; guess < 20_000; guess++)
            Codes.Read(random.NextInt64(10_000_000_000_000_000).ToString("D16"), Noon).ShouldBeNull();
    }

    [Fact]
    public void Another_citys_key_reads_nothing()
    {
        var elsewhere = new WalletCodes([.. Key.Select(b => (byte)(255 - b))]);
        for (var account = 1; account <= 200; account++)
            elsewhere.Read(Shown(account, Noon), Noon).ShouldBeNull();
    }

    [Fact]
    public void Codes_of_one_step_never_meet()
    {
        var first = Enumerable.Range(1, 5_000).Select(account => Shown(account, Noon)[..8]).ToHashSet();
        first.Count.ShouldBe(5_000);
    }

    [Fact]
    public void Two_steps_of_one_wallet_look_like_two_wallets()
    {
        // Chi-squared over the 100 pairs (digit now, digit next) at each of the 16 places, 99 degrees of freedom: a
        // sum above 160 would come by chance once in 10,000, so a link between steps shows at any place.
        const int wallets = 10_000;
        var shown = Enumerable.Range(1, wallets)
            .Select(account => (Now: Shown(account, Noon), Next: Shown(account, Noon.AddSeconds(30))))
            .ToList();
        for (var place = 0; place < WalletCodes.Digits; place++)
        {
            var pairs = new int[100];
            foreach (var (now, next) in shown)
                pairs[(now[place] - '0') * 10 + next[place] - '0']++;
            var distance = pairs.Sum(seen => Math.Pow(seen - wallets / 100.0, 2) / (wallets / 100.0));
            distance.ShouldBeLessThan(160, $"place {place}");
        }
    }

    [Fact]
    public void The_claim_names_wallet_and_step_and_nothing_else()
    {
        var code = new WalletCode(new AccountId(42), 58953600);
        code.Claim.ShouldBe(DerivedId.From("wallet-code", "42", "58953600"));
        (code with { Step = 58953601 }).Claim.ShouldNotBe(code.Claim);
        (code with { Account = new AccountId(43) }).Claim.ShouldNotBe(code.Claim);
    }
}
