using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;
using CityLoop.Server.Pass;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Vouchers;

/// <summary>Somebody's wish for books of a series, and what came of it.</summary>
/// <param name="Id">The number by which they find their line in the published result.</param>
/// <param name="Allotted">How many they may have; null before the series is shared out.</param>
sealed record VoucherApplication(
    Guid Id, Guid Series, Guid Person, int Books, DateTimeOffset MadeAt, DateTimeOffset? WithdrawnAt, int? Allotted);

/// <summary>What can become of what a person asks, in order of precedence.</summary>
enum VoucherOutcome
{
    Unknown, NotNow, LevelTooLow, NotAResident, AgeUnknown, AgeDoesNotFit, BooksNotValid, NothingForYou,
    WalletIsFrozen, TooFewPoints, BooksRefuse, Done,
}

/// <summary>People apply for books, change that until the window closes, and buy what they were allotted.</summary>
sealed class VoucherApplications(
    NpgsqlDataSource database, SeriesStore store, VoucherBooks vouchers, VoucherUses uses, CityLedger ledger,
    PersonAccounts people, CityPack city, CityClock clock)
{
    const string Columns = "id, series, person, books, made_at, withdrawn_at, allotted";

    /// <summary>Follows from series and person, so that nobody can choose one that the draw likes.</summary>
    static Guid IdOf(VoucherSeries series, PersonId person) =>
        DerivedId.From("voucher-application", series.Id.ToString(), person.ToString());

    /// <summary>The first transfer of a purchase; follows from series and person: bought once.</summary>
    static Guid PurchaseId(Guid series, PersonId person) =>
        DerivedId.From("voucher-buy", series.ToString(), person.ToString());

    /// <summary>A person wishes for so many books; asked again, the wish is another one.</summary>
    public async Task<VoucherOutcome> ApplyAsync(
        PersonId person, Guid id, int books, CancellationToken cancellation)
    {
        if (await store.FindAsync(id, cancellation) is not { IsApproved: true } series)
            return VoucherOutcome.Unknown;
        if (series.StateOn(clock.Today) != "applying")
            return VoucherOutcome.NotNow;
        await using var connection = await database.OpenConnectionAsync(cancellation);
        if (Refusal(series, await PersonFacts.OfAsync(connection, person, cancellation)) is { } no)
            return no;
        if (books < 1 || books > series.PerPerson)
            return VoucherOutcome.BooksNotValid;
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into vouchers.application (id, series, person, books, made_at)
            select @application, id, @person, @books, @now from vouchers.series
            where id = @id and drawn_at is null for share
            on conflict (series, person) do update set books = @books, withdrawn_at = null
            """,
            new
            {
                application = IdOf(series, person), id, person = person.Value, books,
                now = clock.Now.ToUniversalTime(),
            },
            cancellationToken: cancellation));
        return VoucherOutcome.Done;
    }

    public async Task<VoucherOutcome> WithdrawAsync(PersonId person, Guid id, CancellationToken cancellation)
    {
        if (await store.FindAsync(id, cancellation) is not { IsApproved: true } series)
            return VoucherOutcome.Unknown;
        if (series.StateOn(clock.Today) != "applying")
            return VoucherOutcome.NotNow;
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            update vouchers.application set withdrawn_at = coalesce(withdrawn_at, @now)
            where series = @id and person = @person
            """, new { id, person = person.Value, now = clock.Now.ToUniversalTime() },
            cancellationToken: cancellation));
        return VoucherOutcome.Done;
    }

    /// <summary>
    /// A person pays for all that they were allotted and gets it, in one linked set: all or nothing, and once.
    /// </summary>
    public async Task<VoucherOutcome> BuyAsync(PersonId person, Guid id, CancellationToken cancellation)
    {
        if (await store.FindAsync(id, cancellation) is not { IsApproved: true } series)
            return VoucherOutcome.Unknown;
        if (await IsBoughtAsync(person, id, cancellation))
            return VoucherOutcome.Done;
        if (series.StateOn(clock.Today) != "buying")
            return VoucherOutcome.NotNow;
        if (await OfPersonAsync(person, id, cancellation) is not { Allotted: > 0 and var books })
            return VoucherOutcome.NothingForYou;
        return await PostAsync(
            series, person, books, PurchaseId(id, person), series.Price, cancellation);
    }

    /// <summary>Gives a person books of a series, for a price or for nothing.</summary>
    /// <param name="first">The id of the first transfer; the others follow from it.</param>
    public async Task<VoucherOutcome> PostAsync(
        VoucherSeries series, PersonId person, int books, Guid first, long price, CancellationToken cancellation)
    {
        var points = await people.OfAsync(person, city.MainCurrency.Id, cancellation);
        var linked = new List<LedgerCommand>();
        if (price > 0)
            linked.Add(new Transfer(
                first, points, await vouchers.CoverAsync(series, cancellation), price * books, TransferCode.Buy)
            {
                Reference = series.Id,
            });
        foreach (var part in series.Parts)
            linked.Add(new Transfer(
                linked.Count == 0 ? first : DerivedId.From("voucher-part", first.ToString(), $"{part.Number}"),
                await vouchers.BudgetAsync(part, cancellation),
                await people.OfAsync(person, part.Currency, cancellation), part.Amount * books, TransferCode.Earn)
            {
                LastDay = series.LastDay, Reference = series.Id,
            });
        var result = await ledger.PostLinkedAsync(linked, cancellation);
        uses.Forget(points);
        return result.Outcome switch
        {
            PostOutcome.Posted or PostOutcome.AlreadyPosted or PostOutcome.IdAlreadyPostedWithOtherContent =>
                VoucherOutcome.Done,
            PostOutcome.DebitAccountIsFrozen or PostOutcome.DebitAccountIsClosed or PostOutcome.CreditAccountIsFrozen
                or PostOutcome.CreditAccountIsClosed => VoucherOutcome.WalletIsFrozen,
            PostOutcome.DebitAccountHasTooFewPoints when result.Index == 0 && price > 0 => VoucherOutcome.TooFewPoints,
            _ => VoucherOutcome.BooksRefuse,
        };
    }

    public async Task<bool> IsBoughtAsync(PersonId person, Guid series, CancellationToken cancellation) =>
        await ledger.ReadAsync(books => books.Find(PurchaseId(series, person)) is not null, cancellation);

    public async Task<VoucherApplication?> OfPersonAsync(
        PersonId person, Guid series, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.QuerySingleOrDefaultAsync<VoucherApplication>(new CommandDefinition(
            $"""
            select {Columns} from vouchers.application
            where series = @series and person = @person and withdrawn_at is null
            """, new { series, person = person.Value }, cancellationToken: cancellation));
    }

    /// <summary>Every wish for a series that stands, by its number: what is published, without a name.</summary>
    public async Task<IReadOnlyList<VoucherApplication>> OfSeriesAsync(Guid series, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return [.. await connection.QueryAsync<VoucherApplication>(new CommandDefinition(
            $"select {Columns} from vouchers.application where series = @series and withdrawn_at is null order by id",
            new { series }, cancellationToken: cancellation))];
    }

    /// <summary>Why somebody may not apply; null when they may.</summary>
    public async Task<VoucherOutcome?> RefusalAsync(
        PersonId person, VoucherSeries series, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return Refusal(series, await PersonFacts.OfAsync(connection, person, cancellation));
    }

    VoucherOutcome? Refusal(VoucherSeries series, PersonFacts facts)
    {
        if (facts.Level < series.NeedsLevel)
            return VoucherOutcome.LevelTooLow;
        if (series.ResidentsOnly && facts.Residence != "resident")
            return VoucherOutcome.NotAResident;
        if (series.AgeFrom is null && series.AgeTo is null)
            return null;
        return facts.AgeOn(clock.Today) is not { } age ? VoucherOutcome.AgeUnknown
            : age < (series.AgeFrom ?? 0) || age > (series.AgeTo ?? int.MaxValue) ? VoucherOutcome.AgeDoesNotFit
            : null;
    }
}
