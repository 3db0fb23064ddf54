using CityLoop.Ledger;
using CityLoop.Server.Ledger;
using CityLoop.Server.Pass;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Missions;

/// <summary>What became of points that a mission promised.</summary>
enum PaymentOutcome : short
{
    /// <summary>The ledger has not answered yet; the sweeper asks again.</summary>
    Open = 0,

    /// <summary>They are in the person's account.</summary>
    Paid = 1,

    /// <summary>The budget had run dry: all places were taken.</summary>
    BudgetIsDry = 2,

    /// <summary>The same reward was paid for another act before.</summary>
    PaidForAnotherAct = 3,

    /// <summary>The ledger refused for a reason that should not occur; it is logged.</summary>
    Refused = 4,

    /// <summary>The person has earned as much as the city's limit lets them in this time.</summary>
    LimitIsReached = 5,
}

/// <summary>Points that a mission owes a person: committed before the ledger is asked, decided after.</summary>
sealed record Payment(
    Guid Id, Guid Claim, Guid Person, Guid Version, string Reward, long Amount, short Currency, string Budget,
    DateOnly? LastDay, PaymentOutcome Outcome);

/// <summary>Carries payments from the table to the ledger and the answer back. Doing it twice pays once.</summary>
sealed partial class MissionPayments(
    CityLedger ledger, CityBudgets budgets, PersonAccounts accounts, NpgsqlDataSource database, TimeProvider time,
    ILogger<MissionPayments> log)
{
    /// <summary>Asks the ledger for each, and keeps its answers.</summary>
    /// <exception cref="LedgerUnavailableException">The payments stay open; the sweeper finishes them.</exception>
    public async Task<PaymentOutcome[]> FinishAsync(IReadOnlyList<Payment> open, CancellationToken cancellation)
    {
        if (open.Count == 0)
            return [];
        var transfers = new Transfer[open.Count];
        for (var i = 0; i < open.Count; i++)
            transfers[i] = await TransferAsync(open[i], cancellation);
        var results = await ledger.PostManyAsync(transfers, cancellation);
        var outcomes = results.Select((result, i) => OutcomeOf(result, open[i])).ToArray();
        await KeepAsync(open, outcomes, cancellation);
        return outcomes;
    }

    /// <summary>Payments that are still open although they were intended before an instant.</summary>
    public async Task<IReadOnlyList<Payment>> OpenAsync(
        DateTimeOffset intendedBefore, int count, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return [.. (await connection.QueryAsync<PaymentRow>(new CommandDefinition($"""
            select {PaymentRow.Columns} from missions.payment
            where outcome = 0 and intended_at <= @intendedBefore order by intended_at limit @count
            """, new { intendedBefore, count }, cancellationToken: cancellation))).Select(row => row.Payment)];
    }

    /// <summary>What a mission's versions paid or owe a person; of one act when it is named.</summary>
    public async Task<IReadOnlyList<Payment>> OfAsync(
        PersonId person, Guid? act, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return [.. (await connection.QueryAsync<PaymentRow>(new CommandDefinition($"""
            select {PaymentRow.Columns} from missions.payment
            where person = @person and (@act::uuid is null or act = @act) order by intended_at
            """, new { person = person.Value, act }, cancellationToken: cancellation))).Select(row => row.Payment)];
    }

    async Task<Transfer> TransferAsync(Payment payment, CancellationToken cancellation) =>
        new(
            payment.Id,
            await budgets.AccountAsync(payment.Budget, cancellation),
            await accounts.OfAsync(new PersonId(payment.Person), new CurrencyId(payment.Currency), cancellation),
            payment.Amount,
            TransferCode.Earn)
        {
            LastDay = payment.LastDay, Claim = payment.Claim, Reference = payment.Version,
        };

    PaymentOutcome OutcomeOf(PostResult result, Payment payment)
    {
        switch (result.Outcome)
        {
            case PostOutcome.Posted or PostOutcome.AlreadyPosted:
                return PaymentOutcome.Paid;
            case PostOutcome.DebitAccountHasTooFewPoints:
                return PaymentOutcome.BudgetIsDry;
            case PostOutcome.ClaimAlreadyUsed:
                return PaymentOutcome.PaidForAnotherAct;
            case PostOutcome.LimitIsReached:
                return PaymentOutcome.LimitIsReached;
            default:
                RefusedByLedger(log, payment.Id, payment.Budget, result.Outcome);
                return PaymentOutcome.Refused;
        }
    }

    async Task KeepAsync(
        IReadOnlyList<Payment> payments, PaymentOutcome[] outcomes, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        // Two servers may have asked at once; the ledger gave both the same answer, except that a dry budget could
        // have been filled between. The first answer that is kept holds, but "paid" is what the books say for good.
        await connection.ExecuteAsync(new CommandDefinition("""
            update missions.payment set outcome = d.outcome, decided_at = @now
            from unnest(@ids, @outcomes) as d(id, outcome)
            where payment.id = d.id
              and (payment.outcome = @open or (payment.outcome = @dry and d.outcome = @paid))
            """,
            new
            {
                ids = payments.Select(p => p.Id).ToArray(),
                outcomes = outcomes.Select(o => (short)o).ToArray(),
                now = time.GetUtcNow(),
                open = PaymentOutcome.Open,
                dry = PaymentOutcome.BudgetIsDry,
                paid = PaymentOutcome.Paid,
            },
            cancellationToken: cancellation));
    }

    sealed record PaymentRow(
        Guid Id, Guid Claim, Guid Person, Guid Version, string Reward, long Amount, short Currency, string Budget,
        DateTime? LastDay, short Outcome)
    {
        public const string Columns =
            "id, claim, person, version, reward, amount, currency, budget, last_day::timestamp, outcome";

        public Payment Payment => new(
            Id, Claim, Person, Version, Reward, Amount, Currency, Budget,
            LastDay is { } day ? DateOnly.FromDateTime(day) : null, (PaymentOutcome)Outcome);
    }

    [LoggerMessage(
        Level = LogLevel.Error, Message = "The ledger refused the payment {Id} from budget {Budget}: {Outcome}.")]
    static partial void RefusedByLedger(ILogger log, Guid id, string budget, PostOutcome outcome);
}
