using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;
using CityLoop.Server.Vouchers;
using CityLoop.Server.Web;

namespace CityLoop.Server.Merchants;

/// <summary>
/// Pays shops, as linked transfers with derived ids. It writes no table: the journal is the sale, so whatever was
/// answered once is answered again, on every server and after a crash.
/// </summary>
sealed partial class Payments(
    CityLedger ledger, CityBudgets budgets, Refunds refunds, VoucherUses vouchers, CityPack city, CityClock clock,
    ILogger<Payments> log)
{
    /// <summary>The largest single payment, in whole points: no shop of a points scheme sells more at once.</summary>
    public const long LargestWhole = 200_000;

    /// <summary>How often it is asked anew when the person's vouchers change under it.</summary>
    const int TriesMax = 3;

    public CityCurrency Currency => city.MainCurrency;

    /// <summary>The largest single payment in the currency's smallest unit.</summary>
    public long Largest { get; } =
        Enumerable.Range(0, city.MainCurrency.Scale).Aggregate(LargestWhole, (units, _) => units * 10);

    public string LargestAsText => AsText(Largest);

    public string AsText(long amount) => Amounts.Format(amount, Currency.Scale);

    /// <summary>What the city gives back for an amount: a share, rounded down.</summary>
    public long BackFor(long amount) => amount * city.Rebate.Percent / 100;

    /// <summary>Moves an amount from a person to a shop, and the city's share back to the person.</summary>
    /// <param name="claim">The name that a wallet code uses up; null where the person acts themselves.</param>
    public async Task<(PaymentOutcome Outcome, Payment? Payment)> PayAsync(
        Guid id, AccountId person, Merchant shop, long amount, Guid? claim, CancellationToken cancellation)
    {
        var (isWallet, isKnown) = await ledger.ReadAsync(
            books => (IsWallet(books, person), books.Find(id) is not null), cancellation);
        if (!isWallet)
            return (PaymentOutcome.NoWallet, null);
        // What was paid before is told again, also when the rule has changed since.
        if (!isKnown && !Accepts(shop))
            return (PaymentOutcome.NotAcceptedHere, null);
        var pay = new Transfer(id, person, shop.Account, amount, TransferCode.Pay)
        {
            Claim = claim, Reference = shop.Id,
        };
        if (isKnown)
            return await PaidBeforeAsync(pay, cancellation);
        for (var tried = 1; ; tried++)
        {
            var plan = await vouchers.PlanToPayAsync(person, PlaceOf(shop), amount, cancellation);
            var (result, back) = await PostAsync(pay, shop, plan, cancellation);
            switch (result.Outcome)
            {
                case PostOutcome.Posted:
                    return (PaymentOutcome.Paid,
                        new Payment(
                            id, person, shop.Account, amount, back, clock.Now, result.Sequence + 2 * plan.Uses.Count,
                            claim)
                        {
                            Used = plan.Uses.Count == 0 ? [] : await vouchers.UsedInAsync(id, cancellation),
                        });
                case PostOutcome.AlreadyPosted or PostOutcome.IdAlreadyPostedWithOtherContent:
                    return await PaidBeforeAsync(pay, cancellation);
                case PostOutcome.DebitAccountHasTooFewPoints when plan.Uses.Count > 0 && tried < TriesMax:
                    // Another payment has used a voucher in the meantime, or all there is does not suffice.
                    continue;
                case PostOutcome.DebitAccountHasTooFewPoints
                    when plan.Spendable + plan.NotHere.Sum(held => held.Amount) >= amount:
                    return (PaymentOutcome.VoucherNotTakenHere, null);
                default:
                    var outcome = LedgerAnswers.OfPayment(result.Outcome);
                    if (outcome == PaymentOutcome.Refused)
                        LogRefused(id, result.Outcome);
                    return (outcome, null);
            }
        }
    }

    /// <summary>How a person would pay an amount at a shop now: what the page shows before the tap.</summary>
    public Task<VoucherPlan> PlanAsync(
        AccountId person, Merchant shop, long amount, CancellationToken cancellation) =>
        vouchers.PlanAsync(person, PlaceOf(shop), amount, cancellation);

    PayPlace PlaceOf(Merchant shop) =>
        new(shop.Code, shop.Category, shop.District, city.LargeShops.Contains(shop.Code));

    /// <summary>Posts a payment with the vouchers in it, and the city's share of what is paid in points.</summary>
    async Task<(PostResult Result, long Back)> PostAsync(
        Transfer pay, Merchant shop, VoucherPlan plan, CancellationToken cancellation)
    {
        List<LedgerCommand> linked =
            [.. await vouchers.UseAsync(pay.Id, pay.Debit, PlaceOf(shop), plan, cancellation), pay];
        var back = BackFor(plan.Points);
        if (back == 0)
            return (await ledger.PostLinkedAsync(linked, cancellation), 0);
        var result = await ledger.PostLinkedAsync(
            [.. linked, await RebateAsync(pay, back, cancellation)], cancellation);
        // The rebate's budget has run dry, or a limit of rebates is reached. The shop is paid all the same, and the
        // receipt says that nothing came back.
        return !result.IsPosted && result.Index == linked.Count
            ? (await ledger.PostLinkedAsync(linked, cancellation), 0)
            : (result, back);
    }

    /// <summary>True when the currency's rule lets a shop take it.</summary>
    public bool Accepts(Merchant shop) => Currency.Spending.Accepts(shop.Code, shop.Category, shop.District);

    /// <summary>What of a sum the currency's rule does not pay for, however a till writes the codes.</summary>
    public long ExcludedFrom(IReadOnlyList<ChargeWallet.GoodsLine> goods) => goods
        .Where(line => Currency.Spending.NotGoods.Any(
            not => not.Code.Equals(line.Code.Trim(), StringComparison.OrdinalIgnoreCase)))
        .Sum(line => line.Amount);

    /// <summary>What the currency does not pay for, as a till and a person read it; null when nothing is.</summary>
    public string? NotGoods(string language) => Currency.Spending.NotGoods is { Count: > 0 } goods
        ? string.Join(language == "en" ? ", " : "、", goods.Select(g => g.Names[language]))
        : null;

    /// <summary>A code says a number only: it may stand for no account, or for a shop's or the city's own.</summary>
    bool IsWallet(LedgerState books, AccountId account) =>
        account.Value > 0 && account.Value <= books.AccountCount
        && books.Account(account) is { Kind: AccountKind.Person } found && found.Currency == Currency.Id;

    /// <summary>A payment by its id, or null. The journal is read where the books say that there is one.</summary>
    public async Task<Payment?> FindAsync(Guid id, CancellationToken cancellation)
    {
        if (await ledger.FindAsync(id, cancellation)
            is not { Body: Transfer { Code: TransferCode.Pay } pay } entry || pay.Id != id)
            return null;
        var back = await ledger.FindAsync(Payment.RebateId(id), cancellation);
        var payment = new Payment(
            id, pay.Debit, pay.Credit, pay.Amount, (back?.Body as Transfer)?.Amount ?? 0, entry.EffectiveAt,
            entry.Sequence, pay.Claim);
        payment = payment with { Used = await vouchers.UsedInAsync(id, cancellation) };
        return payment with { Refunds = await refunds.OfAsync(payment, cancellation) };
    }

    /// <summary>
    /// The first answer, if it was to the same question. The rebate is not compared: it follows from the day and from
    /// what its budget held then.
    /// </summary>
    async Task<(PaymentOutcome, Payment?)> PaidBeforeAsync(Transfer asked, CancellationToken cancellation)
    {
        var before = await FindAsync(asked.Id, cancellation);
        return before is not null && before.Person == asked.Debit && before.Shop == asked.Credit
            && before.Amount == asked.Amount && before.Claim == asked.Claim
            ? (PaymentOutcome.Paid, before)
            : (PaymentOutcome.IdAlreadyUsed, null);
    }

    async Task<Transfer> RebateAsync(Transfer pay, long back, CancellationToken cancellation) =>
        new(Payment.RebateId(pay.Id), await RebateBudgetAsync(cancellation), pay.Debit, back, TransferCode.Rebate)
        {
            LastDay = city.MainCurrency.LastDay.For(clock.Today), Reference = pay.Reference, EarnedBy = pay.Id,
        };

    Task<AccountId> RebateBudgetAsync(CancellationToken cancellation) =>
        budgets.AccountAsync(city.Rebate.Budget.Name, cancellation);

    [LoggerMessage(Level = LogLevel.Error, Message = "The ledger refused the payment {Id}: {Outcome}.")]
    partial void LogRefused(Guid id, PostOutcome outcome);
}
