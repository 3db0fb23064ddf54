using CityLoop.Ledger;
using CityLoop.Server.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Access;
using CityLoop.Server.Web.Languages;

namespace CityLoop.Server.Accounts;

/// <summary>
/// Freezes, thaws, closes and bounds accounts. One officer freezes alone, because waiting costs money; everything else
/// takes two, because one alone could let points out.
/// </summary>
sealed partial class AccountChanges(
    CityLedger ledger, ChangeStore store, OfficerView view, TextCatalogue texts, TimeProvider time,
    ILogger<AccountChanges> log)
{
    public async Task<AskOutcome> AskAsync(PersonId officer, AccountChange change, CancellationToken cancellation)
    {
        // Version 8 is what the city derives from its own acts: an entry of that name would stand in the act's way.
        if (change.Id.Version is not (4 or 7))
            return AskOutcome.IdNotValid;
        if (change.Reason.Trim().Length is 0 or > AccountChange.ReasonMax || change.Reason.Any(char.IsControl))
            return AskOutcome.ReasonNotValid;
        if (await store.FindAsync(change.Id, cancellation) is { } before)
            return before.Change == change && before.AskedBy == officer.Value
                ? before.IsApproved is true ? AskOutcome.Done : AskOutcome.Waits
                : AskOutcome.IdAlreadyUsed;
        var (found, isFreezeAlone) = await ledger.ReadAsync(books => Look(books, change), cancellation);
        if (found != AskOutcome.Waits)
            return found;
        if (!await store.AddAsync(change, officer.Value, isFreezeAlone, time.GetUtcNow(), cancellation))
            return AskOutcome.AnotherWaits;
        return !isFreezeAlone ? AskOutcome.Waits
            : await PostAsync(change, [officer], cancellation) == PostOutcome.Posted ? AskOutcome.Done
            : AskOutcome.AccountIsClosed;
    }

    public async Task<DecideOutcome> DecideAsync(
        PersonId officer, Guid id, bool isApproved, CancellationToken cancellation)
    {
        if (await store.FindAsync(id, cancellation) is not { } line)
            return DecideOutcome.ChangeUnknown;
        if (line.DecidedAt is not null)
            return DecideOutcome.AlreadyDecided;
        // Who asked may take it back, and no more.
        if (isApproved && line.AskedBy == officer.Value)
            return DecideOutcome.NeedsSecondOfficer;
        if (!await store.DecideAsync(id, officer.Value, isApproved, time.GetUtcNow(), cancellation))
            return DecideOutcome.AlreadyDecided;
        if (!isApproved)
            return DecideOutcome.Refused;
        return await PostAsync(line.Change, [new PersonId(line.AskedBy), officer], cancellation) switch
        {
            PostOutcome.Posted => DecideOutcome.Approved,
            PostOutcome.AccountIsClosed => DecideOutcome.AccountIsClosed,
            PostOutcome.AccountIsNotEmpty => DecideOutcome.AccountIsNotEmpty,
            _ => DecideOutcome.BoundsNotValid,
        };
    }

    /// <summary>Posts what a crash left approved but unposted; answers how many there were.</summary>
    public async Task<int> FinishAsync(TimeSpan patience, CancellationToken cancellation)
    {
        var open = await store.UnpostedAsync(time.GetUtcNow() - patience, cancellation);
        foreach (var line in open)
            await PostAsync(
                line.Change, [new PersonId(line.AskedBy), new PersonId(line.DecidedBy!.Value)], cancellation);
        return open.Count;
    }

    async Task<PostOutcome> PostAsync(
        AccountChange change, IReadOnlyList<PersonId> officers, CancellationToken cancellation)
    {
        var result = await ledger.PostAsync(change.Command, cancellation);
        var outcome = result.Outcome == PostOutcome.AlreadyPosted ? PostOutcome.Posted : result.Outcome;
        // Before it is noted as done: what a crash leaves open is posted and told once more.
        if (outcome == PostOutcome.Posted)
            await TellAsync(change, officers, cancellation);
        await store.CloseAsync(
            change.Id, outcome == PostOutcome.Posted ? time.GetUtcNow() : null, cancellation);
        LogChange(change.Account.Value, change.Status, outcome);
        return outcome;
    }

    /// <summary>Whose account it is reads who did what and why, and need not find out at a till.</summary>
    Task TellAsync(AccountChange change, IReadOnlyList<PersonId> officers, CancellationToken cancellation)
    {
        var what = change.Status switch
        {
            AccountStatus.Frozen => "accounts.told.frozen",
            AccountStatus.Closed => "accounts.told.closed",
            _ => "accounts.told.open",
        };
        return view.TellOfAccountAsync(
            officers, change.Account,
            AccessText.Of(new LocalNames(TextCatalogue.Languages.ToDictionary(
                language => language, language => texts.Say(language, what, change.Reason)))),
            change.Status switch
            {
                AccountStatus.Frozen => "accountFrozen",
                AccountStatus.Closed => "accountClosed",
                _ => "accountOpen",
            },
            change.Reason, cancellation);
    }

    /// <summary>What the books say to it now; the ledger decides once more when it is posted.</summary>
    static (AskOutcome Outcome, bool IsFreezeAlone) Look(LedgerState books, AccountChange change)
    {
        if (change.Account.Value <= 0 || change.Account.Value > books.AccountCount)
            return (AskOutcome.AccountUnknown, false);
        var account = books.Account(change.Account);
        var bounds = books.BoundsOf(change.Account);
        if (change.Minimum > change.Maximum || (change.Minimum < 0 && !account.Kind.MayGoBelowZero()))
            return (AskOutcome.BoundsNotValid, false);
        if (account.Status == AccountStatus.Closed)
            return (AskOutcome.AccountIsClosed, false);
        var keepsBounds = (change.Minimum, change.Maximum) == bounds;
        if (keepsBounds && account.Status == change.Status)
            return (AskOutcome.NothingChanges, false);
        if (change.Status == AccountStatus.Closed && account.Balance != 0)
            return (AskOutcome.AccountIsNotEmpty, false);
        return (AskOutcome.Waits, keepsBounds && change.Status == AccountStatus.Frozen);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Account {Account} was asked to be {Status}: {Outcome}.")]
    partial void LogChange(int account, AccountStatus status, PostOutcome outcome);
}
