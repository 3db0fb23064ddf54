using CityLoop.Server.City;
using CityLoop.Server.Merchants.Bank;
using CityLoop.Server.Pass;
using Dapper;
using Npgsql;

namespace CityLoop.Server.TopUps;

/// <summary>A booking that officers match with somebody's reference.</summary>
sealed record HandMatch(
    Guid Entry, string Reference, Guid Person, long Amount, Guid AskedBy, DateTimeOffset AskedAt, Guid? DecidedBy,
    DateTimeOffset? DecidedAt, bool? IsApproved, DateTimeOffset? DoneAt);

/// <summary>
/// Bookings with a typo are matched by two officers, who see the reference and not the person. The work list's entry is
/// claimed first: what was sent back tops up nobody, and what tops up somebody is sent back by nobody.
/// </summary>
sealed class HandMatches(
    NpgsqlDataSource database, BankStore bank, BankTopUps topUps, CityPack city, TimeProvider time)
{
    const string Columns =
        "entry, reference, person, amount, asked_by, asked_at, decided_by, decided_at, is_approved, done_at";

    /// <summary>Credits that nobody has looked at.</summary>
    public async Task<IReadOnlyList<BankEntryRow>> OpenAsync(int count, CancellationToken cancellation) =>
        [.. (await bank.OpenAsync(count, cancellation)).Where(IsMoney)];

    public async Task<IReadOnlyList<HandMatch>> LatestAsync(int count, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return [.. await connection.QueryAsync<HandMatch>(new CommandDefinition(
            $"select {Columns} from topups.hand_match order by decided_at is not null, asked_at desc limit @count",
            new { count }, cancellationToken: cancellation))];
    }

    public async Task<TopUpOutcome> AskAsync(
        PersonId officer, Guid entry, string? typed, CancellationToken cancellation)
    {
        if (city.TopUp is not { } terms)
            return TopUpOutcome.NotOffered;
        if (await bank.FindOpenAsync(entry, cancellation) is not { } row || !IsMoney(row)
            || TransferReference.In([typed ?? ""]) is not { } reference
            || await topUps.OwnerOfAsync(reference, cancellation) is not { } person)
            return TopUpOutcome.NothingThere;
        if (person == officer)
            return TopUpOutcome.NeedsAnotherOfficer;
        if (topUps.Units(row.Amount) is not { } amount)
            return TopUpOutcome.AmountNotValid;
        if (amount > terms.Most)
            return TopUpOutcome.AmountTooLarge;
        return await ChangeAsync(
            """
            insert into topups.hand_match (entry, reference, person, amount, asked_by, asked_at)
            values (@entry, @reference, @person, @amount, @officer, @now)
            on conflict (entry) do update set (reference, person, amount, asked_by, asked_at, decided_by, decided_at,
              is_approved) = (excluded.reference, excluded.person, excluded.amount, excluded.asked_by,
              excluded.asked_at, null, null, null)
            where hand_match.is_approved = false
            """,
            new
            {
                entry, reference, person = person.Value, amount, officer = officer.Value, now = time.GetUtcNow(),
            }, cancellation)
            ? TopUpOutcome.Done
            : TopUpOutcome.AskedBefore;
    }

    public async Task<TopUpOutcome> DecideAsync(
        PersonId officer, Guid entry, bool isApproved, CancellationToken cancellation)
    {
        if (await FindAsync(entry, cancellation) is not { } match)
            return TopUpOutcome.NothingThere;
        if (match.DecidedAt is not null)
            return TopUpOutcome.DecidedBefore;
        if (isApproved && (match.AskedBy == officer.Value || match.Person == officer.Value))
            return TopUpOutcome.NeedsAnotherOfficer;
        if (!await ChangeAsync(
            """
            update topups.hand_match set decided_by = @officer, decided_at = @now, is_approved = @isApproved
            where entry = @entry and decided_at is null
            """, new { entry, officer = officer.Value, now = time.GetUtcNow(), isApproved }, cancellation))
            return TopUpOutcome.DecidedBefore;
        return isApproved
            ? await TakeAsync((await FindAsync(entry, cancellation))!, cancellation)
            : TopUpOutcome.Done;
    }

    /// <summary>Goes on with what a crash or a silent ledger left open.</summary>
    public async Task FinishAsync(TimeSpan patience, CancellationToken cancellation)
    {
        foreach (var match in (await LatestOpenAsync(time.GetUtcNow() - patience, cancellation)).ToList())
            await TakeAsync(match, cancellation);
    }

    async Task<TopUpOutcome> TakeAsync(HandMatch match, CancellationToken cancellation)
    {
        var note = $"top-up {match.Reference}";
        var isOurs = await bank.ClaimAsync(
            match.Entry, new PersonId(match.DecidedBy!.Value), note, cancellation);
        if (isOurs && await topUps.TakeByHandAsync(match.Entry, match.Person, match.Amount, cancellation))
        {
            await ChangeAsync(
                "update topups.hand_match set done_at = @now where entry = @Entry and done_at is null",
                new { match.Entry, now = time.GetUtcNow() }, cancellation);
            return TopUpOutcome.Done;
        }

        if (isOurs)
            await bank.ReleaseAsync(match.Entry, note, cancellation);
        await ChangeAsync(
            "update topups.hand_match set is_approved = false where entry = @Entry and done_at is null",
            new { match.Entry }, cancellation);
        return isOurs ? TopUpOutcome.WalletTakesNothing : TopUpOutcome.DecidedBefore;
    }

    bool IsMoney(BankEntryRow row) => row is { Kind: "credit", Status: "BOOK" }
        && row.Currency == city.Payouts.Money && city.Payouts.Owns(row.Account);

    async Task<HandMatch?> FindAsync(Guid entry, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.QuerySingleOrDefaultAsync<HandMatch>(new CommandDefinition(
            $"select {Columns} from topups.hand_match where entry = @entry", new { entry },
            cancellationToken: cancellation));
    }

    async Task<IEnumerable<HandMatch>> LatestOpenAsync(DateTimeOffset before, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.QueryAsync<HandMatch>(new CommandDefinition(
            $"""
            select {Columns} from topups.hand_match
            where is_approved and done_at is null and decided_at <= @before
            """, new { before }, cancellationToken: cancellation));
    }

    async Task<bool> ChangeAsync(string sql, object values, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteAsync(new CommandDefinition(
            sql, values, cancellationToken: cancellation)) > 0;
    }
}
