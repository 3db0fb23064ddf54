using System.Security.Cryptography;
using System.Text;
using CityLoop.Server.Vouchers;

namespace CityLoop.Server.Tests.Vouchers;

/// <summary>The laws of sharing out: who gets how many books, whatever the city and whatever the seed.</summary>
public sealed class AllotmentTests
{
    [Fact]
    public void Nobody_gets_more_than_they_wish_and_nothing_is_left_while_somebody_wishes_more() => ForEvery(
        (wishes, books, rule, seed) =>
        {
            var got = Allotment.Of(wishes, books, rule, seed);

            foreach (var wish in wishes)
                got[wish.Id].ShouldBeInRange(0, wish.Books);
            got.Count.ShouldBe(wishes.Count);
            got.Values.Sum().ShouldBe((int)Math.Min(books, wishes.Sum(wish => (long)wish.Books)));
        });

    [Fact]
    public void A_share_is_fair_within_one_book() => ForEvery((wishes, books, _, seed) =>
    {
        var got = Allotment.Of(wishes, books, AllotmentRule.Share, seed);
        var wished = wishes.Sum(wish => (long)wish.Books);
        if (wished <= books)
            return;

        foreach (var wish in wishes)
            Math.Abs(got[wish.Id] - (double)wish.Books * books / wished).ShouldBeLessThan(1);
        foreach (var same in wishes.GroupBy(wish => wish.Books))
            (same.Max(wish => got[wish.Id]) - same.Min(wish => got[wish.Id])).ShouldBeLessThanOrEqualTo(1);
    });

    [Fact]
    public void In_a_draw_all_but_one_get_all_of_their_wish_or_nothing() => ForEvery((wishes, books, _, seed) =>
        wishes.Count(wish => Allotment.Of(wishes, books, AllotmentRule.Draw, seed)[wish.Id] is var got
            && got > 0 && got < wish.Books).ShouldBeLessThanOrEqualTo(1));

    [Fact]
    public void The_order_in_which_people_applied_changes_nothing() => ForEvery((wishes, books, rule, seed) =>
    {
        var first = Allotment.Of(wishes, books, rule, seed);
        var turned = Allotment.Of([.. wishes.Reverse()], books, rule, seed);

        first.OrderBy(one => one.Key).ShouldBe(turned.OrderBy(one => one.Key));
    });

    [Fact]
    public void Another_seed_is_another_draw()
    {
        var wishes = Wishes(new Random(1), 40);

        Allotment.Of(wishes, 20, AllotmentRule.Draw, [1]).OrderBy(one => one.Key)
            .ShouldNotBe(Allotment.Of(wishes, 20, AllotmentRule.Draw, [2]).OrderBy(one => one.Key));
    }

    [Fact]
    public void Everybody_draws_equally_often()
    {
        var wishes = Enumerable.Range(0, 10).Select(i => new Wish(IdOf(i), 1)).ToList();
        var wins = wishes.ToDictionary(wish => wish.Id, _ => 0);
        for (var draw = 0; draw < 2_000; draw++)
            foreach (var (id, got) in Allotment.Of(
                wishes, 3, AllotmentRule.Draw, SHA256.HashData(BitConverter.GetBytes(draw))))
                wins[id] += got;

        // Three of ten in 2,000 draws: 600, with a standard deviation of 20.5.
        wins.Values.ShouldAllBe(won => won > 500 && won < 700);
    }

    [Fact]
    public void A_place_is_what_anybody_works_out_with_a_command_line()
    {
        // printf 'seed\x00\x11…\xff' | sha256sum, with the number's 16 bytes as they are written.
        var id = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff");
        byte[] bytes = [.. "seed"u8, .. Convert.FromHexString("00112233445566778899aabbccddeeff")];

        Allotment.KeyOf(Encoding.ASCII.GetBytes("seed"), id)
            .ShouldBe(Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    static void ForEvery(Action<IReadOnlyList<Wish>, long, AllotmentRule, byte[]> law)
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var wishes = Wishes(random, random.Next(0, 60));
            var books = random.Next(4) == 0 ? random.Next(1, 4) : random.Next(1, 400);
            try
            {
                law(wishes, books, (AllotmentRule)(seed % 2), SHA256.HashData(BitConverter.GetBytes(seed)));
            }
            catch (Exception e)
            {
                throw new ShouldAssertException($"seed {seed}, {books} books: {e.Message}", e);
            }
        }
    }

    static List<Wish> Wishes(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(i => new Wish(IdOf(random.Next()), random.Next(1, 11)))];

    static Guid IdOf(int number) => new(SHA256.HashData(BitConverter.GetBytes(number)).AsSpan(0, 16), bigEndian: true);
}
