using CityLoop.Server.City;
using CityLoop.Server.Pass.Letters;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Pass.Cards;

/// <summary>
/// Whether a card may pay at a till: without its PIN up to the city's sum a time and a day, above that with it. A shop
/// that guesses PINs waits longer and longer, and the owner is told; small payments go on, and in other shops the PIN
/// does, so that nobody's card is stopped by somebody else's guessing.
/// </summary>
sealed class CardTill(NpgsqlDataSource database, CityPack city, CityClock clock, LetterWriter letters)
{
    /// <summary>How long after the counter a card's PIN may be chosen at a till.</summary>
    public static readonly TimeSpan FirstUse = TimeSpan.FromDays(7);

    public async Task<CardDecision> AllowAsync(
        CardCode code, Guid shop, Guid payment, long amount, string? typedPin, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var now = clock.Now;
        // The row is locked: two tills with one card add up its day one after the other.
        await using var found = await connection.QueryMultipleAsync(new CommandDefinition(
            """
            select serial, person, bound_at, confirmed_at is not null as is_confirmed, pin_salt, pin_hash,
              blocked_at is not null as is_blocked
            from pass.card where code_hash = @Hash for update;
            select serial, amount from pass.card_use where payment = @payment;
            """ + PinTries.OfCard, new { code.Hash, payment, since = PinTries.Since(now) }, transaction,
            cancellationToken: cancellation));
        if (await found.ReadSingleOrDefaultAsync<Row>() is not { } card)
            return new(CardOutcome.CardUnknown);
        if (card.IsBlocked)
            return new(CardOutcome.CardBlocked);
        if (!card.IsConfirmed)
            return new(CardOutcome.CardNotReady);
        var person = new PersonId(card.Person!.Value);
        // A till that lost the answer asks again: what was allowed is allowed.
        var before = await found.ReadSingleOrDefaultAsync<(long Serial, long Amount)>();
        if (before == (card.Serial, amount))
            return new(CardOutcome.Allowed, person);
        if (before.Serial != 0)
            return new(CardOutcome.IdAlreadyUsed);

        var tries = await PinTries.ReadAsync(found, shop, now);
        CardOutcome outcome;
        if (typedPin is null)
            outcome = await MayGoWithoutAsync(connection, card.Serial, amount, cancellation) ? CardOutcome.Allowed
                : card.PinHash is null && !IsNew(card, now) ? CardOutcome.PinNotSet
                : CardOutcome.PinNeeded;
        else
            (outcome, tries) = await TryPinAsync(connection, card, tries, typedPin, now, cancellation);
        if (outcome == CardOutcome.Allowed)
            await connection.ExecuteAsync(new CommandDefinition(
                """
                insert into pass.card_use (payment, serial, day, amount, with_pin)
                values (@payment, @Serial, @day, @amount, @isWithPin) on conflict (payment) do nothing
                """, new { payment, card.Serial, day = clock.Today, amount, isWithPin = typedPin != null }, transaction,
                cancellationToken: cancellation));
        await transaction.CommitAsync(cancellation);
        if (outcome == CardOutcome.PinWrong && tries.Wrong >= CardPin.FreeTries)
            await letters.TellAsync(person, Topic.Safety, "cardGuessed", cancellation, card.Serial);
        return outcome switch
        {
            CardOutcome.Allowed => new(outcome, person),
            CardOutcome.PinWaits or CardOutcome.PinWrong => new(outcome, Wait: tries.Wait),
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

    static async Task<(CardOutcome Outcome, PinTries Tries)> TryPinAsync(
        NpgsqlConnection connection, Row card, PinTries tries, string typed, DateTimeOffset now,
        CancellationToken cancellation)
    {
        if (CardPin.Read(typed) is not { } pin)
            return (CardOutcome.PinNotValid, tries);
        if (card.PinHash is null)
            return (IsNew(card, now) ? await SetFirstAsync(connection, card.Serial, pin, cancellation)
                : CardOutcome.PinNotSet, tries);
        if (tries.Wait > TimeSpan.Zero)
            return (CardOutcome.PinWaits, tries);
        if (!CardPin.IsRight(pin, card.PinSalt!, card.PinHash))
            return (CardOutcome.PinWrong, await tries.CountWrongAsync(connection, card.Serial, cancellation));
        await tries.CountRightAsync(connection, card.Serial, cancellation);
        return (CardOutcome.Allowed, tries);
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
    }
}
