using System.Collections.Concurrent;
using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Pass;

/// <summary>The account that a person has in each currency, opened at first use: the only link between them.</summary>
sealed class PersonAccounts(NpgsqlDataSource database, CityLedger ledger, TimeProvider time)
{
    readonly ConcurrentDictionary<(PersonId, CurrencyId), AccountId> _known = new();

    /// <summary>The link is gone from the table, so it is not remembered either.</summary>
    public void Forget(PersonId person)
    {
        foreach (var known in _known.Keys.Where(known => known.Item1 == person))
            _known.TryRemove(known, out _);
    }

    public async Task<AccountId> OfAsync(PersonId person, CurrencyId currency, CancellationToken cancellation)
    {
        if (_known.TryGetValue((person, currency), out var known))
            return known;

        await using var connection = await database.OpenConnectionAsync(cancellation);
        // The key is random and first: a crash between here and the ledger opens the same account the next time.
        var values = new { person = person.Value, currency, key = Guid.CreateVersion7(time.GetUtcNow()) };
        await connection.ExecuteAsync(new CommandDefinition(
            "insert into pass.account (person, currency, key) values (@person, @currency, @key) on conflict do nothing",
            values, cancellationToken: cancellation));
        var (key, account) = await connection.QuerySingleAsync<(Guid Key, int? Account)>(new CommandDefinition(
            "select key, account from pass.account where person = @person and currency = @currency",
            values, cancellationToken: cancellation));
        if (account is null)
        {
            account = (await ledger.OpenAccountAsync(key, currency, AccountKind.Person, cancellation)).Value;
            await connection.ExecuteAsync(new CommandDefinition(
                "update pass.account set account = @account where key = @key",
                new { account, key }, cancellationToken: cancellation));
        }

        return _known[(person, currency)] = new AccountId(account.Value);
    }

    /// <summary>
    /// The accounts in some currencies of whom an account belongs to, as far as there are any. Opens none.
    /// </summary>
    public async Task<IReadOnlyDictionary<CurrencyId, AccountId>> BesideAsync(
        AccountId account, IReadOnlyList<CurrencyId> currencies, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var found = await connection.QueryAsync<(short Currency, int Account)>(new CommandDefinition(
            """
            select b.currency, b.account from pass.account a join pass.account b using (person)
            where a.account = @account and b.currency = any(@currencies) and b.account is not null
            """,
            new { account = account.Value, currencies = currencies.Select(currency => currency.Value).ToArray() },
            cancellationToken: cancellation));
        return found.ToDictionary(one => new CurrencyId(one.Currency), one => new AccountId(one.Account));
    }

    /// <summary>What is in each of the person's accounts. Opens none.</summary>
    public async Task<IReadOnlyList<(CityCurrency Currency, long Balance)>> BalancesAsync(
        PersonId person, CityPack city, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var accounts = (await connection.QueryAsync<(short Currency, int Account)>(new CommandDefinition(
            """
            select currency, account from pass.account where person = @Value and account is not null order by currency
            """, person, cancellationToken: cancellation))).ToList();
        return await ledger.ReadAsync<IReadOnlyList<(CityCurrency, long)>>(
            books => [.. accounts.Select(one => (
                city.Currency(new CurrencyId(one.Currency)), books.Account(new AccountId(one.Account)).Balance))],
            cancellation);
    }

    /// <summary>True when one of these accounts is the person's. Opens none: who only looks leaves no trace.</summary>
    public async Task<bool> OwnsAnyAsync(
        PersonId person, IReadOnlyList<AccountId> accounts, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "select exists (select from pass.account where person = @person and account = any(@accounts))",
            new { person = person.Value, accounts = accounts.Select(account => account.Value).ToArray() },
            cancellationToken: cancellation));
    }
}
