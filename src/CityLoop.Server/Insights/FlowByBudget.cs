using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;
using CityLoop.Server.Web;
using CityLoop.Server.Web.Languages;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Insights;

/// <summary>
/// Where each budget's points are: left in it, in people's hands, spent, ended, decayed or taken back with a refund; so
/// that every point is reported by the funder that paid for it, by the ledger's own lots.
/// </summary>
sealed class FlowByBudget(NpgsqlDataSource database, CityLedger ledger, CityAccounts accounts, CityPack city)
{
    /// <summary>
    /// One budget since its beginning; <see cref="Pace"/> is what it paid in the last seven whole days.
    /// </summary>
    /// <param name="Back">What came into the budget's account from people.</param>
    /// <param name="InHands">With people, held points and decay that is not yet written among it.</param>
    /// <param name="Spent">With shops, waiting for the bank, or paid out.</param>
    /// <param name="TakenBack">Of this budget's points,
    /// what refunds took from people with a rebate or a voucher, and what people bought vouchers with.</param>
    public sealed record Row(
        AccountId Account, string Name, CityBudget? Budget, long Funded, long Paid, long Back, long Pace, long InHands,
        long Spent, long Expired, long Decayed, long TakenBack)
    {
        public long Left => Funded - Paid + Back;

        /// <summary>
        /// A returned rebate takes from a person what is there, also other budgets' points: what this one got of
        /// theirs, less what they got of its own. Over all budgets it is zero.
        /// </summary>
        public long FromOthers => Back - Expired - Decayed - TakenBack;

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
        var lineage = await ledger.ReadAsync(books => FunderLineage.Of(books, window.Currency.Id), cancellation);
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
                account, name, city.Budgets.FirstOrDefault(b => b.Name == name), s.Funded, s.Paid, s.Back, s.Pace,
                lineage.InHands(account), lineage.Spent(account), lineage.Gone(account, TransferCode.Expire),
                lineage.Gone(account, TransferCode.Decay),
                lineage.Gone(account, TransferCode.RebateReturn) + lineage.Gone(account, TransferCode.RedeemReturn)
                + lineage.Gone(account, TransferCode.Buy));
        })];
    }

    static string NameOf(string? accountName, AccountId account) =>
        accountName is null ? account.ToString()
        : accountName.StartsWith(Prefix, StringComparison.Ordinal) ? accountName[Prefix.Length..]
        : accountName;

    static async Task<IResult> Handle(
        string? currency, string? days, DeskWindows windows, FlowByBudget budgets, Texts texts,
        CancellationToken cancellation)
    {
        var window = await windows.ChooseAsync(currency, days, cancellation);
        var scale = window.Currency.Scale;
        return CsvDownload.Of(
            $"budgets-{window.Today:yyyy-MM-dd}.csv",
            [texts["desk.budget"], texts["desk.funder"], texts["desk.funded"], texts["desk.paid"], texts["desk.back"],
                texts["desk.inHands"], texts["desk.spent"], texts["desk.left"], texts["desk.expired"],
                texts["desk.decayed"], texts["desk.takenBack"], texts["desk.fromOthers"]],
            (await budgets.ReadAsync(window, cancellation)).Select(row => (IReadOnlyList<object>)
            [
                row.NameIn(texts.Language), row.FunderIn(texts.Language), new CsvAmount(row.Funded, scale),
                new CsvAmount(row.Paid, scale), new CsvAmount(row.Back, scale), new CsvAmount(row.InHands, scale),
                new CsvAmount(row.Spent, scale), new CsvAmount(row.Left, scale),
                new CsvAmount(row.Expired, scale), new CsvAmount(row.Decayed, scale),
                new CsvAmount(row.TakenBack, scale), new CsvAmount(row.FromOthers, scale),
            ]));
    }
}
