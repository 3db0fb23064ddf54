using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Text.Json;
using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Merchants.Staff;
using CityLoop.Server.Pass;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Merchants;

/// <summary>The city's shops and who works there; kept in memory, because every payment asks.</summary>
sealed class MerchantStore(NpgsqlDataSource database, TimeProvider time, IHttpContextAccessor here)
{
    /// <summary>Another server may have added a shop or a worker: what is not known is asked again after it.</summary>
    static readonly TimeSpan TrustedFor = TimeSpan.FromSeconds(5);

    readonly ConcurrentDictionary<PersonId, (IReadOnlyList<WorkerRow> Rows, DateTimeOffset ReadAt)> _workplaces = new();
    volatile Directory _directory = new([], DateTimeOffset.MinValue);

    /// <summary>Every shop, by code.</summary>
    public async Task<IReadOnlyList<Merchant>> AllAsync(CancellationToken cancellation) =>
        (await ReadAsync(cancellation)).All;

    public async Task<Merchant?> OfCodeAsync(string code, CancellationToken cancellation) =>
        (await FreshAsync(d => d.ByCode.ContainsKey(code), cancellation)).ByCode.GetValueOrDefault(code);

    /// <summary>The shop that an account belongs to, be it the shop's own or its payout account.</summary>
    public async Task<Merchant?> OfAccountAsync(AccountId account, CancellationToken cancellation) =>
        (await FreshAsync(d => d.ByAccount.ContainsKey(account), cancellation)).ByAccount.GetValueOrDefault(account);

    /// <summary>The shop at whose till a person stands, or null.</summary>
    public async Task<Merchant?> OfWorkerAsync(PersonId person, CancellationToken cancellation) =>
        (await WorkplaceAsync(person, cancellation))?.Shop;

    /// <summary>
    /// The shop for which a page was drawn, if a person works there; where none is named, the one of this device. Two
    /// windows of one browser may be the tills of two shops.
    /// </summary>
    public async Task<Merchant?> OfWorkerAsync(PersonId person, string? shop, CancellationToken cancellation) =>
        shop is null ? await OfWorkerAsync(person, cancellation)
            : (await WorkplacesAsync(person, cancellation)).FirstOrDefault(place => place.Shop.Code == shop)?.Shop;

    /// <summary>
    /// Where a person works now, and what they may do there: of several shops the one that this device is the till of.
    /// </summary>
    public async Task<Workplace?> WorkplaceAsync(PersonId person, CancellationToken cancellation)
    {
        var all = await WorkplacesAsync(person, cancellation);
        var chosen = all.Count > 1 && here.HttpContext is { } context ? TillCookie.Read(context.Request) : null;
        return all.FirstOrDefault(place => place.Shop.Code == chosen) ?? (all.Count > 0 ? all[0] : null);
    }

    /// <summary>Every shop at which a person works.</summary>
    public async Task<IReadOnlyList<Workplace>> WorkplacesAsync(PersonId person, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        if (!_workplaces.TryGetValue(person, out var known) || now - known.ReadAt > TrustedFor)
        {
            await using var connection = await database.OpenConnectionAsync(cancellation);
            var rows = await connection.QueryAsync<WorkerRow>(new CommandDefinition(
                "select merchant, may_refund, may_manage from merchants.worker where person = @Value order by merchant",
                person, cancellationToken: cancellation));
            known = _workplaces[person] = ([.. rows], now);
        }

        if (known.Rows.Count == 0)
            return [];
        var shops = (await FreshAsync(d => known.Rows.All(row => d.ById.ContainsKey(row.Merchant)), cancellation)).ById;
        return [.. known.Rows.Where(row => shops.ContainsKey(row.Merchant))
            .Select(row => new Workplace(shops[row.Merchant], row.MayRefund, row.MayManage))];
    }

    /// <summary>Enters a shop into the register, or brings its entry up to date; its accounts stay.</summary>
    public async Task SaveAsync(Merchant merchant, string name, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await WriteAsync(connection, merchant, name, cancellation);
        _directory = new([], DateTimeOffset.MinValue);
    }

