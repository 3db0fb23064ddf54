using System.Collections.Immutable;

namespace CityLoop.Ledger.Tests.Model;

/// <summary>
/// The rules of the books once more, told as plainly and slowly as they can be, from docs/reference/ledger.md: no
/// tables, no undoing, every sum added up anew, decay at the turn of the month for everybody. What the ledger does must
/// be what this says.
/// </summary>
sealed partial class PlainLedger(PlainFault fault = PlainFault.None)
{
    public PlainBooks Books { get; private set; } = new();

    /// <summary>What the last accepted set wrote, decay in front.</summary>
    public ImmutableList<JournalEntry> Written { get; private set; } = [];

    /// <summary>Decides a set and, when it is accepted, takes it in.</summary>
    public PostResult Post(IReadOnlyList<LedgerCommand> set, DateTimeOffset at)
    {
        var before = Books;
        var result = Decide(set, at);
        if (result.Outcome != PostOutcome.Posted && fault != PlainFault.RefusedSetLeavesItsFirstLeg)
            Books = before;
        return result;
    }

    /// <summary>What would be answered; nothing changes.</summary>
    public PostResult Try(IReadOnlyList<LedgerCommand> set, DateTimeOffset at)
    {
        var before = Books;
        var result = Decide(set, at);
        Books = before;
        return result;
    }

    /// <summary>Takes in an entry that the journal has; decay stands there as entries of its own.</summary>
    public PostOutcome Apply(JournalEntry entry)
    {
        Written = [];
        if (Books.Names.ContainsKey(entry.Body.Id))
            return PostOutcome.IdAlreadyPostedWithOtherContent;
        var command = Normal(entry.Body);
        var outcome = DecideOne(command, entry.At);
        if (outcome == PostOutcome.Posted)
            TakeIn(command, entry.At);
        return outcome;
    }

    PostResult Decide(IReadOnlyList<LedgerCommand> set, DateTimeOffset at)
    {
        Written = [];
        at = Microseconds(at) < Books.LastAt ? Books.LastAt : Microseconds(at);
        if (PostedBefore(set) is { } first)
            return new PostResult(PostOutcome.AlreadyPosted, first);

        foreach (var command in set)
            WriteDecay(command, at);
        first = Books.Sequence + 1;
        for (var i = 0; i < set.Count; i++)
        {
            // A name that was used is used, also by a leg of this set.
            var command = Normal(set[i]);
            var outcome = Books.Names.ContainsKey(command.Id)
                ? PostOutcome.IdAlreadyPostedWithOtherContent
                : set.Count > 1 && command is BeginDay or DefineCurrency or SetLimit && command.Id != Guid.Empty
                    ? PostOutcome.CommandStandsAlone
                    : DecideOne(command, at);
            if (outcome != PostOutcome.Posted)
                return new PostResult(outcome, 0, i);
            TakeIn(command, at);
        }

        for (var i = 0; i < set.Count; i++)
            if (LeavesRebateBehind(set[i]))
                return new PostResult(PostOutcome.RebateIsNotTakenBack, 0, i);
        return new PostResult(PostOutcome.Posted, first);
    }

    /// <summary>The first number of a set that stands in the journal as it is asked; null when it does not.</summary>
    long? PostedBefore(IReadOnlyList<LedgerCommand> set)
    {
        for (var i = 0; i < set.Count; i++)
            if (!Books.Names.TryGetValue(set[i].Id, out var named)
                || named.Sequence != Books.Names[set[0].Id].Sequence + i
                || (named.Content != AsAsked(set[i]) && fault != PlainFault.IdCoversAnyContent))
                return null;
        return Books.Names[set[0].Id].Sequence;
    }

    /// <summary>A person who still has something keeps more than the rest's share of what a payment earned.</summary>
    bool LeavesRebateBehind(LedgerCommand command)
    {
        if (command is not Transfer { Code: TransferCode.Refund, Reverses: { } reversed } refund
            || fault == PlainFault.RebateIsKept)
            return false;
        var payment = Books.Payments[Books.Names[reversed].Sequence];
        return Books.Payments.TryGetValue(payment.Rebate, out var rebate)
            && (Int128)rebate.Reversed < (Int128)rebate.Transfer.Amount * payment.Reversed / payment.Transfer.Amount
            && Books[rebate.Transfer.Debit].Status != AccountStatus.Closed
            && Available(refund.Credit) > 0;
    }

    /// <summary>Of a transfer "at most" it counts what was asked, to the microsecond.</summary>
    static LedgerCommand AsAsked(LedgerCommand command) => command switch
    {
        Transfer transfer => transfer with
        {
            Amount = transfer.AtMost ?? transfer.Amount,
            EffectiveAt = transfer.EffectiveAt is { } effective ? Microseconds(effective) : null,
        },
        PlaceHold hold => hold with { Until = Microseconds(hold.Until) },
        _ => command,
    };

    LedgerCommand Normal(LedgerCommand command) => AsAsked(command) is Transfer { AtMost: { } most } transfer
        ? transfer with { Amount = Movable(transfer, most) }
        : AsAsked(command);

    static DateTimeOffset Microseconds(DateTimeOffset at) => new(at.UtcTicks / 10 * 10, TimeSpan.Zero);

    /// <summary>The present period of a limit as a number of its own.</summary>
    int PeriodOf(LimitPeriod period, DateOnly? day) => period switch
    {
        LimitPeriod.Day => fault == PlainFault.LimitIsNotReset ? 0 : day?.DayNumber ?? 0,
        LimitPeriod.Month => MonthOf(day),
        _ => 0,
    };

    static int MonthOf(DateOnly? day) => day is { } date ? date.Year * 12 + date.Month : 0;
}
