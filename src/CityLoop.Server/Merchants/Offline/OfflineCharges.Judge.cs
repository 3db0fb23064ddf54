using CityLoop.Ledger;
using CityLoop.Server.Pass.Cards;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Merchants.Offline;

/// <summary>Whether a signed charge is good: first what the till may, then the code, then the books.</summary>
sealed partial class OfflineCharges
{
    async Task<(OfflineAnswer Answer, AccountId? Account)> JudgeAsync(
        NpgsqlConnection connection, Merchant shop, Row till, SignedCharge charge, DateTimeOffset now,
        CancellationToken cancellation)
    {
        var code = await key.OpenAsync(charge.Code, cancellation);
        if (code is null)
            return Refused(charge, "code_not_valid");
        // The till may have asked for it online before, and the answer was lost; or this server fell over between the
        // books and the table.
        if (await Payments.FindAsync(charge.Id, cancellation) is { } before)
            return await IsSameAsync(before, shop, charge, code, cancellation)
                ? Paid(charge, before)
                : Refused(charge, "id_already_used");
        if (WhyTillMayNot(till, charge, now) is { } why)
            return Refused(charge, why);
        if (ChargeWallet.Check(new(charge.Id, code, charge.Amount), Payments.Largest) is { } wrong)
            return Refused(charge, CodeOf(wrong));
        // A code is judged by the minute in which it was shown, so guessing here is guessing there.
        if (wrongCodes.WaitOf(shop.Id) > TimeSpan.Zero)
            return (new(charge.Id, OfflineState.Waits, "too_many_wrong_codes"), null);
        return CardCode.Read(code) is { } card
            ? await ChargeCardAsync(connection, shop, charge, card, cancellation)
            : await ChargeWalletAsync(connection, shop, charge, code, cancellation);
    }

    string? WhyTillMayNot(Row till, SignedCharge charge, DateTimeOffset now) =>
        !IsPossible(till, charge, now) ? "offline_time_not_possible"
        : charge.Time > till.Until || now - charge.Time > tills.Rules.Age ? "offline_too_old"
        : charge.Amount > tills.Rules.Charge || charge.Amount > till.Left ? "offline_over_limit"
        : null;

    /// <summary>
    /// Neither backdated nor from a clock that was set back: a code is worth something only when it is shown.
    /// </summary>
    static bool IsPossible(Row till, SignedCharge charge, DateTimeOffset now) =>
        charge.Time is { } at && at >= till.Since - Tolerance && at >= till.LastAt - Tolerance && at <= now + Tolerance;

    async Task<(OfflineAnswer, AccountId?)> ChargeWalletAsync(
        NpgsqlConnection connection, Merchant shop, SignedCharge charge, string text, CancellationToken cancellation)
    {
        var codes = await walletCodes.CodesAsync(cancellation);
        if (codes.Read(text, charge.Time!.Value) is not { } code)
        {
            if (codes.HasRunOut(text, charge.Time.Value))
                return Refused(charge, "code_expired");
            wrongCodes.CountWrong(shop.Id);
            return Refused(charge, "code_unknown");
        }

        return await IsPersonsLimitReachedAsync(connection, code.Account, charge, cancellation)
            ? Refused(charge, "offline_person_limit")
            : await PayAsync(shop, charge, code.Account, code.Claim, cancellation);
    }

    async Task<(OfflineAnswer, AccountId?)> ChargeCardAsync(
        NpgsqlConnection connection, Merchant shop, SignedCharge charge, CardCode code, CancellationToken cancellation)
    {
        // Nobody types a PIN into a till that cannot look at it: a card pays what it pays alone.
        var card = await cards.AllowAsync(code, shop.Id, charge.Id, charge.Amount, typedPin: null, cancellation);
        if (card.Outcome == CardOutcome.CardUnknown)
            wrongCodes.CountWrong(shop.Id);
        if (card.Person is not { } person)
            return Refused(charge, CodeOf(Till.OutcomeOf(card.Outcome)));
        var account = await people.OfAsync(person, Payments.Currency.Id, cancellation);
        var decided = await IsPersonsLimitReachedAsync(connection, account, charge, cancellation)
            ? Refused(charge, "offline_person_limit")
            : await PayAsync(shop, charge, account, claim: null, cancellation);
        if (decided.Item1.State == OfflineState.Refused)
            await cards.ForgetAsync(charge.Id, cancellation);
        return decided;
    }

    async Task<(OfflineAnswer, AccountId?)> PayAsync(
        Merchant shop, SignedCharge charge, AccountId account, Guid? claim, CancellationToken cancellation)
    {
        var (outcome, payment) = await Payments.PayAsync(
            charge.Id, account, shop, charge.Amount, claim, cancellation);
        // Nobody's phone shows such a code: who sends one has guessed, or has the key.
        if (outcome == PaymentOutcome.NoWallet)
            wrongCodes.CountWrong(shop.Id);
        return payment is null ? Refused(charge, CodeOf(Till.OutcomeOf(outcome))) : Paid(charge, payment);
    }

    /// <summary>
    /// Whether this would pass what one person may pay so in all shops: a card that was copied in an outage empties
    /// nobody's wallet. Two shops that post at once are added up one after the other.
    /// </summary>
    async Task<bool> IsPersonsLimitReachedAsync(
        NpgsqlConnection connection, AccountId account, SignedCharge charge, CancellationToken cancellation)
    {
        await connection.ExecuteAsync(new CommandDefinition(
            "select pg_advisory_xact_lock(hashtext('merchants.offline_charge'), @Value)", new { account.Value },
            cancellationToken: cancellation));
        var (at, age) = (charge.Time!.Value, tills.Rules.Age);
        var others = await connection.QuerySingleAsync<long>(new CommandDefinition(
            """
            select coalesce(sum(amount), 0)::bigint from merchants.offline_charge
            where account = @Value and refusal is null and charged_at > @from and charged_at < @to
            """,
            new { account.Value, from = at - age, to = at + age }, cancellationToken: cancellation));
        return others + charge.Amount > tills.Rules.Person;
    }

    async Task<bool> IsSameAsync(
        Payment before, Merchant shop, SignedCharge charge, string code, CancellationToken cancellation) =>
        before.Shop == shop.Account && before.Amount == charge.Amount && (before.Claim is { } claim
            ? (await walletCodes.CodesAsync(cancellation)).IsBehind(claim, before.Person, before.At, code)
                || charge.Time is { } at
                    && (await walletCodes.CodesAsync(cancellation)).IsBehind(claim, before.Person, at, code)
            : CardCode.Read(code) is not null);

    string CodeOf(ChargeWallet.Outcome outcome) => ChargeWallet.Explain(new(outcome), counter).Code;

    static (OfflineAnswer, AccountId?) Refused(SignedCharge charge, string why) =>
        (new(charge.Id, OfflineState.Refused, why), null);

    static (OfflineAnswer, AccountId?) Paid(SignedCharge charge, Payment payment) =>
        (new(charge.Id, OfflineState.Certain, Payment: payment), payment.Person);
}
