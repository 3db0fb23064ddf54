using System.Globalization;
using System.Text.RegularExpressions;
using CityLoop.Server.City;
using CityLoop.Server.Shared;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Pass.Cards;

/// <summary>
/// The cards: printed blank, bound at a counter, confirmed by a second person, blocked at once when lost.
/// </summary>
sealed partial class CardStore(NpgsqlDataSource database, CityClock clock)
{
    const string Columns =
        "serial, person, bound_at, bound_by, confirmed_at is not null as is_confirmed, "
        + "pin_hash is not null as has_pin, blocked_at, blocked_why, printed_by";

    /// <summary>Makes blank cards. Their codes are known to the answer, to the paper, and to nobody else.</summary>
    public async Task<IReadOnlyList<(long Serial, CardCode Code)>> PrintAsync(
        PersonId officer, int count, CancellationToken cancellation)
    {
        var cards = new List<(long, CardCode)>();
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        for (var i = 0; i < count; i++)
        {
            var code = CardCode.New();
            var serial = await connection.ExecuteScalarAsync<long>(new CommandDefinition(
                """
                insert into pass.card (code_hash, printed_by, printed_at) values (@Hash, @officer, @now)
                returning serial
                """, new { code.Hash, officer = officer.Value, now = clock.Now.ToUniversalTime() }, transaction,
                cancellationToken: cancellation));
            cards.Add((serial, code));
        }

        await transaction.CommitAsync(cancellation);
        return cards;
    }

    /// <summary>Binds a blank card to a person; the same binding twice is one.</summary>
    /// <param name="isFirst">True when the person came to be with this card: nothing of theirs could be taken.</param>
    public async Task<BindOutcome> BindToAsync(
        PersonId officer, long serial, PersonId person, bool isFirst, CancellationToken cancellation)
    {
        if (person == officer)
            return BindOutcome.NotOneself;
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var changed = await connection.ExecuteAsync(new CommandDefinition(
            """
            update pass.card set person = @person, bound_by = @officer, bound_at = @now, is_first = @isFirst,
              confirmed_by = case when @isFirst then @officer end, confirmed_at = case when @isFirst then @now end
            where serial = @serial and person is null and blocked_at is null
            """, Values(serial, officer, person, isFirst), cancellationToken: cancellation));
        if (changed == 1)
            return isFirst ? BindOutcome.Bound : BindOutcome.WaitsForSecond;
        return await FindAsync(serial, cancellation) switch
        {
            null => BindOutcome.CardUnknown,
            { BlockedAt: not null } => BindOutcome.CardBlocked,
            { } card when card.Person == person.Value && card.BoundBy == officer.Value =>
                card.IsConfirmed ? BindOutcome.Bound : BindOutcome.WaitsForSecond,
            _ => BindOutcome.CardTaken,
        };
    }

    /// <summary>
    /// The second person's yes: another officer, or whose card it is. The card that was in use before is replaced in
    /// the same moment.
    /// </summary>
    public async Task<ConfirmOutcome> ConfirmAsync(PersonId who, long serial, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var card = await connection.QuerySingleOrDefaultAsync<CardLine>(new CommandDefinition(
            $"select {Columns} from pass.card where serial = @serial for update", new { serial }, transaction,
            cancellationToken: cancellation));
        if (card is null)
            return ConfirmOutcome.CardUnknown;
        if (card.IsConfirmed || card.Person is null || card.BlockedAt is not null)
            return ConfirmOutcome.NothingWaits;
        if (card.Person != who.Value && !card.MayConfirm(who))
            return ConfirmOutcome.NeedsSecondOfficer;
        await connection.ExecuteAsync(new CommandDefinition(
            """
            update pass.card set blocked_at = @now, blocked_why = 'replaced'
            where person = @person and confirmed_at is not null and blocked_at is null;
            update pass.card set confirmed_by = @officer, confirmed_at = @now where serial = @serial
            """, Values(serial, who, new PersonId(card.Person.Value), false), transaction,
            cancellationToken: cancellation));
        await transaction.CommitAsync(cancellation);
        return ConfirmOutcome.Confirmed;
    }

