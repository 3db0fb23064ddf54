using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Letters;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Merchants.Staff;

/// <summary>Somebody who works at a shop.</summary>
sealed record Worker(Guid Person, string Name, bool MayRefund, bool MayManage);

/// <summary>Somebody is asked to work at a shop.</summary>
sealed record WorkerAsk(Guid Id, Guid Merchant, string Contact, bool MayRefund, bool MayManage);

/// <summary>What became of a change to who works at a shop, in order of precedence.</summary>
enum StaffOutcome
{
    NotYours,
    ContactNotUnderstood,
    AskedBefore,
    TooManyAsks,

    /// <summary>A shop has somebody who manages it.</summary>
    LastManager,
    Done,
}

/// <summary>
/// Who works at a shop: whoever manages it asks somebody by a contact, and that person agrees in their own pass. The
/// asker hears the same whether or not the contact is anybody's.
/// </summary>
sealed class ShopStaff(
    NpgsqlDataSource database, MerchantStore merchants, PersonStore people, Sessions sessions, LetterWriter letters,
    TimeProvider time)
{
    /// <summary>An ask writes a letter to somebody who may not want one.</summary>
    public const int AsksPerDay = 20;

    public static readonly TimeSpan AskLasts = TimeSpan.FromDays(7);

    /// <summary>Asks somebody to work at a shop.</summary>
    public async Task<StaffOutcome> AskAsync(
        PersonId manager, Guid shop, Contact? contact, bool mayRefund, bool mayManage, CancellationToken cancellation)
    {
        if (await ManagedAsync(manager, shop, cancellation) is not { } place)
            return StaffOutcome.NotYours;
        if (contact is null)
            return StaffOutcome.ContactNotUnderstood;
        var now = time.GetUtcNow();
        var values = new
        {
            id = Guid.CreateVersion7(now), shop, contact = contact.Value, manager = manager.Value, now, mayRefund,
            mayManage, since = now - AskLasts, dayAgo = now.AddDays(-1),
        };
        await using (var connection = await database.OpenConnectionAsync(cancellation))
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            await LockAsync(connection, shop);
            if (await connection.ExecuteScalarAsync<int>(
                "select count(*)::int from merchants.worker_ask where merchant = @shop and asked_at > @dayAgo", values)
                >= AsksPerDay)
                return StaffOutcome.TooManyAsks;
            if (await connection.ExecuteAsync(
                """
                update merchants.worker_ask set ended_at = @now
                where merchant = @shop and contact = @contact and ended_at is null and asked_at <= @since;
                insert into merchants.worker_ask (id, merchant, contact, asked_by, asked_at, may_refund, may_manage)
                select @id, @shop, @contact, @manager, @now, @mayRefund, @mayManage
                where not exists (select from merchants.worker_ask
                                  where merchant = @shop and contact = @contact and ended_at is null)
                """, values, transaction) == 0)
                return StaffOutcome.AskedBefore;
            await transaction.CommitAsync(cancellation);
        }

        if (await people.OwnerOfAsync(contact, cancellation) is { } owner)
            await TellAsync(owner, "workAsked", place.Shop, "");
        await TellManagersAsync(place.Shop, "workerAsked", contact.Masked());
        return StaffOutcome.Done;
    }

    /// <summary>Takes an ask of the shop back.</summary>
    public async Task<StaffOutcome> WithdrawAsync(
        PersonId manager, Guid shop, Guid ask, CancellationToken cancellation)
    {
        if (await ManagedAsync(manager, shop, cancellation) is null)
            return StaffOutcome.NotYours;
        return await EndAsync(
            "id = @ask and merchant = @shop", new { ask, shop, now = time.GetUtcNow() }, cancellation);
    }

    /// <summary>Who was asked says yes, and works there from now on.</summary>
    public async Task<StaffOutcome> AcceptAsync(PersonId person, Guid ask, CancellationToken cancellation)
    {
        var asks = await AsksOfAsync(person, cancellation);
        if (asks.SingleOrDefault(one => one.Ask.Id == ask) is not { Shop: { } shop })
            return StaffOutcome.NotYours;
        // The role lets nobody do anything at a shop where they do not work.
        await people.GrantAsync(person, Roles.ShopWorker, cancellation);
        await using (var connection = await database.OpenConnectionAsync(cancellation))
            if (await connection.ExecuteAsync(new CommandDefinition(
                """
                with taken as (
                  update merchants.worker_ask set ended_at = @now where id = @ask and ended_at is null
                  returning merchant, may_refund, may_manage)
                insert into merchants.worker as w (person, merchant, may_refund, may_manage)
                select @person, merchant, may_refund, may_manage from taken
                -- Who works there already loses nothing by a yes.
                on conflict (person, merchant) do update set may_refund = w.may_refund or excluded.may_refund,
                  may_manage = w.may_manage or excluded.may_manage
                """, new { ask, person = person.Value, now = time.GetUtcNow() }, cancellationToken: cancellation)) == 0)
                return StaffOutcome.NotYours;
        merchants.Forget(person);
        sessions.Refresh(person);
        await TellManagersAsync(shop, "workerAdded", await NameOfAsync(person));
        return StaffOutcome.Done;
    }

    /// <summary>Who was asked says no.</summary>
    public Task<StaffOutcome> DeclineAsync(PersonId person, Guid ask, CancellationToken cancellation) =>
        EndAsync(
            """
            id = @ask and contact in (select value from pass.contact
              where person = @person and verified_at is not null and set_aside_at is null)
            """, new { ask, person = person.Value, now = time.GetUtcNow() }, cancellation);

    /// <summary>Gives a worker other rights.</summary>
    public Task<StaffOutcome> ChangeAsync(
        PersonId manager, Guid shop, PersonId worker, bool mayRefund, bool mayManage, CancellationToken cancellation) =>
        SetAsync(manager, shop, worker, "workerChanged", mayManage,
            """
            update merchants.worker set may_refund = @mayRefund, may_manage = @mayManage
            where person = @worker and merchant = @shop
            """, mayRefund, cancellation);

    /// <summary>Somebody works there no more, at once: a manager says so, or they themselves.</summary>
    public async Task<StaffOutcome> RemoveAsync(
        PersonId by, Guid shop, PersonId worker, CancellationToken cancellation)
    {
        var outcome = await SetAsync(by, shop, worker, "workerRemoved", mayManage: false,
            "delete from merchants.worker where person = @worker and merchant = @shop", mayRefund: false, cancellation);
        if (outcome == StaffOutcome.Done && (await merchants.WorkplacesAsync(worker, cancellation)).Count == 0)
        {
            await people.RevokeAsync(worker, Roles.ShopWorker, cancellation);
            sessions.Refresh(worker);
        }

        return outcome;
    }

    public async Task<IReadOnlyList<Worker>> OfShopAsync(Guid shop, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return [.. await connection.QueryAsync<Worker>(new CommandDefinition(
            """
            select w.person, p.name, w.may_refund, w.may_manage
            from merchants.worker w join pass.person p on p.id = w.person
            where w.merchant = @shop order by w.may_manage desc, p.name, w.person
            """, new { shop }, cancellationToken: cancellation))];
    }

    /// <summary>Whom a shop has asked and who has not answered.</summary>
    public Task<IReadOnlyList<WorkerAsk>> AskedByShopAsync(Guid shop, CancellationToken cancellation) =>
        AsksAsync("merchant = @shop", new { shop, since = time.GetUtcNow() - AskLasts }, cancellation);

    /// <summary>Which shops ask a person.</summary>
    public async Task<IReadOnlyList<(WorkerAsk Ask, Merchant Shop)>> AsksOfAsync(
        PersonId person, CancellationToken cancellation)
    {
        var asks = await AsksAsync(
            """
            contact in (select value from pass.contact
              where person = @person and verified_at is not null and set_aside_at is null)
            """, new { person = person.Value, since = time.GetUtcNow() - AskLasts }, cancellation);
        var shops = (await merchants.AllAsync(cancellation)).ToDictionary(shop => shop.Id);
        return [.. asks.Where(ask => shops.ContainsKey(ask.Merchant)).Select(ask => (ask, shops[ask.Merchant]))];
    }

    /// <summary>Changes one worker's row, unless nobody would be left who manages the shop.</summary>
    async Task<StaffOutcome> SetAsync(
        PersonId by, Guid shop, PersonId worker, string letter, bool mayManage, string change, bool mayRefund,
        CancellationToken cancellation)
    {
        var place = by == worker && letter == "workerRemoved"
            ? (await merchants.WorkplacesAsync(by, cancellation)).FirstOrDefault(one => one.Shop.Id == shop)
            : await ManagedAsync(by, shop, cancellation);
        if (place is null)
            return StaffOutcome.NotYours;
        var name = await NameOfAsync(worker);
        await using (var connection = await database.OpenConnectionAsync(cancellation))
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            // Two managers who remove each other at once: the second sees what the first did.
            await LockAsync(connection, shop);
            var values = new { by = by.Value, worker = worker.Value, shop, mayRefund, mayManage };
            if (by != worker && !await connection.ExecuteScalarAsync<bool>(
                """
                select exists (select from merchants.worker where person = @by and merchant = @shop and may_manage)
                """, values, transaction))
                return StaffOutcome.NotYours;
            if (!mayManage && !await connection.ExecuteScalarAsync<bool>(
                """
                select exists (select from merchants.worker where merchant = @shop and person <> @worker and may_manage)
                  or not exists (select from merchants.worker
                                 where merchant = @shop and person = @worker and may_manage)
                """, values, transaction))
                return StaffOutcome.LastManager;
            if (await connection.ExecuteAsync(change, values, transaction) == 0)
                return StaffOutcome.NotYours;
            await transaction.CommitAsync(cancellation);
        }

        merchants.Forget(worker);
        await TellManagersAsync(place.Shop, letter, name, also: worker);
        return StaffOutcome.Done;
    }

    async Task<StaffOutcome> EndAsync(string which, object values, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteAsync(new CommandDefinition(
            $"update merchants.worker_ask set ended_at = @now where ended_at is null and {which}", values,
            cancellationToken: cancellation)) > 0 ? StaffOutcome.Done : StaffOutcome.NotYours;
    }

    async Task<IReadOnlyList<WorkerAsk>> AsksAsync(string whose, object values, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return [.. await connection.QueryAsync<WorkerAsk>(new CommandDefinition(
            $"""
            select id, merchant, contact, may_refund, may_manage from merchants.worker_ask
            where ended_at is null and asked_at > @since and {whose} order by asked_at
            """, values, cancellationToken: cancellation))];
    }

    /// <summary>The shop, where this person manages it.</summary>
    public async Task<Workplace?> ManagedAsync(PersonId person, Guid shop, CancellationToken cancellation) =>
        (await merchants.WorkplacesAsync(person, cancellation))
            .FirstOrDefault(place => place.Shop.Id == shop && place.MayManage);

    static Task<int> LockAsync(NpgsqlConnection connection, Guid shop) =>
        connection.ExecuteAsync("select from merchants.merchant where id = @shop for update", new { shop });

    /// <summary>A letter to everybody who manages the shop, and to one more.</summary>
    public async Task TellManagersAsync(Merchant shop, string letter, string about, PersonId? also = null)
    {
        var readers = (await OfShopAsync(shop.Id, CancellationToken.None)).Where(worker => worker.MayManage)
            .Select(worker => new PersonId(worker.Person));
        foreach (var reader in readers.Union(also is { } one ? [one] : Array.Empty<PersonId>()))
            await TellAsync(reader, letter, shop, about);
    }

    async Task TellAsync(PersonId reader, string letter, Merchant shop, string about)
    {
        if (await people.FindAsync(reader, CancellationToken.None) is { } person)
            await letters.TellAsync(
                reader, Topic.Safety, letter, CancellationToken.None, shop.Names[person.Language], about);
    }

    async Task<string> NameOfAsync(PersonId person) =>
        (await people.FindAsync(person, CancellationToken.None))?.Name is { Length: > 0 } name ? name : "–";
}
