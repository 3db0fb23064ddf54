using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Counter;
using CityLoop.Server.Pass.Letters;
using CityLoop.Server.Web;

namespace CityLoop.Server.TopUps;

/// <summary>
/// An officer takes cash of the person before them, who has as many points at once. The form's id makes it one; the
/// row is written first, and what a crash left open is posted again under the same names.
/// </summary>
sealed partial class CounterTopUps(
    TopUpStore store, Drawers drawers, TopUpBooks books, PersonAccounts accounts, PersonStore people,
    CounterSteps steps, LetterWriter letters, CityPack city, TimeProvider time, ILogger<CounterTopUps> log)
{
    public CityCurrency Currency => city.MainCurrency;

    public async Task<TopUpOutcome> PayInAsync(
        PersonId officer, Guid visit, Guid id, long amount, CancellationToken cancellation)
    {
        if (city.TopUp is not { } terms)
            return TopUpOutcome.NotOffered;
        if (id.Version is not (4 or 7))
            return TopUpOutcome.IdNotValid;
        if (amount <= 0)
            return TopUpOutcome.AmountNotValid;
        if (amount > terms.Most)
            return TopUpOutcome.AmountTooLarge;
        if (await steps.VisitAsync(visit, cancellation) is not { } here || here.Person == officer)
            return TopUpOutcome.NothingThere;
        if (await drawers.OpenOfAsync(officer, cancellation) is not { } drawer)
            return TopUpOutcome.NoDrawer;
        var wanted = new TopUp(
            id, here.Person.Value, officer.Value, drawer.Id, amount, time.GetUtcNow(), null);
        await store.WantAsync(wanted, cancellation);
        if (await store.FindAsync(id, cancellation) is not { } topUp)
            return TopUpOutcome.NoDrawer;
        if ((topUp.Person, topUp.Officer, topUp.Amount) != (wanted.Person, wanted.Officer, wanted.Amount))
            return TopUpOutcome.IdAlreadyUsed;
        return topUp.PostedAt is null ? await PostAsync(topUp, cancellation) : TopUpOutcome.Done;
    }

    /// <summary>An officer finds that a top-up was wrong. Another one has to agree.</summary>
    public async Task<TopUpOutcome> AskBackAsync(
        PersonId officer, Guid id, string reason, CancellationToken cancellation)
    {
        if (reason.Trim().Length is 0 or > Drawers.NoteMax || reason.Any(char.IsControl))
            return TopUpOutcome.ReasonMissing;
        if (await drawers.OpenOfAsync(officer, cancellation) is not { } drawer)
            return TopUpOutcome.NoDrawer;
        if (await store.FindAsync(id, cancellation) is not { PostedAt: not null })
            return TopUpOutcome.NothingThere;
        return await store.AskAsync(id, drawer.Id, reason.Trim(), officer, time.GetUtcNow(), cancellation)
            ? TopUpOutcome.Done
            : TopUpOutcome.AskedBefore;
    }

    /// <summary>A second officer lets a top-up be taken back, or does not; who asked may take that back.</summary>
    public async Task<TopUpOutcome> DecideAsync(
        PersonId officer, Guid id, bool isApproved, CancellationToken cancellation)
    {
        if ((await store.CorrectionsAsync("c.top_up = @id", new { id }, cancellation)).SingleOrDefault()
            is not { } correction)
            return TopUpOutcome.NothingThere;
        if (correction.DecidedAt is not null)
            return TopUpOutcome.DecidedBefore;
        if (isApproved && (correction.AskedBy == officer.Value || correction.Person == officer.Value))
            return TopUpOutcome.NeedsAnotherOfficer;
        if (!await store.DecideAsync(id, officer, isApproved, time.GetUtcNow(), cancellation))
            return TopUpOutcome.DecidedBefore;
        return isApproved ? await TakeBackAsync(id, cancellation) : TopUpOutcome.Done;
    }

    /// <summary>Goes on with what a crash or a silent ledger left open.</summary>
    public async Task FinishAsync(TimeSpan patience, CancellationToken cancellation)
    {
        var before = time.GetUtcNow() - patience;
        foreach (var topUp in await store.UnpostedAsync(before, cancellation))
            await PostAsync(topUp, cancellation);
        foreach (var correction in await store.CorrectionsAsync(
            "c.is_approved and c.posted_at is null and c.decided_at <= @before", new { before }, cancellation))
            await TakeBackAsync(correction.TopUp, cancellation);
    }

    async Task<TopUpOutcome> PostAsync(TopUp topUp, CancellationToken cancellation)
    {
        var person = new PersonId(topUp.Person);
        // Who was erased before the books had it has no account: the cash is the drawer's difference.
        if (await people.FindAsync(person, cancellation) is null)
        {
            await store.ForgetAsync(topUp.Id, cancellation);
            return TopUpOutcome.NothingThere;
        }

        var account = await accounts.OfAsync(person, Currency.Id, cancellation);
        var result = await books.PayInAsync(topUp.Id, topUp.Amount, account, cancellation);
        if (!result.IsPosted)
        {
            await store.ForgetAsync(topUp.Id, cancellation);
            return OutcomeOf("top-up", topUp.Id, result.Outcome);
        }

        if (await store.PostedAsync(topUp, time.GetUtcNow(), cancellation))
            await TellAsync(person, "toppedUp", topUp.Amount, cancellation);
        return TopUpOutcome.Done;
    }

    async Task<TopUpOutcome> TakeBackAsync(Guid id, CancellationToken cancellation)
    {
        var topUp = (await store.FindAsync(id, cancellation))!;
        var person = new PersonId(topUp.Person);
        var result = await people.FindAsync(person, cancellation) is null
            ? new PostResult(PostOutcome.DebitAccountUnknown, 0)
            : await books.TakeBackAsync(
                topUp, await accounts.OfAsync(person, Currency.Id, cancellation), cancellation);
        if (!result.IsPosted)
        {
            await store.ReopenAsync(id, cancellation);
            return OutcomeOf("correction", id, result.Outcome);
        }

        if (await store.CorrectedAsync(id, time.GetUtcNow(), cancellation))
            await TellAsync(person, "topUpCorrected", topUp.Amount, cancellation);
        return TopUpOutcome.Done;
    }

    // Money at a counter is nobody's news but theirs: whoever topped up somebody else's account is found out by it.
    Task TellAsync(PersonId person, string letter, long amount, CancellationToken cancellation) =>
        letters.TellAsync(person, Topic.Safety, letter, cancellation, Amounts.Format(amount, Currency.Scale));

    TopUpOutcome OutcomeOf(string what, Guid id, PostOutcome outcome)
    {
        switch (outcome)
        {
            case PostOutcome.CreditAccountIsFrozen or PostOutcome.CreditAccountIsClosed
                or PostOutcome.CreditAccountIsFull or PostOutcome.DebitAccountIsFrozen
                or PostOutcome.DebitAccountIsClosed:
                return TopUpOutcome.WalletTakesNothing;
            case PostOutcome.LimitIsReached:
                return TopUpOutcome.LimitIsReached;
            case PostOutcome.DebitAccountHasTooFewPoints:
                return TopUpOutcome.PersonHasTooLittle;
            default:
                LogRefused(what, id, outcome);
                return TopUpOutcome.Refused;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The ledger refused the {What} {Id}: {Outcome}.")]
    partial void LogRefused(string what, Guid id, PostOutcome outcome);
}
