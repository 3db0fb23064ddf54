using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Counter;
using CityLoop.Server.Pass.Family;
using CityLoop.Server.Pass.Letters;
using CityLoop.Server.Pass.Levels;

namespace CityLoop.Server.Gifts;

/// <summary>
/// A person gives points to somebody who has shown their code, at once; or to whoever has proved a contact, who finds
/// them waiting. Whether the contact is anybody's is answered to nobody.
/// </summary>
sealed partial class GivePoints(
    GiftStore store, GiftCodes codes, GiftNames names, CityLedger ledger, PersonAccounts accounts, PersonStore people,
    FamilyStore family, DocumentPrints prints, LetterWriter letters, CityPack city, CityClock clock,
    ILogger<GivePoints> log)
{
    /// <summary>The largest gift, in whole points: half of what a shop may charge at once.</summary>
    const long LargestWhole = 100_000;

    /// <summary>Each may write somebody a letter: more is no present any more.</summary>
    public const int DayMax = 20;

    public CityCurrency Currency => city.MainCurrency;

    public long Largest { get; } =
        Enumerable.Range(0, city.MainCurrency.Scale).Aggregate(LargestWhole, (units, _) => units * 10);

    /// <summary>What would be refused, before anybody confirms; and the gift as it would be.</summary>
    public async Task<(GiftOutcome? Refusal, Gift? Gift)> LookAsync(
        PersonId giver, AssuranceLevel level, GiftOrder order, CancellationToken cancellation)
    {
        if (DecideAlone(level, order) is { } refusal)
            return (refusal, null);
        var receiver = order.Code is null ? order.Receiver : await codes.OwnerOfAsync(order.Code, cancellation);
        if (order.Code is not null && receiver is null)
            return (GiftOutcome.CodeUnknown, null);
        if (await family.IsChildAsync(giver, cancellation))
            return (GiftOutcome.ChildrenKeepTheirs, null);
        var owner = order.Contact is null ? null : await people.OwnerOfAsync(order.Contact, cancellation);
        if (receiver == giver || owner == giver)
            return (GiftOutcome.ToYourself, null);
        var now = clock.Now.ToUniversalTime();
        if (await store.FindAsync(order.Id, cancellation) is null
            && await store.CountSinceAsync(giver, clock.StartOf(clock.Today).ToUniversalTime(), cancellation) >= DayMax)
            return (GiftOutcome.TooManyToday, null);
        return (null, new Gift(
            order.Id, giver.Value, receiver?.Value,
            receiver is { } known ? await names.OfAsync(known, cancellation) : order.Contact!.Masked(),
            order.Contact is null ? null : await prints.OfContactAsync(order.Contact, cancellation),
            order.Contact is null ? null : 1, order.Amount, order.Message, now, null,
            order.Contact is null ? null : now + Gift.WaitsFor, owner?.Value, null, null, null, null));
    }

    public async Task<GiftOutcome> GiveAsync(
        PersonId giver, AssuranceLevel level, GiftOrder order, CancellationToken cancellation)
    {
        var (refusal, wanted) = await LookAsync(giver, level, order, cancellation);
        if (refusal is { } no)
            return no;
        if (await store.WantAsync(wanted!, cancellation) is not { } gift)
            return GiftOutcome.TooManyWait;
        if (!gift.IsLike(wanted!))
            return GiftOutcome.IdAlreadyUsed;
        return gift.PostedAt is null
            ? await PostAsync(gift, cancellation)
            : gift.Slot is null ? GiftOutcome.Given : GiftOutcome.Waits;
    }

    /// <summary>Goes on with what somebody wanted to give when a crash or a silent ledger came in between.</summary>
    public async Task GoOnAsync(Gift gift, CancellationToken cancellation)
    {
        // Who was erased meanwhile gives nothing any more; what the books have stays.
        if (await ledger.FindAsync(gift.TransferId, cancellation) is null
            && (await people.FindAsync(new PersonId(gift.Giver), cancellation) is null
                || (gift.Receiver is { } one && await people.FindAsync(new PersonId(one), cancellation) is null)))
            await store.ForgetAsync(gift.Id, cancellation);
        else
            await PostAsync(gift, cancellation);
    }

    GiftOutcome? DecideAlone(AssuranceLevel level, GiftOrder order)
    {
        if (order.Receiver is null && order.Id.Version is not (4 or 7))
            return GiftOutcome.IdNotValid;
        if (order.Amount <= 0)
            return GiftOutcome.AmountNotPositive;
        if (order.Amount > Largest)
            return GiftOutcome.AmountTooLarge;
        if (!GiftOrder.IsMessage(order.Message))
            return GiftOutcome.MessageNotValid;
        if (order is { Code: null, Contact: null, Receiver: null })
            return GiftOutcome.ContactNotValid;
        if (!Currency.MayBeGiven)
            return GiftOutcome.MayNotBeGiven;
        return level < AssuranceLevel.ContactVerified ? GiftOutcome.NeedsContact : null;
    }

    async Task<GiftOutcome> PostAsync(Gift gift, CancellationToken cancellation)
    {
        var posted = await ledger.FindAsync(gift.TransferId, cancellation);
        if (posted is null)
        {
            var from = await accounts.OfAsync(new PersonId(gift.Giver), Currency.Id, cancellation);
            var to = gift.Slot is { } slot
                ? await EscrowAsync(from, slot, cancellation)
                : await accounts.OfAsync(new PersonId(gift.Receiver!.Value), Currency.Id, cancellation);
            var result = await ledger.PostAsync(
                new Transfer(gift.TransferId, from, to, gift.Amount, TransferCode.Gift) { Reference = gift.Id },
                cancellation);
            if (!result.IsPosted)
            {
                await store.ForgetAsync(gift.Id, cancellation);
                return OutcomeOf(gift.Id, result.Outcome);
            }
        }

        if (await store.PostedAsync(gift, clock.Now.ToUniversalTime(), cancellation) && gift.Slot is null)
            await letters.TellAsync(
                new PersonId(gift.Receiver!.Value), Topic.Gifts, "giftCame", cancellation,
                await names.ForLettersAsync(new PersonId(gift.Giver), cancellation),
                Web.Amounts.Format(gift.Amount, Currency.Scale));
        return gift.Slot is null ? GiftOutcome.Given : GiftOutcome.Waits;
    }

    /// <summary>One for each gift that waits: what comes back is what was given. Used again afterwards.</summary>
    Task<AccountId> EscrowAsync(AccountId giver, short slot, CancellationToken cancellation) =>
        ledger.OpenAccountAsync(
            DerivedId.From("gift-escrow", giver.ToString(), $"{slot}"), Currency.Id, AccountKind.Escrow,
            cancellation);

    GiftOutcome OutcomeOf(Guid id, PostOutcome outcome)
    {
        switch (outcome)
        {
            case PostOutcome.DebitAccountIsFrozen or PostOutcome.DebitAccountIsClosed:
                return GiftOutcome.WalletIsFrozen;
            case PostOutcome.CreditAccountIsFrozen or PostOutcome.CreditAccountIsClosed
                or PostOutcome.CreditAccountIsFull or PostOutcome.CreditBalanceIsTooLarge:
                return GiftOutcome.CannotReceive;
            case PostOutcome.CurrencyMayNotBeGiven:
                return GiftOutcome.MayNotBeGiven;
            case PostOutcome.LimitIsReached:
                return GiftOutcome.LimitIsReached;
            case PostOutcome.DebitAccountHasTooFewPoints:
                return GiftOutcome.TooFewPoints;
            default:
                LogRefused(id, outcome);
                return GiftOutcome.Refused;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The ledger refused the gift {Id}: {Outcome}.")]
    partial void LogRefused(Guid id, PostOutcome outcome);
}
