using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;
using CityLoop.Server.Web;

namespace CityLoop.Server.Merchants;

/// <summary>
/// Pays shops and gives payments back, as linked transfers with derived ids. It writes no table: the journal is the
/// sale, so whatever was answered once is answered again, on every server and after a crash.
/// </summary>
sealed partial class Payments(
    CityLedger ledger, CityBudgets budgets, CityPack city, CityClock clock, ILogger<Payments> log)
{
    /// <summary>The largest single payment, in whole points: no shop of a points scheme sells more at once.</summary>
    public const long LargestWhole = 200_000;

    /// <summary>How often a refund asks anew when the person's points change under it.</summary>
    const int RefundTries = 3;

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
        var back = BackFor(amount);
        LedgerCommand[] linked = back == 0 ? [pay] : [pay, await RebateAsync(pay, back, cancellation)];
        var result = await ledger.PostLinkedAsync(linked, cancellation);
        if (result is { IsPosted: false, Index: 1 })
        {
            // The rebate's budget has run dry, or a limit of rebates is reached. The shop is paid all the same, and the
            // receipt says that nothing came back.
            back = 0;
            result = await ledger.PostAsync(pay, cancellation);
        }

        switch (result.Outcome)
        {
            case PostOutcome.Posted:
                return (PaymentOutcome.Paid,
                    new Payment(id, person, shop.Account, amount, back, clock.Now, result.Sequence, claim, null));
            case PostOutcome.AlreadyPosted or PostOutcome.IdAlreadyPostedWithOtherContent:
                return await PaidBeforeAsync(pay, cancellation);
            default:
                var outcome = LedgerAnswers.OfPayment(result.Outcome);
                if (outcome == PaymentOutcome.Refused)
                    LogRefused("payment", id, result.Outcome);
                return (outcome, null);
        }
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

    /// <summary>A payment by its id, or null. One read of the books, and the journal where there is one.</summary>
    public async Task<Payment?> FindAsync(Guid id, CancellationToken cancellation)
    {
        var (paid, rebate, refund, lots) = await ledger.ReadAsync(
            books => (books.Find(id), books.Find(Payment.RebateId(id)), books.Find(Payment.RefundId(id)),
                books.LotsOfPayment(id)), cancellation);
        if (paid is null || await ledger.FindAsync(id, cancellation)
            is not { Body: Transfer { Code: TransferCode.Pay } pay } entry || pay.Id != id)
            return null;
        var back = rebate is null ? null : await ledger.FindAsync(Payment.RebateId(id), cancellation);
        var refunded = refund is null ? null : await ledger.FindAsync(Payment.RefundId(id), cancellation);
        var returned = refund is null ? null : await ledger.FindAsync(Payment.RebateReturnId(id), cancellation);
        var payment = new Payment(
            id, pay.Debit, pay.Credit, pay.Amount, (back?.Body as Transfer)?.Amount ?? 0, entry.EffectiveAt,
            entry.Sequence, pay.Claim, refunded?.EffectiveAt, (returned?.Body as Transfer)?.Amount ?? 0);
        if (refunded is null)
            return payment;
        var day = clock.DayOf(refunded.At);
        return payment with
        {
            Ended = lots?.Where(lot => lot.LastDay < day).Sum(lot => lot.Amount),
            GraceUntil = ((Transfer)refunded.Body).LastDay,
        };
    }

    /// <summary>Gives a shop's payment back in full, and the city's share to its budget.</summary>
    public async Task<(RefundOutcome Outcome, Payment? Payment)> RefundAsync(
        Guid id, Merchant shop, CancellationToken cancellation)
    {
        if (await FindAsync(id, cancellation) is not { } payment || payment.Shop != shop.Account)
            return (RefundOutcome.PaymentUnknown, null);
        if (payment.RefundedAt is not null)
            return (RefundOutcome.Refunded, payment);

        var refund = new Transfer(
            Payment.RefundId(id), shop.Account, payment.Person, payment.Amount, TransferCode.Refund)
        {
            Reverses = id, Reference = shop.Id, LastDay = Grace(),
        };
        var result = await PostRefundAsync(refund, payment, cancellation);
        var outcome = LedgerAnswers.OfRefund(result.Outcome);
        if (outcome == RefundOutcome.Refused)
            LogRefused("refund", id, result.Outcome);
        return (outcome, outcome == RefundOutcome.Refunded ? await FindAsync(id, cancellation) : payment);
    }

    async Task<PostResult> PostRefundAsync(Transfer refund, Payment payment, CancellationToken cancellation)
    {
        if (payment.Back == 0)
            return await ledger.PostAsync(refund, cancellation);
        LedgerCommand[] linked = [refund, await RebateReturnAsync(payment, cancellation)];
        for (var tried = 1; ; tried++)
        {
            var result = await ledger.PostLinkedAsync(linked, cancellation);
            // The refunded points may have ended since, and the rebate may be spent to the last point: the city then
            // goes without its share, rather than the person without the refund.
            if (result is { IsPosted: false, Index: 1 })
                result = await ledger.PostAsync(refund, cancellation);
            // Between the two the person got points that the city takes its share from.
            if (result.Outcome != PostOutcome.RebateIsNotTakenBack || tried == RefundTries)
                return result;
        }
    }

    /// <summary>
    /// The last day that refunded points get when theirs has passed; null where the city lets them end.
    /// </summary>
    DateOnly? Grace() => Currency.RefundGraceDays > 0 ? clock.Today.AddDays(Currency.RefundGraceDays) : null;

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

    async Task<Transfer> RebateReturnAsync(Payment payment, CancellationToken cancellation) =>
        Transfer.UpTo(Payment.RebateReturnId(payment.Id), payment.Person,
            await RebateBudgetOfAsync(payment, cancellation), payment.Back, TransferCode.RebateReturn) with
        {
            Reverses = Payment.RebateId(payment.Id),
        };

    /// <summary>The budget that paid this rebate, which in a new fiscal year is not the present one.</summary>
    async Task<AccountId> RebateBudgetOfAsync(Payment payment, CancellationToken cancellation) =>
        ((Transfer)(await ledger.FindAsync(Payment.RebateId(payment.Id), cancellation))!.Body).Debit;

    Task<AccountId> RebateBudgetAsync(CancellationToken cancellation) =>
        budgets.AccountAsync(city.Rebate.Budget.Name, cancellation);

    [LoggerMessage(Level = LogLevel.Error, Message = "The ledger refused the {What} {Id}: {Outcome}.")]
    partial void LogRefused(string what, Guid id, PostOutcome outcome);
}
