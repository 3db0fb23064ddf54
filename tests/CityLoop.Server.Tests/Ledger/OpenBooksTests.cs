using CityLoop.Ledger;
using CityLoop.Server.Ledger;
using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.Ledger;

/// <summary>What of the city pack stands in the books after a start.</summary>
public sealed class OpenBooksTests : IAsyncLifetime
{
    readonly TestCity _city = new();

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _city.InitializeAsync();

    public ValueTask DisposeAsync() => _city.DisposeAsync();

    [Fact]
    public async Task A_city_that_starts_again_with_the_same_pack_writes_nothing_new()
    {
        var before = await BooksAsync(books => books.Sequence);

        await _city.RestartAsync();

        (await BooksAsync(books => books.Sequence)).ShouldBe(before);
        _city.Log.Lines.ShouldNotContain(line => line.Contains("was not taken into the books"));
    }

    [Fact]
    public async Task A_backed_currency_begins_with_the_money_of_its_budgets_in_the_trust()
    {
        _city.ChangeCityJson = WithVoucher;

        await _city.RestartAsync();

        var voucher = (await BooksAsync(books => books.Currencies)).Single(c => c.Code == "VCH");
        (voucher.IsBacked, voucher.MayBeGiven, voucher.DecayPerMonth).ShouldBe((true, false, 10_000));
        (voucher.Outstanding, voucher.Funding).ShouldBe((5_000, 5_000));
        var before = await BooksAsync(books => books.Sequence);
        await _city.RestartAsync();
        (await BooksAsync(books => books.Sequence)).ShouldBe(before);
    }

    [Fact]
    public async Task The_books_limits_are_those_of_the_pack_also_when_one_is_changed_back()
    {
        foreach (var max in new[] { 500, 700, 500 })
        {
            _city.ChangeCityJson = json => WithLimit(json, max);
            await _city.RestartAsync();
            (await BooksAsync(books => books.Limits)).ShouldBe(
                [new Limit(1, new CurrencyId(1), TransferCode.Pay, LimitPer.Giver, LimitPeriod.Day, max)]);
        }

        _city.ChangeCityJson = null;
        await _city.RestartAsync();
        (await BooksAsync(books => books.Limits)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_rule_that_differs_from_the_books_is_told_and_not_taken()
    {
        _city.ChangeCityJson = json => json.Replace(
            "\"scale\": 0,", "\"scale\": 0, \"mayBeGiven\": false,", StringComparison.Ordinal);

        await _city.RestartAsync();

        (await BooksAsync(books => books.Currencies))[0].MayBeGiven.ShouldBeTrue();
        _city.Log.Lines.ShouldContain(line => line.Contains("'TCP' of the city pack was not taken into the books"));
    }

    Task<T> BooksAsync<T>(Func<LedgerState, T> read) => _city.Get<CityLedger>().ReadAsync(read, Stop);

    static string WithLimit(string json, int max) => json.Replace(
        "\"scale\": 0,",
        "\"scale\": 0, \"limits\": [{ \"number\": 1, \"what\": \"pay\", \"per\": \"person\", \"period\": \"day\", "
            + $"\"max\": {max} }}],",
        StringComparison.Ordinal);

    static string WithVoucher(string json) => json
        .Replace("\"budgets\": [", """
            "budgets": [
            {
              "name": "voucher", "currency": "VCH", "amount": 5000,
              "names": { "zh-TW": "券", "en": "Voucher", "ja": "券" },
              "funder": { "zh-TW": "市", "en": "City", "ja": "市" }
            },
            """, StringComparison.Ordinal)
        .Replace("\"months\": 6 }\n    }", """
            "months": 6 }
            },
            {
              "id": 2, "code": "VCH", "scale": 0, "names": { "zh-TW": "券", "en": "Voucher", "ja": "券" },
              "lastDay": { "rule": "fixed-day", "day": "2027-03-31" },
              "backed": true, "mayBeGiven": false, "decayPerMonth": 10000
            }
            """, StringComparison.Ordinal);
}
