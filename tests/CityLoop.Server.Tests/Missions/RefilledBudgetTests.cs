using CityLoop.Ledger;
using CityLoop.Server.Ledger;
using CityLoop.Server.Missions;
using CityLoop.Server.Pass;
using CityLoop.Server.Tests.Hosting;
using Dapper;

namespace CityLoop.Server.Tests.Missions;

/// <summary>
/// Two servers ask the ledger for the same payment, and between their questions a dry budget is filled again.
/// </summary>
public sealed class RefilledBudgetTests(TestCity city) : IClassFixture<TestCity>
{
    const string Budget = "rally-2026";

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    MissionPayments Payments => city.Get<MissionPayments>();

    [Fact]
    public async Task Points_that_another_server_paid_after_the_refill_are_told_as_paid()
    {
        await LeaveInBudgetAsync(0);
        var payment = await IntendAsync(Cast.EmmaDubois);

        (await Payments.FinishAsync([payment], Stop)).ShouldBe([PaymentOutcome.BudgetIsDry]);
        (await KeptAsync(payment)).ShouldBe(PaymentOutcome.BudgetIsDry);
        await LeaveInBudgetAsync(1_000);
        // The other server has had the payment in its hands since before.
        (await Payments.FinishAsync([payment], Stop)).ShouldBe([PaymentOutcome.Paid]);

        (await KeptAsync(payment)).ShouldBe(PaymentOutcome.Paid, "the points are in the account");
    }

    [Fact]
    public async Task An_answer_from_before_the_refill_that_is_kept_last_changes_nothing()
    {
        await LeaveInBudgetAsync(0);
        var payment = await IntendAsync(Cast.LinMeiling);
        await using var other = await city.Database.OpenConnectionAsync(Stop);
        await using (var keeping = await other.BeginTransactionAsync(Stop))
        {
            // The other server keeps "paid" while this one, which was told "dry", waits to keep that.
            await other.ExecuteAsync(
                "update missions.payment set outcome = 1, decided_at = @now where id = @id",
                new { id = payment.Id, now = city.Clock.GetUtcNow() });
            var late = Payments.FinishAsync([payment], Stop);
            await Eventually.BecomesTrueAsync(SomebodyWaitsAsync, TimeSpan.FromSeconds(60), "the late one waits");
            await keeping.CommitAsync(Stop);
            (await late).ShouldBe([PaymentOutcome.BudgetIsDry]);
        }

        (await KeptAsync(payment)).ShouldBe(PaymentOutcome.Paid);
    }

    async Task<bool> SomebodyWaitsAsync()
    {
        await using var database = await city.Database.OpenConnectionAsync(Stop);
        return await database.ExecuteScalarAsync<bool>("""
            select exists (select from pg_stat_activity
              where datname = current_database() and wait_event_type = 'Lock' and query like '%missions.payment%')
            """);
    }

    async Task LeaveInBudgetAsync(long left)
    {
        var (budgets, ledger) = (city.Get<CityBudgets>(), city.Get<CityLedger>());
        var budget = await budgets.AccountAsync(Budget, Stop);
        var issuing = await budgets.IssuingAsync(city.Pack.MainCurrency, Stop);
        var now = (await ledger.ReadAsync(books => books.Account(budget), Stop)).Balance;
        if (now == left)
            return;
        (await ledger.PostAsync(
            now < left
                ? new Transfer(Guid.NewGuid(), issuing, budget, left - now, TransferCode.Fund)
                : new Transfer(Guid.NewGuid(), budget, issuing, now - left, TransferCode.Unfund), Stop))
            .IsPosted.ShouldBeTrue();
    }

    async Task<Payment> IntendAsync(string castId)
    {
        var payment = new Payment(
            Guid.NewGuid(), Guid.NewGuid(), PersonId.OfCast(castId).Value, city.Rally().VersionId, "three-stamps", 100,
            city.Pack.MainCurrency.Id.Value, Budget, new DateOnly(2027, 5, 21), PaymentOutcome.Open);
        await using var database = await city.Database.OpenConnectionAsync(Stop);
        await database.ExecuteAsync("""
            insert into missions.payment
              (id, claim, person, act, version, reward, amount, currency, budget, last_day, intended_at)
            values (@Id, @Claim, @Person, @Id, @Version, @Reward, @Amount, @Currency, @Budget, '2027-05-21', @now)
            """, new
        {
            payment.Id, payment.Claim, payment.Person, payment.Version, payment.Reward, payment.Amount,
            payment.Currency, payment.Budget, now = city.Clock.GetUtcNow(),
        });
        return payment;
    }

    async Task<PaymentOutcome> KeptAsync(Payment payment)
    {
        await using var database = await city.Database.OpenConnectionAsync(Stop);
        return (PaymentOutcome)await database.ExecuteScalarAsync<short>(
            "select outcome from missions.payment where id = @Id", new { payment.Id });
    }
}
