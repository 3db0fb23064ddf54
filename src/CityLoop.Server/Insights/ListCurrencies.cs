using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CityLoop.Server.Insights;

/// <summary>Anybody sees how much of each currency there is, where it lies, and what stands behind it.</summary>
static class ListCurrencies
{
    /// <param name="Kind">issuing, outside, budget, person, merchant, payout, escrow or funding.</param>
    /// <param name="Balance">Of all accounts of the kind, held points and unwritten decay among it.</param>
    public sealed record Kind(string Name, long Balance);

    /// <param name="Scale">Decimal places: amounts are in the smallest unit.</param>
    /// <param name="Outstanding">In the world: with budgets, people, shops, in payouts and escrow.</param>
    /// <param name="Funding">In trust behind it.</param>
    /// <param name="IsBacked">True when what is outstanding can never pass what is in trust.</param>
    /// <param name="DecayPerMonth">In millionths.</param>
    public sealed record Currency(
        string Code, IReadOnlyDictionary<string, string> Names, int Scale, long Outstanding, long Funding,
        bool IsBacked, bool MayBeGiven, int DecayPerMonth, IReadOnlyList<Kind> Kinds);

    /// <param name="AsOf">The journal entry up to which these sums go.</param>
    public sealed record Response(long AsOf, IReadOnlyList<Currency> Currencies);

    sealed record KindSum(short Currency, short Kind, decimal Balance);

    public static void Map(IEndpointRouteBuilder app) =>
        app.MapGet("/api/v1/ledger/currencies", HandleAsync).AllowAnonymous()
            .WithName("ListCurrencies").WithTags("Ledger");

    static async Task<Ok<Response>> HandleAsync(
        CityLedger ledger, CityPack city, NpgsqlDataSource database, CancellationToken cancellation) =>
        TypedResults.Ok(await ReadAsync(ledger, city, database, cancellation));

    /// <summary>
    /// From the desk's tables, which follow the journal: whoever asks, and however often, the writer of the books is
    /// not kept from its work by adding up a nation's accounts.
    /// </summary>
    public static async Task<Response> ReadAsync(
        CityLedger ledger, CityPack city, NpgsqlDataSource database, CancellationToken cancellation)
    {
        var currencies = await ledger.ReadAsync(books => books.Currencies, cancellation);
        await using var connection = await database.OpenConnectionAsync(cancellation);
        // Sequence and sums of one moment: what is followed between two statements would not fit together.
        await using var transaction = await connection.BeginTransactionAsync(
            System.Data.IsolationLevel.RepeatableRead, cancellation);
        var asOf = await connection.ExecuteScalarAsync<long>("select sequence from insights.follower");
        var sums = (await connection.QueryAsync<KindSum>(
            """
            select currency, kind, sum(amount) as balance from (
              select currency, credit_kind as kind, amount from insights.flow
              union all select currency, debit_kind, -amount from insights.flow) as side
            group by currency, kind order by currency, kind
            """)).ToLookup(sum => new CurrencyId(sum.Currency));
        return new Response(asOf, [.. currencies.Select(currency => Of(currency, city, sums[currency.Id]))]);
    }

    static Currency Of(CurrencyView currency, CityPack city, IEnumerable<KindSum> sums)
    {
        var kinds = sums.Select(sum => (Kind: (AccountKind)sum.Kind, Balance: (long)sum.Balance)).ToList();
        var names = city.Currencies.FirstOrDefault(c => c.Id == currency.Id)?.Names.InEveryLanguage;
        return new Currency(
            currency.Code, names ?? new Dictionary<string, string>(), currency.Scale,
            kinds.Where(k => k.Kind.IsInTheWorld()).Sum(k => k.Balance),
            kinds.Where(k => k.Kind == AccountKind.Funding).Sum(k => k.Balance),
            currency.IsBacked, currency.MayBeGiven, currency.DecayPerMonth,
            [.. kinds.Select(k => new Kind(k.Kind.ToString().ToLowerInvariant(), k.Balance))]);
    }
}
