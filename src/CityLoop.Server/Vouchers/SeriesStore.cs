using System.Text.Json;
using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Pass;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Vouchers;

/// <summary>The city's voucher series; kept in memory for a moment, because every payment asks.</summary>
sealed class SeriesStore(NpgsqlDataSource database, CityPack city, TimeProvider time)
{
    /// <summary>Another server may have opened a series: it is known here that much later.</summary>
    static readonly TimeSpan TrustedFor = TimeSpan.FromSeconds(5);

    static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    volatile Known _known = new([], DateTimeOffset.MinValue);

    /// <summary>Every series, the newest first.</summary>
    public async Task<IReadOnlyList<VoucherSeries>> AllAsync(CancellationToken cancellation)
    {
        var known = _known;
        var now = time.GetUtcNow();
        if (now - known.ReadAt < TrustedFor)
            return known.All;
        var all = await ReadAsync(cancellation);
        _known = new(all, now);
        return all;
    }

    /// <summary>One series as it is now.</summary>
    public async Task<VoucherSeries?> FindAsync(Guid id, CancellationToken cancellation)
    {
        Forget();
        return (await AllAsync(cancellation)).FirstOrDefault(series => series.Id == id);
    }

    public void Forget() => _known = new([], DateTimeOffset.MinValue);

