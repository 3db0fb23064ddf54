using CityLoop.Ledger;
using CityLoop.Server.Operations.Export;

namespace CityLoop.Server.Tests.Operations.Export;

public sealed class HledgerJournalTests
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
        HledgerJournal.Amount(units, scale).ShouldBe(text);

    [Fact]
    public void A_transfer_is_dated_by_the_city_s_day_and_names_no_person()
    {
        var text = new StringWriter { NewLine = "\n" };
        var names = new Dictionary<AccountId, string> { [new(1)] = "issuing:TCP", [new(2)] = "budget:a  b;c" };
        var journal = new HledgerJournal(text, names, at => DateOnly.FromDateTime(at.UtcDateTime.AddHours(8)));
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
}
