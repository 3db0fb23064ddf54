using CityLoop.Ledger;
using CityLoop.Server.Operations.Export;

namespace CityLoop.Server.Tests.Operations.Export;

public sealed class BookTextTests
{
    static readonly DateTimeOffset At = new(2026, 11, 21, 17, 30, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0, 0, "0")]
    [InlineData(1240, 0, "1240")]
    [InlineData(1, 5, "0.00001")]
    [InlineData(-1, 5, "-0.00001")]
    [InlineData(33852671306, 5, "338526.71306")]
    [InlineData(-100000, 5, "-1.00000")]
    [InlineData(long.MaxValue, 9, "9223372036.854775807")]
    [InlineData(long.MinValue, 2, "-92233720368547758.08")]
    public void An_amount_has_all_of_its_currency_s_decimals(long units, int scale, string text) =>
        BookText.Amount(units, scale).ShouldBe(text);

    [Fact]
    public void A_transfer_is_dated_by_the_city_s_day_and_names_no_person()
    {
        var text = new StringWriter { NewLine = "\n" };
        var names = new Dictionary<AccountId, string> { [new(1)] = "issuing:TCP", [new(2)] = "budget:a  b;c" };
        var journal = new HledgerText(text, names, InTaipei);
        var id = DerivedId.From("test");

        journal.Write(new JournalEntry(1, At, new DefineCurrency(id, new(1), "TCP", 0)));
        journal.Write(new JournalEntry(2, At, new OpenAccount(id, new(1), AccountKind.Issuing)));
        journal.Write(new JournalEntry(3, At, new OpenAccount(id, new(1), AccountKind.Budget)));
        journal.Write(new JournalEntry(4, At, new OpenAccount(id, new(1), AccountKind.Person)));
        journal.Write(new JournalEntry(5, At, new Transfer(id, new(2), new(3), 100, TransferCode.Earn)
        {
            LastDay = new DateOnly(2027, 5, 22),
            EffectiveAt = At.AddDays(-2),
        }));

        text.ToString().ShouldBe($"""
            commodity 1000. TCP

            account issuing:TCP

            account budget:a--b-c

            account person:000003

            2026-11-20=2026-11-22 (5) Earn  ; id:{id}, last-day:2027-05-22
                budget:a--b-c  -100 TCP
                person:000003  100 TCP


            """.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Two_names_that_are_spelt_alike_stay_two_accounts()
    {
        var text = new StringWriter { NewLine = "\n" };
        var names = new Dictionary<AccountId, string>
        {
            [new(1)] = "budget:古蹟", [new(2)] = "budget:老街", [new(3)] = "budget:a b", [new(4)] = "budget:a-b",
        };
        var journal = new BeancountText(text, names, InTaipei);

        journal.Write(new JournalEntry(1, At, new DefineCurrency(DerivedId.From("c"), new(1), "TCP", 0)));
        for (var i = 2; i <= 5; i++)
            journal.Write(new JournalEntry(i, At, new OpenAccount(DerivedId.From($"{i}"), new(1), AccountKind.Budget)));

        text.ToString().Split('\n').Where(line => line.Contains(" open ", StringComparison.Ordinal)).ShouldBe(
        [
            "1900-01-01 open Assets:Budget:X-- TCP", "1900-01-01 open Assets:Budget:X---000002 TCP",
            "1900-01-01 open Assets:Budget:A-b TCP", "1900-01-01 open Assets:Budget:A-b-000004 TCP",
        ]);
    }

    static DateTimeOffset InTaipei(DateTimeOffset at) => at.ToOffset(TimeSpan.FromHours(8));
}
