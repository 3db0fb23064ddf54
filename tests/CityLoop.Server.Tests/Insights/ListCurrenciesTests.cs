using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Merchants;

namespace CityLoop.Server.Tests.Insights;

/// <summary>What anybody may know of the city's money: how much there is, where, and what stands behind it.</summary>
public sealed class ListCurrenciesTests : IAsyncLifetime
{
    readonly TestCity _city = new() { ChangeCityJson = WithVoucher };

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _city.InitializeAsync();

    public ValueTask DisposeAsync() => _city.DisposeAsync();

    [Fact]
    public async Task The_sums_by_kind_of_account_are_the_books_and_add_up_to_zero()
    {
        await _city.GiveAsync(Cast.LinMeiling, 300, _city.Get<CityClock>().Today.AddDays(90));
        await _city.DeskHasFollowedAsync();
        using var anybody = _city.Visit();

        var sheet = (await anybody.AskAsync("/api/v1/ledger/currencies")).ShouldBeDone().Body;

        var ours = await _city.Get<CityLedger>().ReadAsync(books => Enumerable.Range(1, books.AccountCount)
            .Select(number => books.Account(new AccountId(number)))
            .GroupBy(a => (books.Currencies.Single(c => c.Id == a.Currency).Code,
                Kind: a.Kind.ToString().ToLowerInvariant()))
            .ToDictionary(same => same.Key, same => same.Sum(a => a.Balance)), Stop);
        foreach (var currency in sheet.GetProperty("currencies").EnumerateArray())
        {
            var code = currency.GetProperty("code").GetString()!;
            var kinds = currency.GetProperty("kinds").EnumerateArray().ToDictionary(
                kind => (code, kind.GetProperty("name").GetString()!), kind => kind.GetProperty("balance").GetInt64());
            kinds.Values.Sum().ShouldBe(0, code);
            foreach (var (kind, balance) in ours.Where(kind => kind.Key.Code == code && kind.Value != 0))
                kinds[kind].ShouldBe(balance, $"{kind}");
            var view = (await _city.Get<CityLedger>().ReadAsync(books => books.Currencies, Stop))
                .Single(c => c.Code == code);
            currency.GetProperty("outstanding").GetInt64().ShouldBe(view.Outstanding);
            currency.GetProperty("funding").GetInt64().ShouldBe(view.Funding);
        }
    }

    [Fact]
    public async Task The_page_says_what_stands_behind_a_backed_currency_and_that_nothing_stands_behind_another()
    {
        await _city.DeskHasFollowedAsync();
        using var anybody = _city.Visit();

        var page = await anybody.GetStringAsync("/books/currencies?language=en", Stop);

        var voucher = page[page.IndexOf("id=\"VCH\"", StringComparison.Ordinal)..];
        voucher.ShouldContain("can never pass what is in trust");
        voucher.ShouldContain("5,000");
        page.ShouldContain("there is no trust behind it");
    }

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
              "lastDay": { "rule": "never" }, "backed": true
            }
            """, StringComparison.Ordinal);
}
