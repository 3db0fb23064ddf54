using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;
using CityLoop.Server.Web.Languages;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Insights;

/// <summary>
/// Where each budget's points are: left in it, in people's hands, or spent; so that every spent point is reported by
/// the funder that paid for it.
/// </summary>
sealed class FlowByBudget(NpgsqlDataSource database, CityLedger ledger, CityAccounts accounts, CityPack city)
{
    /// <summary>
    /// One budget since its beginning; <see cref="Pace"/> is what it paid in the last seven whole days.
    /// </summary>
    public sealed record Row(
        AccountId Account, string Name, CityBudget? Budget, long Funded, long Paid, long Back, long InHands, long Pace)
    {
        public long Left => Funded - Paid + Back;

        /// <summary>Paid to people, not come back, and no longer theirs: it reached a shop and stayed there.</summary>
        public long Spent => Paid - Back - InHands;

        /// <summary>
        /// For how many whole days the rest lasts at the pace of the last seven; null while nothing is paid.
        /// </summary>
        public long? DaysLeft => Pace > 0 ? Left * 7 / Pace : null;

        public string NameIn(string language) => Budget?.Names[language] ?? Name;

        public string FunderIn(string language) => Budget?.Funder[language] ?? "";
    }

    sealed record Sums(int Budget, long Funded, long Paid, long Back, long Pace);

    const string Prefix = "budget:";

    public static void Map(IEndpointRouteBuilder desk) => desk.MapGet("/desk/flow/budgets.csv", Handle);

    public async Task<IReadOnlyList<Row>> ReadAsync(DeskWindow window, CancellationToken cancellation)
    {
        var names = await accounts.NamesAsync(cancellation);
        var inHands = await ledger.ReadAsync(books => InHands(books, window.Currency.Id), cancellation);
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var sums = await connection.QueryAsync<Sums>(
            """
            select budget, sum(funded)::bigint as funded, sum(paid)::bigint as paid, sum(back)::bigint as back,
              coalesce(sum(paid) filter (where day between @today - 7 and @today - 1), 0)::bigint as pace
            from insights.budget_day where currency = @currency group by budget order by budget
            """,
            new { currency = window.Currency.Id.Value, today = window.Today });
        return [.. sums.Select(s =>
        {
            var account = new AccountId(s.Budget);
            var name = NameOf(names.GetValueOrDefault(account), account);
            return new Row(
                account, name, city.Budgets.FirstOrDefault(b => b.Name == name), s.Funded, s.Paid, s.Back,
                inHands.GetValueOrDefault(account), s.Pace);
        })];
    }

    static string NameOf(string? accountName, AccountId account) =>
        accountName is null ? account.ToString()
        : accountName.StartsWith(Prefix, StringComparison.Ordinal) ? accountName[Prefix.Length..]
        : accountName;

    /// <summary>
    /// The points that persons and escrows hold, by the budget that paid for them: the ledger's own lots.
    /// </summary>
    static Dictionary<AccountId, long> InHands(LedgerState books, CurrencyId currency)
    {
        var sums = new Dictionary<AccountId, long>();
        for (var number = 1; number <= books.AccountCount; number++)
        {
            var account = books.Account(new AccountId(number));
            if (!account.Kind.KeepsLastDays() || account.Currency != currency || account.Balance == 0)
                continue;
            foreach (var lot in books.Lots(account.Id))
                sums[lot.Budget] = sums.GetValueOrDefault(lot.Budget) + lot.Amount;
        }

        return sums;
    }

    static async Task<IResult> Handle(
        string? currency, string? days, DeskWindows windows, FlowByBudget budgets, Texts texts,
        CancellationToken cancellation)
    {
        var window = await windows.ChooseAsync(currency, days, cancellation);
        var scale = window.Currency.Scale;
        return CsvDownload.Of(
            $"budgets-{window.Today:yyyy-MM-dd}.csv",
            [texts["desk.budget"], texts["desk.funder"], texts["desk.funded"], texts["desk.paid"], texts["desk.back"],
                texts["desk.inHands"], texts["desk.spent"], texts["desk.left"]],
            (await budgets.ReadAsync(window, cancellation)).Select(row => (IReadOnlyList<object>)
            [
                row.NameIn(texts.Language), row.FunderIn(texts.Language), new CsvAmount(row.Funded, scale),
                new CsvAmount(row.Paid, scale), new CsvAmount(row.Back, scale), new CsvAmount(row.InHands, scale),
                new CsvAmount(row.Spent, scale), new CsvAmount(row.Left, scale),
            ]));
    }
}
