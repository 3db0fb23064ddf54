using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Letters;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Merchants.Applications;

/// <summary>
/// Shops apply and are let in by two officers: the bank account of a shop is where the city's money goes.
/// </summary>
sealed class ShopApplications(
    NpgsqlDataSource database, MerchantStore merchants, CityAccounts accounts, CityPack city, PersonStore people,
    Sessions sessions, LetterWriter letters, TimeProvider time)
{
    public const int ReasonMax = 300;

    /// <summary>Nobody opens more shops than this at once; who fills the officers' list is stopped.</summary>
    public const int OpenMax = 5;

    const string Columns =
        """
        id, code, person, made_at, name, name_en, address, district, category, tax_id, bank_code, bank_account,
        account_holder, opening_hours, reached_at as contact, first_officer, first_at, decided_by, decided_at,
        is_approved, reason, withdrawn_at
        """;

    /// <summary>Applies with a draft that has no faults; answers the application's id where it waits now.</summary>
    public async Task<(ApplicationOutcome Outcome, Guid Id)> ApplyAsync(
        PersonId person, ShopDraft draft, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // One person's and one business's at a time: their number is counted, and the shop's code is made of it.
        foreach (var name in new[] { person.Value.ToString(), draft.TaxId }.Order(StringComparer.Ordinal))
            await connection.ExecuteAsync(
                "select pg_advisory_xact_lock(hashtextextended(@name, 80))", new { name }, transaction);
        var values = new
        {
            id = Guid.CreateVersion7(now), person = person.Value, now, draft.Name, draft.NameEn, draft.Address,
            draft.District, draft.Category, draft.TaxId, draft.BankCode, draft.BankAccount, draft.AccountHolder,
            draft.OpeningHours, draft.Contact,
        };
        var (ofBusiness, ofPerson) = await connection.QuerySingleAsync<(int, int)>(
            """
            select (count(*) filter (where tax_id = @TaxId))::int, (count(*) filter (where person = @person))::int
            from merchants.application where decided_at is null and withdrawn_at is null
            """, values, transaction);
        if (ofBusiness > 0 || ofPerson >= OpenMax)
            return (ofBusiness > 0 ? ApplicationOutcome.AnotherWaits : ApplicationOutcome.TooMany, default);
        // A business that opens a second shop has the same number with a -2 behind it.
        await connection.ExecuteAsync(
            """
            insert into merchants.application (id, code, person, made_at, name, name_en, address, district, category,
              tax_id, bank_code, bank_account, account_holder, opening_hours, reached_at)
            select @id, free.code, @person, @now, @Name, @NameEn, @Address, @District, @Category, @TaxId, @BankCode,
              @BankAccount, @AccountHolder, @OpeningHours, @Contact
            from (select @TaxId || case n when 1 then '' else '-' || n end as code from generate_series(1, 10000) n
                  order by n) free
            where not exists (select from merchants.application a where a.code = free.code)
              and not exists (select from merchants.merchant m where m.code = free.code)
            limit 1
            """, values, transaction);
        await transaction.CommitAsync(cancellation);
        return (ApplicationOutcome.Done, values.id);
    }

    /// <summary>Whoever applied takes it back.</summary>
    public async Task<ApplicationOutcome> WithdrawAsync(PersonId person, Guid id, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteAsync(new CommandDefinition(
            """
            update merchants.application set withdrawn_at = @now, reached_at = ''
            where id = @id and person = @person and decided_at is null and withdrawn_at is null
            """, new { id, person = person.Value, now = time.GetUtcNow() }, cancellationToken: cancellation)) > 0
            ? ApplicationOutcome.Done
            : ApplicationOutcome.DecidedBefore;
    }

    /// <summary>One officer agrees, then another: with the second yes the shop takes points.</summary>
    public async Task<ApplicationOutcome> AgreeAsync(PersonId officer, Guid id, CancellationToken cancellation)
    {
        if (await FindAsync(id, cancellation) is not { } seen)
            return ApplicationOutcome.Unknown;
        if (MayDecide(seen, officer) is { } refused)
            return refused;
        if (seen.FirstOfficer is null)
            return await AgreeFirstAsync(officer, id, cancellation)
                ? ApplicationOutcome.Agreed
                : ApplicationOutcome.DecidedBefore;
        if (seen.FirstOfficer == officer.Value)
            return ApplicationOutcome.NeedsAnotherOfficer;
        // The books and the role first: what is cut off here is done again to the same end, and neither of them lets
        // anybody do anything before the shop stands in the register.
        var shop = new Merchant(
            RegisterMerchants.IdOf(seen.Code), seen.Code, seen.Names, seen.District, seen.Category,
            new BankAccount(seen.BankCode, seen.BankAccount, seen.AccountHolder),
            await OpenAsync("merchant", AccountKind.Merchant), await OpenAsync("payout", AccountKind.Payout))
        {
            // In Taiwan that number stands in its tax papers; in Japan another one does, which not every shop has.
            Tax = new(city.Payouts.Country == "TW" ? seen.TaxId : "", null),
        };
        var applicant = new PersonId(seen.Person);
        await people.GrantAsync(applicant, Roles.ShopWorker, cancellation);
        if (!await LetInAsync(officer, seen, shop, cancellation))
            return ApplicationOutcome.DecidedBefore;
        merchants.Forget(applicant);
        sessions.Refresh(applicant);
        await letters.TellAsync(applicant, Topic.Safety, "shopApproved", CancellationToken.None, seen.Name);
        return ApplicationOutcome.Done;

        Task<AccountId> OpenAsync(string kindName, AccountKind kind) =>
            accounts.OpenAsync($"{kindName}:{seen.Code}", kind, city.MainCurrency.Id, cancellation);
    }

    /// <summary>One officer is enough to refuse; the applicant reads why.</summary>
    public async Task<ApplicationOutcome> RefuseAsync(
        PersonId officer, Guid id, string reason, CancellationToken cancellation)
    {
        if (await FindAsync(id, cancellation) is not { } seen)
            return ApplicationOutcome.Unknown;
        if (MayDecide(seen, officer) is { } refused)
            return refused;
        if (reason.Length is 0 or > ReasonMax)
            return ApplicationOutcome.ReasonNeeded;
        await using (var connection = await database.OpenConnectionAsync(cancellation))
            if (await connection.ExecuteAsync(new CommandDefinition(
                """
                update merchants.application set decided_by = @officer, decided_at = @now, is_approved = false,
                  reason = @reason, reached_at = ''
                where id = @id and decided_at is null and withdrawn_at is null
                """, new { id, officer = officer.Value, reason, now = time.GetUtcNow() },
                cancellationToken: cancellation)) == 0)
                return ApplicationOutcome.DecidedBefore;
        await letters.TellAsync(
            new PersonId(seen.Person), Topic.Safety, "shopRefused", CancellationToken.None, seen.Name, reason);
        return ApplicationOutcome.Done;
    }

    public async Task<ShopApplication?> FindAsync(Guid id, CancellationToken cancellation) =>
        (await ReadAsync("where id = @id", new { id }, cancellation)).SingleOrDefault();

    /// <summary>A person's own, newest first.</summary>
    public Task<IReadOnlyList<ShopApplication>> OfPersonAsync(PersonId person, CancellationToken cancellation) =>
        ReadAsync("where person = @Value order by made_at desc limit 20", person, cancellation);

    /// <summary>Those that wait first, the oldest of them first; then what was decided lately.</summary>
    public Task<IReadOnlyList<ShopApplication>> LatestAsync(int count, CancellationToken cancellation) =>
        ReadAsync(
            """
            order by decided_at is not null or withdrawn_at is not null,
              case when decided_at is null and withdrawn_at is null then made_at end, made_at desc
            limit @count
            """, new { count }, cancellation);

    static ApplicationOutcome? MayDecide(ShopApplication seen, PersonId officer) =>
        !seen.IsOpen ? ApplicationOutcome.DecidedBefore
        : seen.Person == officer.Value ? ApplicationOutcome.IsYours
        : null;

    async Task<bool> AgreeFirstAsync(PersonId officer, Guid id, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteAsync(new CommandDefinition(
            """
            update merchants.application set first_officer = @officer, first_at = @now
            where id = @id and first_officer is null and decided_at is null and withdrawn_at is null
            """, new { id, officer = officer.Value, now = time.GetUtcNow() }, cancellationToken: cancellation)) > 0;
    }

    /// <summary>The second yes, the shop and who manages it, all or none.</summary>
    async Task<bool> LetInAsync(
        PersonId officer, ShopApplication seen, Merchant shop, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (await connection.ExecuteAsync(
            """
            update merchants.application set decided_by = @officer, decided_at = @now, is_approved = true,
              reached_at = ''
            where id = @Id and decided_at is null and withdrawn_at is null and first_officer <> @officer
            """, new { seen.Id, officer = officer.Value, now = time.GetUtcNow() }, transaction) == 0)
            return false;
        await MerchantStore.WriteAsync(connection, shop, seen.Name, cancellation);
        await connection.ExecuteAsync(
            """
            update merchants.merchant set tax_id = @TaxId, address = @Address, opening_hours = @OpeningHours
            where id = @shop;
            insert into merchants.worker (person, merchant, may_refund, may_manage) values (@Person, @shop, true, true)
            on conflict do nothing
            """, new { seen.TaxId, seen.Address, seen.OpeningHours, seen.Person, shop = shop.Id }, transaction);
        await transaction.CommitAsync(cancellation);
        return true;
    }

    async Task<IReadOnlyList<ShopApplication>> ReadAsync(string where, object values, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return [.. await connection.QueryAsync<ShopApplication>(new CommandDefinition(
            $"select {Columns} from merchants.application {where}", values, cancellationToken: cancellation))];
    }
}