    /// <summary>The same within another's transaction; who commits it calls <see cref="Forget"/>.</summary>
    public static Task WriteAsync(
        NpgsqlConnection connection, Merchant merchant, string name, CancellationToken cancellation) =>
        connection.ExecuteAsync(new CommandDefinition(
            """
            insert into merchants.merchant
              (id, code, name, names, district, category, bank_code, bank_account, account_holder, account, payout,
               seller_number)
            values (@Id, @Code, @name, @names::jsonb, @District, @Category, @BankCode, @BankAccount, @Holder, @Account,
              @Payout, @Seller)
            on conflict (code) do update set
              (name, names, district, category) = (excluded.name, excluded.names, excluded.district, excluded.category);
            update merchants.merchant m
              set (bank_code, bank_account, account_holder) = (@BankCode, @BankAccount, @Holder)
            -- What two officers have agreed to stays, whatever the city's own list says.
            where m.code = @Code and not exists (
              select from merchants.account_change c where c.merchant = m.id and c.is_approved);
            update merchants.merchant set (address, opening_hours, latitude, longitude, brand, street)
              = (@Address, @hours, @latitude, @longitude, @Brand, @Street)
            where code = @Code and @isListed
            """,
            new
            {
                merchant.Id, merchant.Code, name, names = JsonSerializer.Serialize(merchant.Names.InEveryLanguage),
                merchant.District, merchant.Category, BankCode = merchant.Bank.Code,
                BankAccount = merchant.Bank.Number, merchant.Bank.Holder,
                Account = merchant.Account.Value, Payout = merchant.Payout.Value, Seller = merchant.Tax.Number,
                merchant.Listing.Address, hours = merchant.Listing.Hours.Written, merchant.Listing.Place?.Latitude,
                merchant.Listing.Place?.Longitude, merchant.Listing.Brand, merchant.Listing.Street,
                isListed = merchant.Listing != Listing.None,
            },
            cancellationToken: cancellation));

    /// <summary>What its tax papers say from the next half-month that is closed.</summary>
    public async Task SetTaxAsync(Guid merchant, string number, int percent, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            "update merchants.merchant set (seller_number, tax_percent) = (@number, @percent) where id = @merchant",
            new { merchant, number, percent }, cancellationToken: cancellation));
        _directory = new([], DateTimeOffset.MinValue);
    }

    /// <summary>What is kept of the shops and of where a person works is read anew.</summary>
    public void Forget(PersonId person)
    {
        _directory = new([], DateTimeOffset.MinValue);
        _workplaces.TryRemove(person, out _);
    }

    /// <summary>The city's list says who begins at a shop; whom its managers have let go does not come back.</summary>
    public async Task AddFirstWorkerAsync(PersonId person, Guid merchant, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into merchants.worker (person, merchant)
            select @person, @merchant where not exists (select from merchants.worker where merchant = @merchant)
            """,
            new { person = person.Value, merchant }, cancellationToken: cancellation));
        _workplaces.TryRemove(person, out _);
    }

    async Task<Directory> ReadAsync(CancellationToken cancellation) => await FreshAsync(_ => false, cancellation);

    async Task<Directory> FreshAsync(Func<Directory, bool> isEnough, CancellationToken cancellation)
    {
        var directory = _directory;
        var now = time.GetUtcNow();
        if (isEnough(directory) || now - directory.ReadAt < TrustedFor)
            return directory;
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            """
            select id, code, names, district, category, bank_code, bank_account, account_holder, account, payout,
              seller_number, tax_percent,
              address, opening_hours, latitude, longitude, brand, street
            from merchants.merchant order by code
            """, cancellationToken: cancellation));
        return _directory = new([.. rows.Select(row => row.ToMerchant())], now);
    }

    sealed record WorkerRow(Guid Merchant, bool MayRefund, bool MayManage);

    sealed record Directory(IReadOnlyList<Merchant> All, DateTimeOffset ReadAt)
    {
        public FrozenDictionary<Guid, Merchant> ById { get; } = All.ToFrozenDictionary(m => m.Id);
        public FrozenDictionary<string, Merchant> ByCode { get; } = All.ToFrozenDictionary(m => m.Code);
        public FrozenDictionary<AccountId, Merchant> ByAccount { get; } =
            All.SelectMany(m => new[] { (m.Account, m), (m.Payout, m) }).ToFrozenDictionary(p => p.Item1, p => p.m);
    }

    sealed class Row
    {
        public Guid Id { get; init; }
        public string Code { get; init; } = "";
        public string Names { get; init; } = "";
        public string District { get; init; } = "";
        public string Category { get; init; } = "";
        public string BankCode { get; init; } = "";
        public string BankAccount { get; init; } = "";
        public string AccountHolder { get; init; } = "";
        public AccountId Account { get; init; }
        public AccountId Payout { get; init; }
        public string SellerNumber { get; init; } = "";
        public int? TaxPercent { get; init; }
        public string Address { get; init; } = "";
        public string[] OpeningHours { get; init; } = [];
        public double? Latitude { get; init; }
        public double? Longitude { get; init; }
        public string? Brand { get; init; }
        public string? Street { get; init; }

        public Merchant ToMerchant() => new(
            Id, Code, new LocalNames(JsonSerializer.Deserialize<Dictionary<string, string>>(Names)!), District,
            Category, new BankAccount(BankCode, BankAccount, AccountHolder), Account, Payout)
        {
            Tax = new(SellerNumber, TaxPercent),
            Listing = new Listing(
                Address, City.OpeningHours.Read(OpeningHours),
                Latitude is { } latitude ? new GeoPoint(latitude, Longitude!.Value) : null, Brand, Street),
        };
    }
}
