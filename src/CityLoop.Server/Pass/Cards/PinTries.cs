using Dapper;
using Npgsql;

namespace CityLoop.Server.Pass.Cards;

/// <summary>
/// The PINs that were typed for one card, by shop. Who guesses waits longer and longer in that shop, and in no other: a
/// guess must not keep the owner from paying. Only when several shops guess, which no single thief does, a card's PIN
/// waits in each shop where its owner has not typed it rightly before.
/// </summary>
sealed class PinTries
{
    /// <summary>As many shops as no owner mistypes in at once: with each one's free tries used up they guess.</summary>
    public const int ShopsMax = 4;

    /// <summary>How long wrong ones are counted that no right one has followed.</summary>
    public static readonly TimeSpan CountedFor = TimeSpan.FromDays(30);

    readonly IReadOnlyList<Row> _shops;
    readonly Row _here;
    readonly DateTimeOffset _now;

    PinTries(IReadOnlyList<Row> shops, Guid here, DateTimeOffset now)
    {
        _shops = shops;
        _here = shops.FirstOrDefault(row => row.Shop == here) ?? new Row { Shop = here };
        _now = now;
    }

    /// <summary>Wrong ones in all shops.</summary>
    public int Wrong => _shops.Sum(row => row.Wrong);

    /// <summary>How long no PIN of this card is looked at in this shop.</summary>
    public TimeSpan Wait
    {
        get
        {
            var until = UntilAfter(_here.Wrong, _here.WrongAt);
            const int many = ShopsMax * CardPin.FreeTries;
            if (_here.RightAt is null && _shops.Sum(row => Math.Min(row.Wrong, CardPin.FreeTries)) >= many
                && UntilAfter(Wrong - many + CardPin.FreeTries, _shops.Max(row => row.WrongAt)) is var everywhere
                && everywhere > until)
                until = everywhere;
            return until > _now ? until - _now : TimeSpan.Zero;
        }
    }

    /// <summary>What was typed for the card with a code's <c>@Hash</c>; read while the card's row is locked.</summary>
    public const string OfCard =
        """
        select shop, case when wrong_at > @since then wrong else 0 end as wrong, wrong_at, right_at
        from pass.card_pin_try where serial = (select serial from pass.card where code_hash = @Hash)
        """;

    /// <summary>From when on wrong ones count.</summary>
    public static DateTimeOffset Since(DateTimeOffset now) => (now - CountedFor).ToUniversalTime();

    public static async Task<PinTries> ReadAsync(SqlMapper.GridReader found, Guid shop, DateTimeOffset now) =>
        new([.. await found.ReadAsync<Row>()], shop, now);

    /// <summary>The same with one more wrong one here.</summary>
    public async Task<PinTries> CountWrongAsync(
        NpgsqlConnection connection, long serial, CancellationToken cancellation)
    {
        var here = new Row { Shop = _here.Shop, Wrong = _here.Wrong + 1, WrongAt = _now, RightAt = _here.RightAt };
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into pass.card_pin_try (serial, shop, wrong, wrong_at) values (@serial, @Shop, @Wrong, @at)
            on conflict (serial, shop) do update set wrong = @Wrong, wrong_at = @at
            """, new { serial, here.Shop, here.Wrong, at = _now.ToUniversalTime() }, cancellationToken: cancellation));
        return new PinTries([.. _shops.Where(row => row.Shop != here.Shop), here], here.Shop, _now);
    }

    /// <summary>What was mistyped here is forgiven, and the owner is known here from now on.</summary>
    public async Task CountRightAsync(NpgsqlConnection connection, long serial, CancellationToken cancellation) =>
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into pass.card_pin_try (serial, shop, right_at) values (@serial, @Shop, @at)
            on conflict (serial, shop) do update set wrong = 0, wrong_at = null, right_at = @at
            """, new { serial, _here.Shop, at = _now.ToUniversalTime() }, cancellationToken: cancellation));

    static DateTimeOffset UntilAfter(int wrong, DateTimeOffset? wrongAt) =>
        wrongAt is { } at ? at + CardPin.WaitAfter(wrong) : DateTimeOffset.MinValue;

    sealed class Row
    {
        public Guid Shop { get; init; }
        public int Wrong { get; init; }
        public DateTimeOffset? WrongAt { get; init; }
        public DateTimeOffset? RightAt { get; init; }
    }
}
