using CityLoop.Server.Merchants.Payouts;
using CityLoop.Server.Merchants.Settlement;
using CityLoop.Server.Pass;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Merchants.Bank;

/// <summary>What a bank has reported, as it is kept.</summary>
/// <param name="Kind">credit, debit or status.</param>
sealed record BankEntryRow(
    Guid Id, string File, string Element, string Kind, string Account, decimal Amount, string Currency,
    DateOnly? BookedOn, string Status, string Reference, string Remittance, string Outcome, DateTimeOffset ImportedAt)
{
    const int ReferenceMax = 140;

    public bool IsMatched => Outcome == CodeOf(BankOutcome.Matched);

    public static BankEntryRow Of(BankReport report, BankOutcome outcome, string file, DateTimeOffset now)
    {
        var entry = report as BankEntry;
        var status = report as BankStatus;
        // Who has paid what for is kept only for who must find out.
        var remittance = outcome == BankOutcome.Matched || entry is null ? ""
            : string.Join(' ', entry.Transactions.Select(t => t.Remittance));
        return new(
            report.Id, file, report.Element, entry is null ? "status" : entry.IsCredit ? "credit" : "debit",
            entry?.Account ?? "", entry?.Amount ?? 0, entry?.Currency ?? "", entry?.BookedOn,
            entry?.Status ?? status!.Status, Cut(ReferenceOf(report)), Cut(remittance), CodeOf(outcome), now);
    }

    public static string CodeOf(BankOutcome outcome) =>
        System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(outcome.ToString());

    static string ReferenceOf(BankReport report)
    {
        string[] names = report switch
        {
            BankEntry entry => [entry.ServicerReference, .. entry.Transactions.Select(t => t.EndToEndId).Take(1)],
            BankStatus status => [status.EndToEndId],
            _ => [],
        };
        return names.Append(report.PaymentInformationId).Append(report.MessageId)
            .FirstOrDefault(name => name.Length > 0) ?? "";
    }

    static string Cut(string text) => Fields.Cut(text, ReferenceMax);
}

/// <summary>The entries of the banks' files, and what they made of the lines.</summary>
sealed class BankStore(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>What strangers wrote to the city's account is not kept for ever because nobody looked.</summary>
    static readonly TimeSpan RemittanceKeptFor = TimeSpan.FromDays(90);

    /// <summary>
    /// Which of these are here already, and whether they still wait for what they belong to: a notification without
    /// details is told once more in the day's statement.
    /// </summary>
    public async Task<IReadOnlyDictionary<Guid, bool>> KnownAsync(
        IEnumerable<Guid> ids, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return (await connection.QueryAsync<(Guid Id, bool IsOpen)>(new CommandDefinition(
            """
            select id, outcome <> 'matched' and done_at is null from merchants.bank_entry where id = any(@ids)
            """, new { ids = ids.ToArray() }, cancellationToken: cancellation)))
            .ToDictionary(row => row.Id, row => row.IsOpen);
    }

    /// <summary>Keeps a file's entries and what they made of the lines: all of it or nothing.</summary>
    public async Task SaveAsync(
        IReadOnlyList<BankEntryRow> entries, IEnumerable<PayoutMatching.Change> changes, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            "update merchants.bank_entry set remittance = '' where imported_at < @old and remittance <> ''",
            new { old = time.GetUtcNow() - RemittanceKeptFor }, transaction, cancellationToken: cancellation));
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into merchants.bank_entry (
              id, file, element, kind, account, amount, currency, booked_on, status, reference, remittance, outcome,
              imported_at)
            values (@Id, @File, @Element, @Kind, @Account, @Amount, @Currency, @BookedOn, @Status, @Reference,
              @Remittance, @Outcome, @ImportedAt)
            on conflict (id) do update set (file, element, reference, remittance, outcome, imported_at) =
              (excluded.file, excluded.element, excluded.reference, '', excluded.outcome, excluded.imported_at)
            """, entries, transaction, cancellationToken: cancellation));
        await connection.ExecuteAsync(new CommandDefinition(
            """
            update merchants.settlement_line set state = @State, state_at = @now, reason = @Reason,
              debit_entry = coalesce(debit_entry, @DebitedBy), return_entry = coalesce(return_entry, @ReturnedBy)
            where settlement = @Settlement and merchant = @Merchant
            """,
            changes.Select(change => new
            {
                change.After.Settlement, change.After.Merchant, State = NameOf(change.After.State),
                change.After.Reason, change.DebitedBy, change.ReturnedBy, now = time.GetUtcNow(),
            }).ToList(),
            transaction, cancellationToken: cancellation));
        await transaction.CommitAsync(cancellation);
    }

    /// <summary>What nobody has looked at yet, the oldest first.</summary>
    public async Task<IReadOnlyList<BankEntryRow>> OpenAsync(int count, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return [.. await connection.QueryAsync<BankEntryRow>(new CommandDefinition(
            """
            select id, file, element, kind, account, amount, currency, booked_on, status, reference, remittance,
              outcome, imported_at
            from merchants.bank_entry where outcome <> 'matched' and done_at is null
            order by imported_at, element limit @count
            """, new { count }, cancellationToken: cancellation))];
    }

    /// <summary>An officer has dealt with an entry; what the payer wrote goes. False when another had.</summary>
    public async Task<bool> FinishAsync(Guid entry, PersonId officer, string note, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteAsync(new CommandDefinition(
            """
            update merchants.bank_entry set done_at = @now, done_by = @officer, note = @note, remittance = ''
            where id = @entry and outcome <> 'matched' and done_at is null
            """, new { entry, officer = officer.Value, note, now = time.GetUtcNow() },
            cancellationToken: cancellation)) > 0;
    }

    /// <summary>An entry that nobody has dealt with.</summary>
    public async Task<BankEntryRow?> FindOpenAsync(Guid entry, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.QuerySingleOrDefaultAsync<BankEntryRow>(new CommandDefinition(
            """
            select id, file, element, kind, account, amount, currency, booked_on, status, reference, remittance,
              outcome, imported_at
            from merchants.bank_entry where id = @entry and outcome <> 'matched' and done_at is null
            """, new { entry }, cancellationToken: cancellation));
    }

    /// <summary>As <see cref="FinishAsync"/>, and true again for who claims it with the same note.</summary>
    public async Task<bool> ClaimAsync(Guid entry, PersonId officer, string note, CancellationToken cancellation)
    {
        if (await FinishAsync(entry, officer, note, cancellation))
            return true;
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            """
            select exists (select from merchants.bank_entry
                           where id = @entry and outcome <> 'matched' and done_at is not null and note = @note)
            """, new { entry, note }, cancellationToken: cancellation));
    }

    /// <summary>What was claimed could not be done: it waits for an officer again.</summary>
    public async Task ReleaseAsync(Guid entry, string note, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            update merchants.bank_entry set done_at = null, done_by = null, note = ''
            where id = @entry and note = @note
            """, new { entry, note }, cancellationToken: cancellation));
    }

    static string NameOf(PayoutState state) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName($"{state}");
}
