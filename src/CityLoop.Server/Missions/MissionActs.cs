using CityLoop.Missions;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Levels;
using Npgsql;

namespace CityLoop.Server.Missions;

/// <summary>What the city answers to an act.</summary>
/// <param name="Refusal">Set when the act was not evaluated at all; then nothing else is.</param>
/// <param name="Payments">The points that it earned, with what became of them.</param>
/// <param name="Tickets">The draw entries that it earned.</param>
sealed record ActAnswer(
    ActRefusal? Refusal, Verdict Verdict, Explanation? Explanation, IReadOnlyList<Payment> Payments,
    IReadOnlyList<Ticket> Tickets);

/// <summary>Why an act was not even evaluated.</summary>
enum ActRefusal
{
    /// <summary>The id is empty.</summary>
    IdIsEmpty,

    /// <summary>This person used the id for another act.</summary>
    IdUsedWithOtherContent,
}

/// <summary>Takes acts: evaluates, keeps, pays. The same act told again gets its first answer.</summary>
sealed partial class MissionActs(
    MissionStore store, TicketStore tickets, MissionPayments payments, CityPack city, CityClock clock,
    ILogger<MissionActs> log) : IDisposable
{
    /// <summary>
    /// Two thirds of the database's connections. When a whole city answers at once, people wait here in order, where
    /// waiting costs nothing; in front of an exhausted pool they would time out, and pages with them.
    /// </summary>
    readonly SemaphoreSlim _atOnce = new(64);

    /// <summary>A person does something for a mission.</summary>
    /// <param name="level">How sure the city is of who they are.</param>
    /// <param name="id">Made by the person's device: the same id is the same telling.</param>
    public async Task<ActAnswer> TellAsync(
        PersonId person, AssuranceLevel level, Guid id, Mission mission, string activity, string? spot, int? answer,
        CancellationToken cancellation)
    {
        if (id == Guid.Empty)
            return Refused(ActRefusal.IdIsEmpty);
        await _atOnce.WaitAsync(cancellation);
        try
        {
            return await TakeAsync(person, level, id, mission, activity, spot, answer, cancellation);
        }
        finally
        {
            _atOnce.Release();
        }
    }

    async Task<ActAnswer> TakeAsync(
        PersonId person, AssuranceLevel level, Guid id, Mission mission, string activity, string? spot, int? answer,
        CancellationToken cancellation)
    {
        var now = clock.Now;
        var act = new Act(person.Value, activity, now.DateTime)
        {
            Spot = spot, Answer = answer, Level = (int)level,
        };
        // Each lap is lost only when another act of the same person was kept meanwhile, so there are few of them.
        while (true)
        {
            var (before, kept) = await store.LookAsync(person, id, mission.Id, cancellation);
            if (before is not null)
                return await AsBeforeAsync(person, id, mission, before, act, cancellation);
            var evaluation = Evaluator.Evaluate(mission, kept.State, act);
            // What changes nothing is not kept: the same id may be tried again, as in the ledger.
            if (ReferenceEquals(evaluation.State, kept.State))
                return new ActAnswer(null, evaluation.Verdict, evaluation.Explanation, [], []);

            var toKeep = new ActToKeep(
                person, id, mission, act, evaluation, kept.Revision, city, now.ToUniversalTime());
            if (await KeepAsync(toKeep, cancellation))
                return new ActAnswer(
                    null, evaluation.Verdict, evaluation.Explanation,
                    await PayAsync(toKeep.Payments, cancellation), Ticket.Of(toKeep));
        }
    }

    async Task<bool> KeepAsync(ActToKeep act, CancellationToken cancellation)
    {
        try
        {
            return await store.KeepAsync(act, cancellation);
        }
        catch (PostgresException twice) when (
            twice is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: ActToKeep.SameId })
        {
            // The same id was told twice at the same moment; the next lap finds the other telling.
            return false;
        }
    }

    async Task<ActAnswer> AsBeforeAsync(
        PersonId person, Guid id, Mission mission, KeptAct before, Act act, CancellationToken cancellation)
    {
        if (before.Mission != mission.Id || before.Activity != act.Activity || before.Answer != act.Answer)
            return Refused(ActRefusal.IdUsedWithOtherContent);
        var paid = await payments.OfAsync(person, id, cancellation);
        var open = paid.Where(payment => payment.Outcome == PaymentOutcome.Open).ToList();
        if (open.Count > 0)
            paid = [.. paid.Except(open), .. await PayAsync(open, cancellation)];
        return new ActAnswer(
            null, before.Verdict, before.Explanation, paid, await tickets.OfActAsync(person, id, cancellation));
    }

    async Task<IReadOnlyList<Payment>> PayAsync(IReadOnlyList<Payment> open, CancellationToken cancellation)
    {
        try
        {
            var outcomes = await payments.FinishAsync(open, cancellation);
            return [.. open.Zip(outcomes, (payment, outcome) => payment with { Outcome = outcome })];
        }
        catch (Exception e) when (e is LedgerUnavailableException or CityLoop.Ledger.LedgerIsBusyException)
        {
            // The stamp stands and the intent is kept: the person is told that the points follow.
            PaysLater(log, e);
            return open;
        }
    }

    public void Dispose() => _atOnce.Dispose();

    static ActAnswer Refused(ActRefusal refusal) =>
        new(refusal, default, null, [], []);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A mission's payment waits for the ledger.")]
    static partial void PaysLater(ILogger log, Exception reason);
}
