namespace CityLoop.Ledger.Tests;

/// <summary>Copies of the books stay what they were, whatever the books do, and cost nothing afterwards.</summary>
public sealed class CopiesTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void A_copy_stays_as_it_was_until_it_is_released_and_takes_no_part_in_what_happens_later(int seed)
    {
        var random = new Random(seed);
        var city = new RandomCity(seed);
        var copies = new List<(LedgerState Copy, byte[] Was)>();
        for (var i = 0; i < 400; i++)
        {
            city.Live(random.Next(8));
            var books = city.Books.ToBytes();
            if (random.Next(4) == 0)
                copies.Add((city.Books.Copy(), books));
            if (copies.Count == 0)
                continue;
            var at = random.Next(copies.Count);
            var (copy, was) = copies[at];
            switch (random.Next(6))
            {
                case 0:
                    copies.Add((copy.Copy(), was));
                    break;
                case 1:
                    Open(copy, random, random.Next(1, 60));
                    copies[at] = (copy, copy.ToBytes());
                    break;
                case 2 or 3 when copies.Count > 3:
                    IsAs(copy, was).ShouldBeTrue();
                    copy.Release();
                    copies.RemoveAt(at);
                    break;
            }

            IsAs(city.Books, books).ShouldBeTrue();
        }

        copies.Count.ShouldBeGreaterThan(2);
        foreach (var (copy, was) in copies)
            IsAs(copy, was).ShouldBeTrue();
    }

    [Fact]
    public void Pages_that_a_released_copy_used_are_used_again()
    {
        var copies = new BookCopies();
        var rows = new PagedRows<long>(copies);
        const int count = 200_000;
        for (var i = 0; i < count; i++)
            rows.Writable(i) = i;
        var before = rows.PagesTaken;

        for (var round = 1; round <= 20; round++)
        {
            var number = copies.Make();
            var copy = rows.Share(new BookCopies());
            for (var i = 0; i < count; i += 7)
                rows.Writable(i)++;
            for (var i = 0; i < count; i++)
                copy[i].ShouldBe(i + (i % 7 == 0 ? round - 1 : 0));
            copies.End(number);
            copies.End(number);
        }

        // Twice the pages while a copy is in use, and never more.
        rows.PagesTaken.ShouldBeLessThanOrEqualTo(2 * before);
    }

    [Fact]
    public void A_page_is_copied_once_for_a_copy_and_not_at_all_without_one()
    {
        var copies = new BookCopies();
        var rows = new PagedRows<int>(copies);
        rows.Writable(0) = 1;
        var first = rows.PagesTaken;
        rows.Writable(0) = 2;
        rows.PagesTaken.ShouldBe(first);

        var number = copies.Make();
        var copy = rows.Share(new BookCopies());
        rows.Writable(0) = 3;
        rows.Writable(1) = 4;
        rows.PagesTaken.ShouldBe(first + 1);
        copy[0].ShouldBe(2);
        copies.End(number);
        rows.Writable(0) = 5;
        rows.PagesTaken.ShouldBe(first + 1);
    }

    [Fact]
    public async Task A_copy_is_read_in_one_thread_while_the_city_goes_on_in_another()
    {
        var city = new RandomCity(17);
        city.Live(500);
        var readers = new List<Task<bool>>();
        for (var round = 0; round < 40; round++)
        {
            var (copy, was) = (city.Books.Copy(), city.Books.ToBytes());
            readers.Add(Task.Run(() =>
            {
                // Again and again, so that the city writes while this reads; the last word is let go from here, too.
                var stayed = IsAs(copy, was) && IsAs(copy, was) && IsAs(copy, was);
                copy.Release();
                return stayed;
            }));
            city.Live(40);
        }

        (await Task.WhenAll(readers)).ShouldAllBe(stayed => stayed);
        city.Books.ToBytes().ShouldBe(city.Books.Copy().ToBytes());
    }

    [Fact]
    public async Task Rows_are_read_in_one_thread_while_another_writes_them_and_adds_more()
    {
        var copies = new BookCopies();
        var rows = new PagedRows<long>(copies);
        var count = 10_000;
        for (var i = 0; i < count; i++)
            rows.Writable(i) = i;

        for (var round = 1; round <= 10; round++)
        {
            var (number, copy, there, added) = (copies.Make(), rows.Share(new BookCopies()), count, round - 1L);
            var reading = Task.Run(() =>
            {
                var wrong = 0;
                for (var again = 0; again < 5; again++)
                    for (var i = 0; i < there; i++)
                        wrong += copy[i] == (i < 10_000 ? i + added : i) ? 0 : 1;
                copies.End(number);
                return wrong;
            });
            for (var i = 0; i < 10_000; i++)
                rows.Writable(i)++;
            for (var end = count + 5_000; count < end; count++)
                rows.Writable(count) = count;
            (await reading).ShouldBe(0);
        }
    }

    static bool IsAs(LedgerState books, byte[] were) => books.ToBytes().AsSpan().SequenceEqual(were);

    static void Open(LedgerState books, Random random, int accounts)
    {
        var id = new byte[16];
        for (var i = 0; i < accounts; i++)
        {
            var journal = new List<JournalEntry>();
            random.NextBytes(id);
            var open = new OpenAccount(new Guid(id), new CurrencyId(1), AccountKind.Person);
            books.Post([open], books.LastAt, journal).Outcome.ShouldBe(PostOutcome.Posted);
        }
    }
}
