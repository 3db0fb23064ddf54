using System.Text.Json;
using System.Text.Json.Serialization;
using CityLoop.Ledger;

namespace CityLoop.Server.Ledger;

/// <summary>What rare entries say beside their columns, as JSON that an auditor can read in the table.</summary>
static class JournalDetail
{
    static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>The rules of a currency that are not the usual ones.</summary>
    sealed record CurrencyRules(bool MayBeGiven, bool IsBacked, int DecayPerMonth);

    public static string? Of(LedgerCommand body) => body switch
    {
        ChangeAccount or SetLimit or SetLevel => JsonSerializer.Serialize(body, Options),
        DefineCurrency c when RulesOf(c) != new CurrencyRules(true, false, 0) =>
            JsonSerializer.Serialize(RulesOf(c), Options),
        _ => null,
    };

    public static LedgerCommand Read(string detail) => JsonSerializer.Deserialize<LedgerCommand>(detail, Options)!;

    public static DefineCurrency WithRules(DefineCurrency currency, string? detail)
    {
        if (detail is null)
            return currency;
        var rules = JsonSerializer.Deserialize<CurrencyRules>(detail, Options)!;
        return currency with
        {
            MayBeGiven = rules.MayBeGiven,
            IsBacked = rules.IsBacked,
            DecayPerMonth = rules.DecayPerMonth,
        };
    }

    static CurrencyRules RulesOf(DefineCurrency c) => new(c.MayBeGiven, c.IsBacked, c.DecayPerMonth);
}