    /// <summary>Blocks a card at once and for good; false when there is nothing to block.</summary>
    /// <param name="why">lost, or refused for a binding that nobody confirmed.</param>
    public async Task<bool> BlockAsync(long serial, string why, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteAsync(new CommandDefinition(
            """
            update pass.card set blocked_at = @now, blocked_why = @why
            where serial = @serial and blocked_at is null and person is not null
            """, new { serial, why, now = clock.Now.ToUniversalTime() }, cancellationToken: cancellation)) == 1;
    }

    /// <summary>
    /// Sets a PIN and forgives wrong ones; false when there is no such card in somebody's hands. At a counter its
    /// person types it there when two officers put the card in use, and never later: who printed a card, or held it for
    /// a moment, may have its code, and with a PIN of theirs could empty it.
    /// </summary>
    public async Task<bool> SetPinAsync(long serial, string pin, CancellationToken cancellation)
    {
        var (salt, hash) = CardPin.Keep(pin);
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            """
            with chosen as (
              update pass.card set pin_salt = @salt, pin_hash = @hash
              where serial = @serial and person is not null and blocked_at is null
              returning serial),
            forgiven as (
              update pass.card_pin_try t set wrong = 0, wrong_at = null from chosen where t.serial = chosen.serial)
            select count(*) from chosen
            """, new { serial, salt, hash }, cancellationToken: cancellation)) == 1;
    }

    public async Task<CardLine?> FindAsync(long serial, CancellationToken cancellation) =>
        (await ReadAsync("serial = @serial", new { serial }, cancellation)).SingleOrDefault();

    /// <summary>Somebody's cards, the newest first.</summary>
    public Task<IReadOnlyList<CardLine>> OfAsync(PersonId person, CancellationToken cancellation) =>
        ReadAsync("person = @person order by bound_at desc", new { person = person.Value }, cancellation);

    /// <summary>What waits for a second word, the oldest first.</summary>
    public Task<IReadOnlyList<CardLine>> WaitingAsync(CancellationToken cancellation) =>
        ReadAsync(
            "person is not null and confirmed_at is null and blocked_at is null order by bound_at", new { },
            cancellation);

    /// <summary>
    /// Whose card an officer holds in hand, or whose number and name they were told: the number alone could be counted
    /// through.
    /// </summary>
    public async Task<PersonId?> OwnerAsync(string? typed, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        Guid? owner = null;
        if (CardCode.Read(typed) is { } code)
            owner = await connection.ExecuteScalarAsync<Guid?>(new CommandDefinition(
                "select person from pass.card where code_hash = @Hash", new { code.Hash },
                cancellationToken: cancellation));
        else if (NumberAndName().Match(HalfWidth.Of(typed).Trim()) is { Success: true } found)
            owner = await connection.ExecuteScalarAsync<Guid?>(new CommandDefinition(
                """
                select c.person from pass.card c join pass.person p on p.id = c.person
                where c.serial = @serial and lower(p.name) = lower(@name)
                """,
                new
                {
                    serial = long.Parse(found.Groups[1].Value + found.Groups[2].Value, CultureInfo.InvariantCulture),
                    name = found.Groups[3].Value,
                }, cancellationToken: cancellation));
        return owner is { } person ? new PersonId(person) : null;
    }

    [GeneratedRegex(@"^([0-9]{4}) ?([0-9]{4}) +(\S.*)$", RegexOptions.CultureInvariant)]
    private static partial Regex NumberAndName();

    async Task<IReadOnlyList<CardLine>> ReadAsync(string which, object values, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return [.. await connection.QueryAsync<CardLine>(new CommandDefinition(
            $"select {Columns} from pass.card where {which}", values, cancellationToken: cancellation))];
    }

    object Values(long serial, PersonId officer, PersonId person, bool isFirst) => new
    {
        serial, officer = officer.Value, person = person.Value, isFirst, now = clock.Now.ToUniversalTime(),
    };
}