    /// <summary>Keeps an officer's draft, which nobody changes afterwards: two officers see the same.</summary>
    public async Task<Guid> AskAsync(
        VoucherSeries draft, IReadOnlyList<(long Amount, VoucherRule Rule)> parts, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into vouchers.series (id, names, goods, kind, price, books, most_each, needs_level, residents_only,
              age_from, age_to, opens_on, closes_on, buy_until, last_day, allotment, budget, seed, asked_by, asked_at)
            values (@Id, @names::jsonb, @goods::jsonb, @kind, @Price, @Books, @PerPerson, @NeedsLevel, @ResidentsOnly,
              @AgeFrom, @AgeTo, @OpensOn, @ClosesOn, @BuyUntil, @LastDay, @allotment, @Budget, @Seed, @AskedBy,
              @AskedAt);
            -- One at a time: each part gets the next number of a currency.
            lock table vouchers.part in share row exclusive mode
            """,
            new
            {
                draft.Id, names = TextOf(draft.Names), goods = TextOf(draft.Goods),
                kind = draft.IsByList ? "list" : "sale", draft.Price, draft.Books, draft.PerPerson, draft.NeedsLevel,
                draft.ResidentsOnly, draft.AgeFrom, draft.AgeTo, draft.OpensOn, draft.ClosesOn, draft.BuyUntil,
                draft.LastDay, allotment = draft.Allotment == AllotmentRule.Draw ? "draw" : "share", draft.Budget,
                draft.Seed, draft.AskedBy, draft.AskedAt,
            }, transaction, cancellationToken: cancellation));
        foreach (var (part, number) in parts.Select((part, i) => (part, i + 1)))
            await connection.ExecuteAsync(new CommandDefinition(
                """
                insert into vouchers.part (series, number, currency, amount, rule)
                select @Id, @number, coalesce(max(currency) + 1, @first), @Amount, @rule::jsonb from vouchers.part
                """,
                new
                {
                    draft.Id, number, part.Amount, rule = JsonSerializer.Serialize(part.Rule, Json),
                    first = CityPack.FirstVoucher,
                }, transaction, cancellationToken: cancellation));
        await transaction.CommitAsync(cancellation);
        Forget();
        return draft.Id;
    }

    /// <summary>A second officer's word; false where one has been given before, or it is their own draft.</summary>
    public async Task<bool> DecideAsync(
        PersonId officer, Guid id, bool isApproved, CancellationToken cancellation) =>
        await ExecuteAsync(
            """
            update vouchers.series set decided_by = @officer, decided_at = @now, is_approved = @isApproved
            where id = @id and decided_at is null and (asked_by <> @officer or not @isApproved)
            """, new { id, officer = officer.Value, isApproved, now = time.GetUtcNow() }, cancellation);

    public Task<bool> MarkOpenedAsync(Guid id, CancellationToken cancellation) => ExecuteAsync(
        "update vouchers.series set opened_at = coalesce(opened_at, @now) where id = @id",
        new { id, now = time.GetUtcNow() }, cancellation);

    public Task<bool> MarkClosedAsync(Guid id, CancellationToken cancellation) => ExecuteAsync(
        "update vouchers.series set closed_at = coalesce(closed_at, @now) where id = @id",
        new { id, now = time.GetUtcNow() }, cancellation);

    async Task<bool> ExecuteAsync(string sql, object values, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var changed = await connection.ExecuteAsync(
            new CommandDefinition(sql, values, cancellationToken: cancellation));
        Forget();
        return changed > 0;
    }

    async Task<IReadOnlyList<VoucherSeries>> ReadAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var parts = (await connection.QueryAsync<PartRow>(new CommandDefinition(
            "select series, number, currency, amount, rule from vouchers.part order by series, number",
            cancellationToken: cancellation))).ToLookup(part => part.Series, part => part.ToPart());
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            "select *, most_each as per_person from vouchers.series order by asked_at desc, id",
            cancellationToken: cancellation));
        return [.. rows.Select(row => row.ToSeries([.. parts[row.Id]]))];
    }

    string TextOf(LocalNames names) => JsonSerializer.Serialize(
        city.Languages.ToDictionary(language => language, language => names[language]));

    static LocalNames NamesOf(string text) => new(JsonSerializer.Deserialize<Dictionary<string, string>>(text)!);

    sealed record Known(IReadOnlyList<VoucherSeries> All, DateTimeOffset ReadAt);

    sealed record PartRow(Guid Series, int Number, short Currency, long Amount, string Rule)
    {
        public VoucherPart ToPart() => new(
            Series, Number, new CurrencyId(Currency), Amount, JsonSerializer.Deserialize<VoucherRule>(Rule, Json)!);
    }

    sealed class Row
    {
        public Guid Id { get; init; }
        public string Names { get; init; } = "";
        public string Goods { get; init; } = "";
        public string Kind { get; init; } = "";
        public long Price { get; init; }
        public int Books { get; init; }
        public int PerPerson { get; init; }
        public int NeedsLevel { get; init; }
        public bool ResidentsOnly { get; init; }
        public int? AgeFrom { get; init; }
        public int? AgeTo { get; init; }
        public DateOnly OpensOn { get; init; }
        public DateOnly ClosesOn { get; init; }
        public DateOnly BuyUntil { get; init; }
        public DateOnly LastDay { get; init; }
        public string Allotment { get; init; } = "";
        public string Budget { get; init; } = "";
        public byte[] Seed { get; init; } = [];
        public Guid AskedBy { get; init; }
        public DateTimeOffset AskedAt { get; init; }
        public Guid? DecidedBy { get; init; }
        public DateTimeOffset? DecidedAt { get; init; }
        public bool? IsApproved { get; init; }
        public DateTimeOffset? OpenedAt { get; init; }
        public DateTimeOffset? DrawnAt { get; init; }
        public DateTimeOffset? ClosedAt { get; init; }

        public VoucherSeries ToSeries(IReadOnlyList<VoucherPart> parts) => new()
        {
            Id = Id, Names = NamesOf(Names), Goods = NamesOf(Goods), IsByList = Kind == "list", Price = Price,
            Books = Books, PerPerson = PerPerson, NeedsLevel = NeedsLevel, ResidentsOnly = ResidentsOnly,
            AgeFrom = AgeFrom, AgeTo = AgeTo, OpensOn = OpensOn, ClosesOn = ClosesOn, BuyUntil = BuyUntil,
            LastDay = LastDay, Budget = Budget, Seed = Seed, AskedBy = AskedBy, AskedAt = AskedAt,
            Allotment = Allotment == "draw" ? AllotmentRule.Draw : AllotmentRule.Share, DecidedBy = DecidedBy,
            DecidedAt = DecidedAt, IsApproved = IsApproved, OpenedAt = OpenedAt, DrawnAt = DrawnAt,
            ClosedAt = ClosedAt, Parts = parts,
        };
    }
}
