using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Insights;
using CityLoop.Server.Ledger;
using CityLoop.Server.Operations;
using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.Insights;

/// <summary>What the desk's tests do with a city: let it live, post, and wait until the desk has seen it.</summary>
static class DeskTown
{
    /// <summary>Far longer than a busy machine needs; who waits longer waits for something broken.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    extension(TestCity city)
    {
        /// <summary>Two months of invented people, as in a demo city.</summary>
        public async Task LiveAsync()
        {
            await city.Get<DemoLife>().LiveAsync(Stop);
            await city.DeskHasFollowedAsync();
        }

        /// <summary>Posts what must be accepted.</summary>
        public async Task PostAsync(params Transfer[] transfers)
        {
            foreach (var transfer in transfers)
            {
                var result = await city.Get<CityLedger>().PostAsync(transfer, Stop);
                result.Outcome.ShouldBe(PostOutcome.Posted, transfer.ToString());
            }
        }

        /// <summary>Answers when the desk's tables contain every entry of the journal.</summary>
        public async Task DeskHasFollowedAsync()
        {
            var last = await city.Get<CityLedger>().ReadAsync(books => books.Sequence, Stop);
            await Eventually.BecomesTrueAsync(
                async () => await city.Get<FlowTables>().SequenceAsync(Stop) >= last, Patience,
                $"the desk's tables follow the journal to entry {last}");
        }

        public async Task<DeskWindow> WindowAsync(int days = 30) =>
            await city.Get<DeskWindows>().ChooseAsync(null, $"{days}", Stop);

        /// <summary>
        /// The balances of all accounts of some kinds in the city's first currency, as the books have them.
        /// </summary>
        public async Task<long> BalanceOfAsync(params AccountKind[] kinds) =>
            await city.Get<CityLedger>().ReadAsync(
                books => Enumerable.Range(1, books.AccountCount).Select(n => books.Account(new AccountId(n)))
                    .Where(a => a.Currency == city.Get<CityPack>().MainCurrency.Id && kinds.Contains(a.Kind))
                    .Sum(a => a.Balance),
                Stop);

        /// <summary>Some accounts of a kind that hold at least so much.</summary>
        public async Task<IReadOnlyList<AccountId>> AccountsAsync(AccountKind kind, long atLeast) =>
            await city.Get<CityLedger>().ReadAsync(
                books => Enumerable.Range(1, books.AccountCount).Select(n => books.Account(new AccountId(n)))
                    .Where(a => a.Kind == kind && a.Balance >= atLeast).Select(a => a.Id).ToList(),
                Stop);

        public async Task<AccountId> OpenAsync(string name, AccountKind kind) =>
            await city.Get<CityAccounts>().OpenAsync(name, kind, city.Get<CityPack>().MainCurrency.Id, Stop);
    }
}
