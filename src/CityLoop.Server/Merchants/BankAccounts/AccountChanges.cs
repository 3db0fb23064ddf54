using CityLoop.Server.City;
using CityLoop.Server.Merchants.Staff;
using CityLoop.Server.Pass;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Merchants.BankAccounts;

/// <summary>A shop wants to be paid into another account.</summary>
sealed record AccountChange(
    Guid Id, Guid Merchant, string BankCode, string BankAccount, string AccountHolder, Guid AskedBy,
    DateTimeOffset AskedAt, Guid? FirstOfficer)
{
    public BankAccount Bank => new(BankCode, BankAccount, AccountHolder);
}

/// <summary>What became of a change of account, in order of precedence.</summary>
enum AccountOutcome
{
    NotYours,
    DecidedBefore,
    AnotherWaits,
    NeedsAnotherOfficer,
    Agreed,
    Done,
}

/// <summary>
/// Where a shop is paid changes when its manager asks and two officers agree; every manager hears of each step. The
/// half-months that are closed by then keep the account that they were closed with.
/// </summary>
sealed class AccountChanges(
    NpgsqlDataSource database, MerchantStore merchants, ShopStaff staff, TimeProvider time)
{
    const string Columns =
        "id, merchant, bank_code, bank_account, account_holder, asked_by, asked_at, first_officer";

    /// <summary>A manager asks, with an account that payouts can carry.</summary>
    public async Task<AccountOutcome> AskAsync(
        PersonId manager, Guid shop, BankAccount bank, CancellationToken cancellation)
    {
        if (await staff.ManagedAsync(manager, shop, cancellation) is not { } place)
            return AccountOutcome.NotYours;
        var now = time.GetUtcNow();
        if (await ExecuteAsync(
            """
            insert into merchants.account_change (id, merchant, bank_code, bank_account, account_holder, asked_by,
              asked_at)
            values (@id, @shop, @Code, @Number, @Holder, @manager, @now)
            on conflict (merchant) where decided_at is null do nothing
            """,
            new
            {
                id = Guid.CreateVersion7(now), shop, bank.Code, bank.Number, bank.Holder, manager = manager.Value, now,
            }, cancellation) == 0)
            return AccountOutcome.AnotherWaits;
        await staff.TellManagersAsync(place.Shop, "accountAsked", bank.Number);
        return AccountOutcome.Done;
    }

    /// <summary>Any of the shop's managers takes a change back.</summary>
    public async Task<AccountOutcome> TakeBackAsync(PersonId manager, Guid shop, CancellationToken cancellation)
    {
        if (await staff.ManagedAsync(manager, shop, cancellation) is not { } place)
            return AccountOutcome.NotYours;
        if (await WaitingAsync(shop, cancellation) is not { } change
            || !await RefuseAsync(manager, change.Id, cancellation))
            return AccountOutcome.DecidedBefore;
        await staff.TellManagersAsync(place.Shop, "accountStays", change.BankAccount);
        return AccountOutcome.Done;
    }

    /// <summary>One officer agrees, then another: with the second yes the next payouts go to the new account.</summary>
    public async Task<AccountOutcome> DecideAsync(
        PersonId officer, Guid id, bool isApproved, CancellationToken cancellation)
    {
        if ((await AllAsync(cancellation)).SingleOrDefault(change => change.Id == id) is not { } change)
            return AccountOutcome.DecidedBefore;
        if (change.AskedBy == officer.Value)
            return AccountOutcome.NotYours;
        var shop = (await merchants.AllAsync(cancellation)).Single(one => one.Id == change.Merchant);
        if (!isApproved)
        {
            if (!await RefuseAsync(officer, id, cancellation))
                return AccountOutcome.DecidedBefore;
            await staff.TellManagersAsync(shop, "accountStays", change.BankAccount);
            return AccountOutcome.Done;
        }

        var values = new { id, officer = officer.Value, now = time.GetUtcNow() };
        if (change.FirstOfficer is null)
            return await ExecuteAsync(
                """
                update merchants.account_change set first_officer = @officer, first_at = @now
                where id = @id and first_officer is null and decided_at is null
                """, values, cancellation) > 0 ? AccountOutcome.Agreed : AccountOutcome.DecidedBefore;
        if (change.FirstOfficer == officer.Value)
            return AccountOutcome.NeedsAnotherOfficer;
        // The yes and the account in one statement: neither is there without the other.
        if (await ExecuteAsync(
            """
            with agreed as (
              update merchants.account_change set decided_by = @officer, decided_at = @now, is_approved = true
              where id = @id and decided_at is null and first_officer <> @officer
              returning merchant, bank_code, bank_account, account_holder)
            update merchants.merchant m set (bank_code, bank_account, account_holder)
              = (a.bank_code, a.bank_account, a.account_holder)
            from agreed a where m.id = a.merchant
            """, values, cancellation) == 0)
            return AccountOutcome.DecidedBefore;
        merchants.Forget(officer);
        await staff.TellManagersAsync(shop, "accountChanged", change.BankAccount);
        return AccountOutcome.Done;
    }

    /// <summary>What waits for officers, the oldest first.</summary>
    public async Task<IReadOnlyList<AccountChange>> AllAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return [.. await connection.QueryAsync<AccountChange>(new CommandDefinition(
            $"select {Columns} from merchants.account_change where decided_at is null order by asked_at",
            cancellationToken: cancellation))];
    }

    /// <summary>What a shop waits for; null for nothing.</summary>
    public async Task<AccountChange?> WaitingAsync(Guid shop, CancellationToken cancellation) =>
        (await AllAsync(cancellation)).SingleOrDefault(change => change.Merchant == shop);

    async Task<bool> RefuseAsync(PersonId by, Guid id, CancellationToken cancellation) => await ExecuteAsync(
        """
        update merchants.account_change set decided_by = @by, decided_at = @now, is_approved = false
        where id = @id and decided_at is null
        """, new { id, by = by.Value, now = time.GetUtcNow() }, cancellation) > 0;

    async Task<int> ExecuteAsync(string sql, object values, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteAsync(new CommandDefinition(sql, values, cancellationToken: cancellation));
    }
}
