using CityLoop.Server.City;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Counter;
using CityLoop.Server.Pass.Letters;
using CityLoop.Server.Pass.Levels;
using CityLoop.Server.Web;

namespace CityLoop.Server.Gifts;

/// <summary>
/// A person asks for points, another pays, says no, or blocks the asker. Neither whether the contact is anybody's nor a
/// no is told to the asker: all that they read is that it was paid.
/// </summary>
sealed class AskForPoints(
    AskStore store, GivePoints give, GiftNames names, PersonStore people, DocumentPrints prints, LetterWriter letters,
    CityPack city, CityClock clock)
{
    public const int OpenMax = 5;
    public const int DayMax = 10;

    DateTimeOffset Now => clock.Now.ToUniversalTime();

    public async Task<AskOutcome> AskAsync(
        PersonId asker, AssuranceLevel level, AskOrder order, CancellationToken cancellation)
    {
        if (DecideAlone(level, order) is { } refusal)
            return refusal;
        var owner = await people.OwnerOfAsync(order.Contact!, cancellation);
        if (owner == asker)
            return AskOutcome.ToYourself;
        var ask = new Ask(
            order.Id, asker.Value, order.Contact!.Masked(), await prints.OfContactAsync(order.Contact, cancellation),
            order.Amount, order.Reason, Now, Now + Ask.OpenFor, owner?.Value, null, null);
        if (await store.FindAsync(ask.Id, cancellation) is { } before)
            return SameOr(before, ask);
        var mine = await store.OfAskerAsync(asker, Now - Ask.OpenFor, cancellation);
        var open = mine.Where(one => one.LooksOpen(Now)).ToList();
        if (open.Exists(one => one.ContactPrint?.SequenceEqual(ask.ContactPrint!) is true))
            return AskOutcome.AskedBefore;
        if (open.Count >= OpenMax)
            return AskOutcome.TooManyOpen;
        if (mine.Count(one => clock.DayOf(one.MadeAt) == clock.Today) >= DayMax)
            return AskOutcome.TooManyToday;
        return await store.AddAsync(ask, cancellation) || await store.FindAsync(ask.Id, cancellation) is not { } other
            ? AskOutcome.Asked
            : SameOr(other, ask);
    }

    /// <summary>What waits for a person's answer.</summary>
    public async Task<IReadOnlyList<Ask>> ForAsync(PersonId person, CancellationToken cancellation) =>
        await store.WaitingAsync(person, await PrintsAsync(person, cancellation), Now, cancellation);

    /// <summary>What a person has asked for, newest first.</summary>
    public Task<IReadOnlyList<Ask>> OfAsync(PersonId asker, CancellationToken cancellation) =>
        store.OfAskerAsync(asker, Now - Ask.OpenFor, cancellation);

    /// <summary>Pays an ask; null where it is not there for them.</summary>
    public async Task<GiftOutcome?> PayAsync(
        PersonId payer, AssuranceLevel level, Guid id, CancellationToken cancellation)
    {
        if ((await ForAsync(payer, cancellation)).FirstOrDefault(one => one.Id == id) is not { } ask)
            return null;
        var outcome = await give.GiveAsync(
            payer, level,
            new GiftOrder(ask.GiftId, null, null, ask.Amount, "") { Receiver = new PersonId(ask.Asker) }, cancellation);
        if (outcome == GiftOutcome.Given)
            await store.PaidAsync(id, payer, cancellation);
        return outcome;
    }

    public async Task<bool> DeclineAsync(PersonId person, Guid id, CancellationToken cancellation) =>
        await store.DeclineAsync(id, await PrintsAsync(person, cancellation), cancellation);

    /// <summary>Nothing that this asker asks is shown to the person any more.</summary>
    public async Task<bool> BlockAsync(PersonId person, Guid id, CancellationToken cancellation) =>
        (await ForAsync(person, cancellation)).FirstOrDefault(one => one.Id == id) is { } ask
        && await store.BlockAsync(person, ask.Asker, cancellation);

    /// <summary>Writes to those who were asked. Behind the asker's answer, which takes as long for all.</summary>
    public async Task TellAsync(CancellationToken cancellation)
    {
        foreach (var ask in await store.ToTellAsync(cancellation))
            if (await store.ToldAsync(ask.Id, cancellation))
                await letters.TellAsync(
                    new PersonId(ask.Tell!.Value), Topic.Gifts, "giftAsked", cancellation,
                    await names.ForLettersAsync(new PersonId(ask.Asker), cancellation),
                    Amounts.Format(ask.Amount, city.MainCurrency.Scale));
        await store.TidyAsync(Now - Ask.OpenFor, cancellation);
    }

    AskOutcome? DecideAlone(AssuranceLevel level, AskOrder order)
    {
        if (order.Id.Version is not (4 or 7))
            return AskOutcome.IdNotValid;
        if (order.Amount <= 0)
            return AskOutcome.AmountNotPositive;
        if (order.Amount > give.Largest)
            return AskOutcome.AmountTooLarge;
        if (order.Reason.Length == 0)
            return AskOutcome.ReasonMissing;
        if (!GiftOrder.IsMessage(order.Reason))
            return AskOutcome.MessageNotValid;
        if (order.Contact is null)
            return AskOutcome.ContactNotValid;
        if (!city.MainCurrency.MayBeGiven)
            return AskOutcome.MayNotBeGiven;
        return level < AssuranceLevel.ContactVerified ? AskOutcome.NeedsContact : null;
    }

    static AskOutcome SameOr(Ask before, Ask ask) =>
        (before.Asker, before.ToWhom, before.Amount, before.Reason)
            == (ask.Asker, ask.ToWhom, ask.Amount, ask.Reason) ? AskOutcome.Asked : AskOutcome.IdAlreadyUsed;

    async Task<IReadOnlyList<byte[]>> PrintsAsync(PersonId person, CancellationToken cancellation)
    {
        var found = new List<byte[]>();
        foreach (var contact in await people.ProvedContactsAsync(person, cancellation))
            found.Add(await prints.OfContactAsync(contact, cancellation));
        return found;
    }
}
