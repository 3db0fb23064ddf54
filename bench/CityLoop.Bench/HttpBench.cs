using System.Diagnostics;
using System.Net.Http.Json;
using CityLoop.Server.Ledger;
using CityLoop.Server.Merchants;
using CityLoop.Server.Pass;
using CityLoop.Server.Web;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace CityLoop.Bench;

/// <summary>
/// Charges a second through the public API: a signed-in till, a fresh wallet code each, a receipt in each answer. The
/// callers run on the same machine, in the same process, over real loopback connections.
/// </summary>
static class HttpBench
{
    const int Connections = 48;
    const int People = 200_000;

    public static async Task<IReadOnlyList<BenchRow>> RunAsync(bool isQuick)
    {
        var seconds = isQuick ? 6 : 20;
        await using var city = new BenchCity();
        await using var app = await ServedCity.StartAsync(city);

        var people = await BenchCity.OpenPeopleAsync(app.Get<CityLedger>(), People, 1_000);
        var codes = await app.Get<WalletCodeKey>().CodesAsync(CancellationToken.None);
        var cookie = await SignInTillAsync(app.Services);
        var reference = await city.PgbenchAsync(seconds);

        // A short run first: compiled code and open connections, as in any shop that is not just opening.
        var used = 0;
        await MeasureAsync(2);
        var (perSecond, p50, p99) = await MeasureAsync(seconds);
        return
        [
            BenchRow.Plain("pgbench", reference, "tx/s"),
            BenchRow.AtLeast("charges", perSecond, "charges/s", 2_000, reference),
            BenchRow.Plain("charges-p50", p50, "ms"),
            BenchRow.AtMost("charges-p99", p99, "ms", 100),
        ];

        async Task<(double PerSecond, double P50, double P99)> MeasureAsync(int forSeconds)
        {
            var address = app.Address;
            var until = Stopwatch.GetTimestamp() + forSeconds * Stopwatch.Frequency;
            var clock = Stopwatch.StartNew();
            var callers = Enumerable.Range(0, Connections).Select(_ => Task.Run(() => CallAsync(address, until)));
            var took = (await Task.WhenAll(callers)).SelectMany(t => t).Order().ToList();
            return (took.Count / clock.Elapsed.TotalSeconds, took[took.Count / 2], took[(int)(took.Count * 0.99)]);
        }

        async Task<List<double>> CallAsync(Uri address, long until)
        {
            using var client = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = address };
            client.DefaultRequestHeaders.Add("Cookie", cookie);
            client.DefaultRequestHeaders.Add(Security.ApiHeader, "1");
            var took = new List<double>();
            while (Stopwatch.GetTimestamp() < until)
            {
                // Each code works once: everybody pays once in each half minute.
                var next = Interlocked.Increment(ref used);
                if (next > People)
                    throw new InvalidOperationException("The bench was faster than its people are many.");
                var step = WalletCodes.StepAt(TimeProvider.System.GetUtcNow());
                var code = codes.Of(new WalletCode(people[next - 1], step));
                var request = new { id = Guid.CreateVersion7(), code, amount = 40 + next % 200 };
                var began = Stopwatch.GetTimestamp();
                using var answer = await client.PostAsJsonAsync("/api/v1/till/charges", request);
                var receipt = await answer.Content.ReadAsStringAsync();
                if (!answer.IsSuccessStatusCode || !receipt.Contains("receipt", StringComparison.Ordinal))
                    throw new InvalidOperationException($"The bench met {answer.StatusCode}: {receipt}");
                took.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }

            return took;
        }
    }

    static async Task<string> SignInTillAsync(IServiceProvider services)
    {
        await using var connection = await services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync();
        var worker = await connection.QuerySingleAsync<Guid>("select person from merchants.worker limit 1");
        var key = await services.GetRequiredService<Sessions>()
            .BeginAsync(new PersonId(worker), "bench", SignInMethod.Code, null, CancellationToken.None);
        return $"{SessionAuthentication.CookieName}={key}";
    }
}
