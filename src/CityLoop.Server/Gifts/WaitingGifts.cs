using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Counter;
using CityLoop.Server.Pass.Letters;
using CityLoop.Server.Web;

namespace CityLoop.Server.Gifts;

/// <summary>What can become of a step about a gift that waits.</summary>
enum WaitingOutcome
{
    Done,

    /// <summary>It is not there for them: taken, gone back, or never theirs.</summary>
    Gone,

    /// <summary>Their account takes nothing now.</summary>
    CannotReceive,
}

/// <summary>
/// Gifts in escrow end once: taken or declined by whoever has proved the contact, taken back by the giver, or returned
/// when their time is over. The row decides which, the books move what is left, under one name for all four.
/// </summary>
sealed partial class WaitingGifts(
    GiftStore store, GiftNames names, CityLedger ledger, PersonAccounts accounts, PersonStore people,
    DocumentPrints prints, LetterWriter letters, CityPack city, TimeProvider time, ILogger<WaitingGifts> log)
{
    CityCurrency Currency => city.MainCurrency;

    /// <summary>What waits for a person, oldest first.</summary>
    public async Task<IReadOnlyList<Gift>> ForAsync(PersonId person, CancellationToken cancellation) =>
        await store.WaitingAsync(await PrintsAsync(person, cancellation), time.GetUtcNow(), cancellation);

    public async Task<WaitingOutcome> TakeAsync(PersonId person, Guid id, CancellationToken cancellation)
    {
        if (await store.FindAsync(id, cancellation) is not { } gift)
            return WaitingOutcome.Gone;
        var account = await accounts.OfAsync(person, Currency.Id, cancellation);
        if (!await ledger.ReadAsync(books => HasRoom(books, account, gift.Amount), cancellation))
            return WaitingOutcome.CannotReceive;
        if (await store.TakeAsync(
            id, person, await PrintsAsync(person, cancellation), time.GetUtcNow(), cancellation))
            await CloseAsync(id, cancellation);
        else if (gift is not { Ending: "taken" } || gift.Receiver != person.Value)
            return WaitingOutcome.Gone;
        return WaitingOutcome.Done;
    }

    public async Task<WaitingOutcome> DeclineAsync(PersonId person, Guid id, CancellationToken cancellation)
    {
        var isDeclined = await store.DeclineAsync(
            id, await PrintsAsync(person, cancellation), time.GetUtcNow(), cancellation);
        return await EndedAsync(id, isDeclined, cancellation);
    }

    public async Task<WaitingOutcome> CancelAsync(PersonId giver, Guid id, CancellationToken cancellation) =>
        await EndedAsync(id, await store.CancelAsync(id, giver, time.GetUtcNow(), cancellation), cancellation);

    /// <summary>Sends back what has waited long enough; what it moves is <see cref="CloseAsync"/>'s.</summary>
    public async Task ReturnDueAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        if (await store.ReturnDueAsync(now, cancellation))
            foreach (var gift in await store.OpenAsync(now, cancellation))
                if (gift is { PostedAt: not null, Ending: "returned" })
                    await CloseAsync(gift.Id, cancellation);
    }

    /// <summary>Writes to those whose contact a gift was for. Behind the giver's answer, which takes as long for all.
    /// </summary>
    public async Task TellAsync(CancellationToken cancellation)
    {
        foreach (var gift in await store.ToTellAsync(cancellation))
            if (await store.ToldAsync(gift.Id, cancellation))
                await letters.TellAsync(
                    new PersonId(gift.Tell!.Value), Topic.Gifts, "giftWaits", cancellation,
                    await names.ForLettersAsync(new PersonId(gift.Giver), cancellation), Text(gift.Amount),
                    DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(gift.Until!.Value, city.TimeZone).DateTime));
    }

    /// <summary>Moves what is left of an ended gift out of escrow. Once, whoever asks and however often.</summary>
    public async Task CloseAsync(Guid id, CancellationToken cancellation)
    {
        if (await store.CloseAsync(id, gift => MoveAsync(gift, cancellation), time.GetUtcNow(), cancellation)
            is not { Ending: not "cancelled" } gift)
            return;
        await letters.TellAsync(
            new PersonId(gift.Giver), Topic.Gifts, gift.Ending == "taken" ? "giftTaken" : "giftBack", cancellation,
            names.OfRow(gift.ToWhom), Text(gift.Moved!.Value));
    }

    /// <summary>How much has left escrow; null while the receiving account takes nothing.</summary>
    async Task<long?> MoveAsync(Gift gift, CancellationToken cancellation)
    {
        if ((await ledger.FindAsync(gift.EndId, cancellation))?.Body is Transfer before)
            return before.Amount;
        var given = (Transfer)(await ledger.FindAsync(gift.TransferId, cancellation))!.Body;
        var receiver = gift is { Ending: "taken", Receiver: { } person }
            && await people.FindAsync(new PersonId(person), cancellation) is not null
                ? await accounts.OfAsync(new PersonId(person), Currency.Id, cancellation)
                : given.Debit;
        // Points that end while they wait have gone to their budget: no more than the rest is there.
        var left = Math.Min(
            gift.Amount, await ledger.ReadAsync(books => books.Account(given.Credit).Spendable, cancellation));
        if (left == 0)
            return 0;
        var result = await ledger.PostAsync(
            new Transfer(gift.EndId, given.Credit, receiver, left, TransferCode.GiftRelease) { Reference = gift.Id },
            cancellation);
        if (result.IsPosted)
            return left;
        LogWaits(gift.Id, result.Outcome);
        return null;
    }

    async Task<WaitingOutcome> EndedAsync(Guid id, bool isEnded, CancellationToken cancellation)
    {
        if (!isEnded)
            return WaitingOutcome.Gone;
        await CloseAsync(id, cancellation);
        return WaitingOutcome.Done;
    }

    async Task<IReadOnlyList<byte[]>> PrintsAsync(PersonId person, CancellationToken cancellation)
    {
        var found = new List<byte[]>();
        foreach (var contact in await people.ProvedContactsAsync(person, cancellation))
            found.Add(await prints.OfContactAsync(contact, cancellation));
        return found;
    }

    static bool HasRoom(LedgerState books, AccountId account, long amount)
    {
        var view = books.Account(account);
        return view.Status == AccountStatus.Open
            && (books.BoundsOf(account).Maximum is not { } maximum || (Int128)view.Balance + amount <= maximum);
    }

    string Text(long amount) => Amounts.Format(amount, Currency.Scale);

    [LoggerMessage(Level = LogLevel.Information, Message = "The gift {Id} waits to leave escrow: {Outcome}.")]
    partial void LogWaits(Guid id, PostOutcome outcome);
}
