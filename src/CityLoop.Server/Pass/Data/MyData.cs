using System.Security.Claims;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CityLoop.Server.Pass.Data;

/// <summary>
/// Everything that the city holds about a person, as one JSON document: each registered table's rows as they stand, but
/// for keys and hashes, and each account as the books have it with its whole statement.
/// </summary>
sealed class MyData(
    NpgsqlDataSource database, IEnumerable<HeldTable> tables, CityLedger ledger, CityPack city, TimeProvider time)
{
    const int EntriesAtOnce = 1_000;

    static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true, Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
    };

    public static void Map(IEndpointRouteBuilder pages) =>
        pages.MapGet("/me/data.json", Download).RequireAuthorization(Roles.Resident).ExcludeFromDescription()
            .AddEndpointFilter(new FreshSignIn("/me/data"));

    static Task<FileContentHttpResult> Download(
        ClaimsPrincipal who, MyData data, CancellationToken cancellation) =>
        data.FileOfAsync(who.PersonId(), "my-data.json", cancellation);

    public async Task<FileContentHttpResult> FileOfAsync(
        PersonId person, string name, CancellationToken cancellation, PersonId? guardian = null) =>
        TypedResults.File(
            JsonSerializer.SerializeToUtf8Bytes(await OfAsync(person, cancellation, guardian), Readable),
            "application/json", name);

    /// <param name="guardian">Who reads it of a small child; null for who reads their own.</param>
    public async Task<JsonObject> OfAsync(
        PersonId person, CancellationToken cancellation, PersonId? guardian = null)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var held = new JsonObject();
        // A table may hold somebody in two ways: as the child and as the guardian.
        foreach (var table in tables.Where(table => table.IsTold).GroupBy(table => table.Name))
            held[table.Key] = JsonNode.Parse(await connection.ExecuteScalarAsync<string>(new CommandDefinition(
                $"""
                select coalesce(jsonb_agg(to_jsonb(t) - @secret), '[]')::text
                from {table.Key} t where {string.Join(
                    " or ", table.Select(way => guardian is null ? way.Where : $"{way.Where} and ({way.ForGuardian})"))}
                """,
                new
                {
                    secret = table.SelectMany(way => way.Secret).ToArray(), person = person.Value,
                    guardian = guardian?.Value,
                },
                cancellationToken: cancellation)) ?? "[]");
        var accounts = await connection.QueryAsync<(short Currency, int Account)>(new CommandDefinition(
            "select currency, account from pass.account where person = @Value and account is not null", person,
            cancellationToken: cancellation));
        var statements = new JsonArray();
        foreach (var (currency, account) in accounts)
            statements.Add(await StatementAsync(
                city.Currency(new CurrencyId(currency)), new AccountId(account), cancellation));
        return new JsonObject
        {
            ["person"] = person.Value, ["asOf"] = time.GetUtcNow(), ["held"] = held, ["accounts"] = statements,
        };
    }

    async Task<JsonObject> StatementAsync(
        CityCurrency currency, AccountId account, CancellationToken cancellation)
    {
        var transfers = new JsonArray();
        for (long? before = null; ;)
        {
            var entries = await ledger.StatementAsync(account, EntriesAtOnce, before, cancellation);
            foreach (var entry in entries)
                if (entry.Body is Transfer transfer)
                    transfers.Add(new JsonObject
                    {
                        ["entry"] = entry.Sequence, ["id"] = transfer.Id, ["at"] = entry.EffectiveAt,
                        ["kind"] = Name(transfer.Code),
                        ["amount"] = transfer.Debit == account ? -transfer.Amount : transfer.Amount,
                    });
            if (entries.Count < EntriesAtOnce)
                break;
            before = entries[^1].Sequence;
        }

        var (now, bounds, holds, limits) = await ledger.ReadAsync(books => (
            books.Account(account), books.BoundsOf(account), books.HoldsOf(account), books.Limits), cancellation);
        return new JsonObject
        {
            ["account"] = account.Value, ["currency"] = currency.Code, ["scale"] = currency.Scale,
            ["status"] = Name(now.Status), ["level"] = now.Level, ["balance"] = now.Balance, ["held"] = now.Held,
            ["minimum"] = bounds.Minimum, ["maximum"] = bounds.Maximum,
            ["holds"] = new JsonArray([.. holds.Select(hold => new JsonObject
            {
                ["id"] = hold.Id, ["amount"] = hold.Amount, ["kind"] = Name(hold.Code), ["until"] = hold.Until,
            })]),
            ["limits"] = new JsonArray([.. limits
                .Where(limit => limit.Currency == currency.Id && !(limit.UpToLevel < now.Level))
                .Select(limit => new JsonObject
                {
                    ["kind"] = Name(limit.Code), ["per"] = Name(limit.Per), ["period"] = Name(limit.Period),
                    ["max"] = limit.Max, ["reference"] = limit.Reference, ["upToLevel"] = limit.UpToLevel,
                })]),
            ["transfers"] = transfers,
        };
    }

    static string Name<T>(T value) where T : struct, Enum =>
        JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
