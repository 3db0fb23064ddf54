using System.Collections.Concurrent;
using CityLoop.Ledger;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Ledger;

/// <summary>The accounts that have a public name: issuing, outside, budgets, shops, payouts.</summary>
sealed class CityAccounts(CityLedger ledger, NpgsqlDataSource database)
{
    readonly ConcurrentDictionary<string, AccountId> _opened = new();

    /// <summary>The account of this name; opened at first use.</summary>
    public async Task<AccountId> OpenAsync(
        string name, AccountKind kind, CurrencyId currency, CancellationToken cancellation)
    {
        if (_opened.TryGetValue(name, out var known))
            return known;

        // The ledger first: its answer is the same every time, so a crash in between is healed by the next caller.
        var account = await ledger.OpenAccountAsync(DerivedId.From("account", name), currency, kind, cancellation);
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(
            "insert into ledger.account_name (account, name) values (@account, @name) on conflict do nothing",
            new { account = account.Value, name });
        _opened[name] = account;
        return account;
    }

    /// <summary>The names of accounts that have one.</summary>
    public async Task<IReadOnlyDictionary<AccountId, string>> NamesAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<(int Account, string Name)>(
            new CommandDefinition("select account, name from ledger.account_name", cancellationToken: cancellation));
        return rows.ToDictionary(row => new AccountId(row.Account), row => row.Name);
    }
}
