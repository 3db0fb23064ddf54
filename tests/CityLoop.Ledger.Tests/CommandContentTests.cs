using System.Reflection;

namespace CityLoop.Ledger.Tests;

/// <summary>Two commands with one id must say the same, field by field.</summary>
public sealed class CommandContentTests
{
    static readonly DateTimeOffset At = new(2026, 11, 21, 4, 0, 0, TimeSpan.Zero);
    static readonly CurrencyId Currency = new(1);
    static readonly AccountId One = new(1), Other = new(2);

    public static TheoryData<LedgerCommand> Commands =>
    [
        new DefineCurrency(New(1), Currency, "TCP", 0),
        new OpenAccount(New(1), Currency, AccountKind.Person),
        new BeginDay(New(1), new DateOnly(2026, 11, 21)),
        new Transfer(New(1), One, Other, 5, TransferCode.Pay),
        new Transfer(New(1), One, Other, 5, TransferCode.Pay)
        {
            LastDay = new DateOnly(2026, 12, 31), Reverses = New(2), EarnedBy = New(3), Hold = New(4), Claim = New(5),
            Reference = New(6), EffectiveAt = At,
        },
        new PlaceHold(New(1), One, Other, 5, TransferCode.Pay, At) { Claim = New(5), Reference = New(6) },
        new PlaceHold(New(1), One, Other, 5, TransferCode.Pay, At),
        new ReleaseHold(New(1), New(2), One),
        new ChangeAccount(New(1), One, AccountStatus.Frozen, 1, 2),
        new ChangeAccount(New(1), One, AccountStatus.Frozen),
        new SetLevel(New(1), One, 1),
    ];

    [Theory]
    [MemberData(nameof(Commands), DisableDiscoveryEnumeration = true)]
    public void Every_field_of_a_command_is_part_of_what_it_says(LedgerCommand command) =>
        EveryChangeShouldCount(command, changed => CommandContent.Digest((LedgerCommand)changed));

    [Fact]
    public void Every_field_of_a_limit_is_part_of_what_it_says() => EveryChangeShouldCount(
        new Limit(1, Currency, TransferCode.Pay, LimitPer.Giver, LimitPeriod.Day, 10) 
        {
            Reference = New(6), UpToLevel = 1,
        },
        changed => CommandContent.Digest(new SetLimit(New(1), (Limit)changed)));

    [Fact]
    public void Of_at_most_counts_what_was_asked_and_not_what_moved()
    {
        var atMost = Transfer.UpTo(New(1), One, Other, 5, TransferCode.Pay);

        CommandContent.Digest(atMost with { Amount = 3 }).ShouldBe(CommandContent.Digest(atMost));
        CommandContent.Digest(atMost with { AtMost = 6 }).ShouldNotBe(CommandContent.Digest(atMost));
        CommandContent.Digest(atMost with { AtMost = null }).ShouldNotBe(CommandContent.Digest(atMost));
    }

    static void EveryChangeShouldCount(object command, Func<object, ulong> digest)
    {
        var fields = command.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(field => field.CanWrite && field.Name != nameof(LedgerCommand.Id)).ToList();
        fields.ShouldNotBeEmpty();
        var digests = new HashSet<ulong> { digest(command) };
        foreach (var field in fields)
        {
            var changed = command.GetType().GetMethod("<Clone>$")!.Invoke(command, null)!;
            field.SetValue(changed, AnotherThan(field.GetValue(command), field.PropertyType));
            digests.Add(digest(changed)).ShouldBeTrue(field.Name);
        }
    }

    static object? AnotherThan(object? value, Type type) => value switch
    {
        bool yes => !yes,
        long number => number + 1,
        int number => number + 1,
        short number => (short)(number + 1),
        string text => text + "X",
        Guid or DateTimeOffset or DateOnly when Nullable.GetUnderlyingType(type) is not null => null,
        Guid => New(99),
        DateTimeOffset time => time.AddTicks(TimeSpan.TicksPerMicrosecond),
        DateOnly day => day.AddDays(1),
        AccountId account => new AccountId(account.Value + 10),
        CurrencyId currency => new CurrencyId((short)(currency.Value + 10)),
        Enum word => Enum.ToObject(word.GetType(), Convert.ToInt64(word, null) + 1),
        null => Nullable.GetUnderlyingType(type) switch
        {
            var t when t == typeof(Guid) => New(99),
            var t when t == typeof(long) => 7L,
            var t when t == typeof(DateOnly) => new DateOnly(2027, 1, 1),
            var t when t == typeof(DateTimeOffset) => At,
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, "No value of this kind is known here."),
        },
        _ => throw new ArgumentOutOfRangeException(nameof(value), value, "No other value of this kind is known here."),
    };

    static Guid New(int number) => DerivedId.From($"{number}");
}
