using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;
using CityLoop.Server.Merchants.Staff;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Access;
using CityLoop.Server.Web.Languages;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Merchants.Cancellations;

/// <summary>
/// Two officers cancel a payment that its shop does not give back: its period is over, or nobody is there. Neither of
/// them works at the shop or has paid; the person and the shop's managers are told who did it and why.
/// </summary>
sealed class Cancellations(
    NpgsqlDataSource database, CityLedger ledger, Payments payments, GiveBack giveBack, MerchantStore merchants,
    PersonAccounts people, ShopStaff staff, OfficerView view, TextCatalogue texts, CityClock clock)
{
    const string Columns =
        "id, payment, merchant, reason, note, asked_by, asked_at, decided_by, decided_at, is_approved";

    /// <summary>A payment with its shop, by its number in the books; null where there is none.</summary>
    public async Task<(Payment Payment, Merchant Shop)?> FindAsync(long number, CancellationToken cancellation)
    {
        if (number <= 0 || await ledger.ReadJournalAsync(number - 1, 1, cancellation)
            is not [{ Body: Transfer { Code: TransferCode.Pay } pay } entry] || entry.Sequence != number)
            return null;
        return await FindAsync(pay.Id, cancellation);
    }

    public async Task<(Payment Payment, Merchant Shop)?> FindAsync(Guid id, CancellationToken cancellation) =>
        await payments.FindAsync(id, cancellation) is { } payment
            && await merchants.OfAccountAsync(payment.Shop, cancellation) is { } shop
            ? (payment, shop)
            : null;

    /// <summary>What waits for a second officer, the oldest first; then what was decided, the newest first.</summary>
    public async Task<IReadOnlyList<Cancellation>> ListAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return
        [
            .. await connection.QueryAsync<Cancellation>(new CommandDefinition(
                $"""
                select {Columns} from merchants.cancellation
                order by decided_at is not null, decided_at desc, asked_at limit 100
                """, cancellationToken: cancellation)),
        ];
    }

    public async Task<CancellationOutcome> AskAsync(
        PersonId officer, Guid id, string reason, string note, CancellationToken cancellation)
    {
        if (await FindAsync(id, cancellation) is not var (payment, shop))
            return CancellationOutcome.PaymentUnknown;
        if (!Cancellation.Reasons.Contains(reason))
            return CancellationOutcome.ReasonNotValid;
        if (note.Trim().Length is 0 or > Cancellation.NoteMax || note.Any(char.IsControl))
            return CancellationOutcome.NoteNotValid;
        if (await IsPartyAsync(officer, payment, shop, cancellation))
            return CancellationOutcome.NotYours;
        if (reason == Cancellation.PeriodOver && clock.Today <= giveBack.LastDayOf(payment))
            return CancellationOutcome.PeriodNotOver;
        if (payment.Left == 0)
            return CancellationOutcome.NothingLeft;
        var now = clock.Now.ToUniversalTime();
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into merchants.cancellation (id, payment, merchant, reason, note, asked_by, asked_at)
            values (@name, @id, @shop, @reason, @note, @officer, @now)
            on conflict (payment) where decided_at is null do nothing
            """,
            new
            {
                name = Guid.CreateVersion7(now), id, shop = shop.Id, reason, note = note.Trim(),
                officer = officer.Value, now,
            },
            cancellationToken: cancellation)) == 1 ? CancellationOutcome.Waits : CancellationOutcome.AnotherWaits;
    }

    /// <summary>
    /// Another officer approves or refuses; who asked may take it back. The line is locked until the books have
    /// answered, and the refund bears its name: what a crash leaves undecided is found in the journal.
    /// </summary>
    public async Task<CancellationOutcome> DecideAsync(
        PersonId officer, Guid id, bool isApproved, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (await connection.QuerySingleOrDefaultAsync<Cancellation>(new CommandDefinition(
            $"select {Columns} from merchants.cancellation where id = @id and decided_at is null for update",
            new { id }, cancellationToken: cancellation)) is not { } line
            || await FindAsync(line.Payment, cancellation) is not var (payment, shop))
            return CancellationOutcome.DecidedBefore;
        if (await IsPartyAsync(officer, payment, shop, cancellation))
            return CancellationOutcome.NotYours;
        if (isApproved && line.AskedBy == officer.Value)
            return CancellationOutcome.NeedsAnotherOfficer;
        var outcome = Stands(payment) ? CancellationOutcome.Cancelled
            : payment.Left == 0 ? CancellationOutcome.NothingLeft
            : isApproved ? await PostAsync(line, shop, cancellation)
            : CancellationOutcome.Refused;
        if (outcome is not (CancellationOutcome.Cancelled or CancellationOutcome.Refused
            or CancellationOutcome.NothingLeft))
            return outcome;
        var isDone = outcome == CancellationOutcome.Cancelled;
        if (isDone)
            await TellAsync(line, officer, payment, shop);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            update merchants.cancellation set decided_by = @officer, decided_at = @now, is_approved = @isDone
            where id = @id
            """,
            new { id, officer = officer.Value, now = clock.Now.ToUniversalTime(), isDone },
            cancellationToken: cancellation));
        await transaction.CommitAsync(cancellation);
        return outcome;

        bool Stands(Payment found) => found.Refunds.Any(part => part.Reference == id);
    }

    async Task<CancellationOutcome> PostAsync(Cancellation line, Merchant shop, CancellationToken cancellation)
    {
        var (outcome, payment) = await giveBack.ByOfficersAsync(line.Payment, shop, line.Id, cancellation);
        return outcome switch
        {
            // The shop may have been faster by a moment.
            RefundOutcome.Refunded => payment!.Refunds.Any(part => part.Reference == line.Id)
                ? CancellationOutcome.Cancelled
                : CancellationOutcome.NothingLeft,
            RefundOutcome.ShopHasTooFewPoints => CancellationOutcome.ShopHasTooFewPoints,
            RefundOutcome.TooLongAgo => CancellationOutcome.TooLongAgo,
            _ => CancellationOutcome.BooksRefuse,
        };
    }

    /// <summary>Nobody decides where they earn or pay themselves.</summary>
    async Task<bool> IsPartyAsync(PersonId officer, Payment payment, Merchant shop, CancellationToken cancellation) =>
        (await merchants.WorkplacesAsync(officer, cancellation)).Any(place => place.Shop.Id == shop.Id)
        || await people.OwnsAnyAsync(officer, [payment.Person], cancellation);

    /// <summary>Before it is noted as done: what a crash leaves open is told once more.</summary>
    async Task TellAsync(Cancellation line, PersonId officer, Payment payment, Merchant shop)
    {
        var number = $"{payment.Sequence}";
        await view.TellOfAccountAsync(
            [new PersonId(line.AskedBy), officer], payment.Person,
            AccessText.Of(new LocalNames(TextCatalogue.Languages.ToDictionary(
                language => language,
                language => texts.Say(
                    language, "cancellations.told", number,
                    texts.Say(language, $"cancellations.reason.{line.Reason}"))))),
            "paymentCancelled", number, CancellationToken.None);
        await staff.TellManagersAsync(shop, "saleCancelled", number);
    }
}
