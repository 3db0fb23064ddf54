using CityLoop.Missions;
using CityLoop.Server.City;
using CityLoop.Server.Pass;

namespace CityLoop.Server.Missions;

/// <summary>An act and what follows from it, as the parameters of one statement.</summary>
sealed class ActToKeep
{
    public ActToKeep(
        PersonId person, Guid id, Mission mission, Act act, Evaluation evaluation, long revision, CityPack city,
        DateTimeOffset at)
    {
        (Person, Id, Version, Mission) = (person.Value, id, mission.VersionId, mission.Id);
        (Activity, Answer, Verdict) = (act.Activity, act.Answer, (short)evaluation.Verdict);
        (Revision, State, At) = (revision, evaluation.State.ToJson(), at);
        Sentence = evaluation.Explanation.Key;
        Numbers = [.. evaluation.Explanation.Arguments.OfType<long>()];
        Payments =
        [
            .. evaluation.Effects.OfType<EarnPoints>().Select(earn =>
            {
                var currency = city.Budget(earn.Points.Budget).Currency;
                return new Payment(
                    earn.Id, earn.Claim, person.Value, Version, earn.Reward, earn.Points.Amount, currency.Id.Value,
                    earn.Points.Budget, currency.LastDay.For(act.Day), PaymentOutcome.Open);
            }),
        ];
        Tickets = [.. evaluation.Effects.OfType<GrantTickets>()];
    }

    public Guid Person { get; }
    public Guid Id { get; }
    public Guid Version { get; }
    public string Mission { get; }
    public string Activity { get; }
    public int? Answer { get; }
    public short Verdict { get; }
    public long Revision { get; }
    public string State { get; }
    public string Sentence { get; }
    public long[] Numbers { get; }
    public DateTimeOffset At { get; }
    public IReadOnlyList<Payment> Payments { get; }
    public IReadOnlyList<GrantTickets> Tickets { get; }

    public Guid[] PaymentIds => [.. Payments.Select(p => p.Id)];
    public Guid[] PaymentClaims => [.. Payments.Select(p => p.Claim)];
    public string[] PaymentRewards => [.. Payments.Select(p => p.Reward)];
    public long[] PaymentAmounts => [.. Payments.Select(p => p.Amount)];
    public short[] PaymentCurrencies => [.. Payments.Select(p => p.Currency)];
    public string[] PaymentBudgets => [.. Payments.Select(p => p.Budget)];
    public DateTime?[] PaymentLastDays => [.. Payments.Select(p => p.LastDay?.ToDateTime(TimeOnly.MinValue))];

    public Guid[] TicketIds => [.. Tickets.Select(t => t.Id)];
    public Guid[] TicketClaims => [.. Tickets.Select(t => t.Claim)];
    public string[] TicketRewards => [.. Tickets.Select(t => t.Reward)];
    public string[] TicketDraws => [.. Tickets.Select(t => t.Tickets.Draw)];
    public int[] TicketCounts => [.. Tickets.Select(t => t.Tickets.Count)];

    /// <summary>
    /// The rule that a second telling under the same id breaks. Any other broken rule would be broken in the next lap
    /// too: a payment that stands though the state says that it was not earned.
    /// </summary>
    public const string SameId = "act_pkey";

    // The state first: when its revision has moved on, no row comes out of it and nothing else is written.
    public const string Sql = """
        with kept as (
          insert into missions.progress (person, mission, revision, state)
          values (@Person, @Mission, 1, @State::jsonb)
          on conflict (person, mission) do update
            set revision = progress.revision + 1, state = excluded.state
            where progress.revision = @Revision
          returning 1),
        told as (
          insert into missions.act (person, id, version, activity, answer, verdict, sentence, numbers, at)
          select @Person, @Id, @Version, @Activity, @Answer, @Verdict, @Sentence, @Numbers, @At from kept),
        intended as (
          insert into missions.payment
            (id, claim, person, act, version, reward, amount, currency, budget, last_day, intended_at)
          select p.id, p.claim, @Person, @Id, @Version, p.reward, p.amount, p.currency, p.budget, p.last_day, @At
          from kept, unnest(@PaymentIds, @PaymentClaims, @PaymentRewards, @PaymentAmounts, @PaymentCurrencies,
            @PaymentBudgets, @PaymentLastDays::date[])
            as p(id, claim, reward, amount, currency, budget, last_day)),
        given as (
          insert into missions.ticket (id, claim, person, act, mission, draw, reward, count, given_at)
          select t.id, t.claim, @Person, @Id, @Mission, t.draw, t.reward, t.count, @At
          from kept, unnest(@TicketIds, @TicketClaims, @TicketRewards, @TicketDraws, @TicketCounts)
            as t(id, claim, reward, draw, count))
        select exists (select from kept)
        """;
}
