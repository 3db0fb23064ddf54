using CityLoop.Server.City;
using CityLoop.Server.Pass.Letters;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Pass.Cards;

/// <summary>
/// Whether a card may pay at a till: without its PIN up to the city's sum a time and a day, above that with it. Whoever
/// guesses PINs waits longer and longer, and the owner is told; small payments go on, so that nobody's card is stopped
/// by somebody else's guessing.
/// </summary>
sealed class CardTill(NpgsqlDataSource database, CityPack city, CityClock clock, LetterWriter letters)
{
    /// <summary>How long after the counter a card's PIN may be chosen at a till.</summary>
    public static readonly TimeSpan FirstUse = TimeSpan.FromDays(7);

    public async Task<CardDecision> AllowAsync(
        CardCode code, Guid payment, long amount, string? typedPin, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // The row is locked: two tills with one card add up its day one after the other.
        var card = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(
            """
            select serial, person, bound_at, confirmed_at is not null as is_confirmed, pin_salt, pin_hash, wrong_pins,
              pin_waits_until, blocked_at is not null as is_blocked
            from pass.card where code_hash = @Hash for update
            """, new { code.Hash }, transaction, cancellationToken: cancellation));
        if (card is null)
            return new(CardOutcome.CardUnknown);
        if (card.IsBlocked)
            return new(CardOutcome.CardBlocked);
        if (!card.IsConfirmed)
            return new(CardOutcome.CardNotReady);
        var person = new PersonId(card.Person!.Value);
        // A till that lost the answer asks again: what was allowed is allowed.
        var before = await connection.QuerySingleOrDefaultAsync<(long Serial, long Amount)>(new CommandDefinition(
            "select serial, amount from pass.card_use where payment = @payment", new { payment }, transaction,
            cancellationToken: cancellation));
        if (before == (card.Serial, amount))
            return new(CardOutcome.Allowed, person);
        if (before.Serial != 0)
            return new(CardOutcome.IdAlreadyUsed);

        var now = clock.Now;
        var (outcome, isWithPin) = typedPin is null
            ? (await MayGoWithoutAsync(connection, card.Serial, amount, cancellation) ? CardOutcome.Allowed
                : card.PinHash is null && !IsNew(card, now) ? CardOutcome.PinNotSet
                : CardOutcome.PinNeeded, false)
            : (await TryPinAsync(connection, card, typedPin, now, cancellation), true);
        if (outcome == CardOutcome.Allowed)
            await connection.ExecuteAsync(new CommandDefinition(
                """
                insert into pass.card_use (payment, serial, day, amount, with_pin)
                values (@payment, @Serial, @day, @amount, @isWithPin) on conflict (payment) do nothing
                """, new { payment, card.Serial, day = clock.Today, amount, isWithPin }, transaction,
                cancellationToken: cancellation));
        await transaction.CommitAsync(cancellation);
        if (outcome == CardOutcome.PinWrong && CardPin.WaitAfter(card.WrongPins + 1) > TimeSpan.Zero)
            await letters.TellAsync(person, Topic.Safety, "cardGuessed", cancellation, card.Serial);
        return outcome switch
        {
            CardOutcome.Allowed => new(outcome, person),
            CardOutcome.PinWaits => new(outcome, Wait: card.PinWaitsUntil!.Value - now),
            CardOutcome.PinWrong => new(outcome, Wait: CardPin.WaitAfter(card.WrongPins + 1)),
            _ => new(outcome),
        };
    }

    /// <summary>The books refused the payment: it does not count for the day.</summary>
    public async Task ForgetAsync(Guid payment, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            "delete from pass.card_use where payment = @payment", new { payment }, cancellationToken: cancellation));
    }

    async Task<bool> MayGoWithoutAsync(
        NpgsqlConnection connection, long serial, long amount, CancellationToken cancellation) =>
        amount <= city.Cards.WithoutPin && amount + await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            """
            select coalesce(sum(amount), 0)::bigint from pass.card_use
            where serial = @serial and day = @day and not with_pin
            """, new { serial, day = clock.Today }, cancellationToken: cancellation)) <= city.Cards.WithoutPinPerDay;

    static async Task<CardOutcome> TryPinAsync(
        NpgsqlConnection connection, Row card, string typed, DateTimeOffset now, CancellationToken cancellation)
    {
        if (CardPin.Read(typed) is not { } pin)
            return CardOutcome.PinNotValid;
        if (card.PinHash is null)
            return IsNew(card, now) ? await SetFirstAsync(connection, card.Serial, pin, cancellation)
                : CardOutcome.PinNotSet;
        if (now < card.PinWaitsUntil)
            return CardOutcome.PinWaits;
        if (CardPin.IsRight(pin, card.PinSalt!, card.PinHash))
        {
            if (card.WrongPins > 0)
                await connection.ExecuteAsync(new CommandDefinition(
                    "update pass.card set wrong_pins = 0, pin_waits_until = null where serial = @Serial", card,
                    cancellationToken: cancellation));
            return CardOutcome.Allowed;
        }

        var wait = CardPin.WaitAfter(card.WrongPins + 1);
        await connection.ExecuteAsync(new CommandDefinition(
            "update pass.card set wrong_pins = wrong_pins + 1, pin_waits_until = @until where serial = @Serial",
            new { card.Serial, until = wait > TimeSpan.Zero ? (now + wait).ToUniversalTime() : (DateTimeOffset?)null },
            cancellationToken: cancellation));
        return CardOutcome.PinWrong;
    }

    /// <summary>
    /// A PIN may be chosen at a till only in the first days: who finds a card in a drawer years later chooses none.
    /// </summary>
    static bool IsNew(Row card, DateTimeOffset now) => now - card.BoundAt < FirstUse;

    /// <summary>The first six digits that a card without a PIN is given become its PIN.</summary>
    static async Task<CardOutcome> SetFirstAsync(
        NpgsqlConnection connection, long serial, string pin, CancellationToken cancellation)
    {
        if (CardPin.IsTooSimple(pin))
            return CardOutcome.PinTooSimple;
        var (salt, hash) = CardPin.Keep(pin);
        await connection.ExecuteAsync(new CommandDefinition(
            "update pass.card set pin_salt = @salt, pin_hash = @hash where serial = @serial",
            new { serial, salt, hash }, cancellationToken: cancellation));
        return CardOutcome.Allowed;
    }

    // Properties, not a constructor: an array's type is known only by its values.
    sealed class Row
    {
        public long Serial { get; init; }
        public Guid? Person { get; init; }
        public DateTimeOffset? BoundAt { get; init; }
        public bool IsConfirmed { get; init; }
        public bool IsBlocked { get; init; }
        public byte[]? PinSalt { get; init; }
        public byte[]? PinHash { get; init; }
        public int WrongPins { get; init; }
        public DateTimeOffset? PinWaitsUntil { get; init; }
    }
}
