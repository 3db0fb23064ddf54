using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CityLoop.Server.SignOn;
using Dapper;
using Npgsql;

namespace CityLoop.Bench.Pass;

/// <summary>A service's servers at the token endpoint: each call proves who it is and gets a new token.</summary>
static class TokenCallers
{
    const int Connections = 48;

    /// <summary>Beyond this the callers would need more codes than are made.</summary>
    const int CodesPerSecondMax = 6_000;

    const int WarmUpSeconds = 2;

    static readonly string Verifier = new('v', 43);

    /// <summary>Codes for tokens: PKCE, a signed ID token, a refresh token, and a commit in each.</summary>
    public static async Task<Pace> OfCodesAsync(ServedCity app, PassTown town, int seconds)
    {
        var codes = new ConcurrentQueue<string>(
            await CodesAsync(app, town, CodesPerSecondMax * (seconds + WarmUpSeconds)));
        await MeasureAsync(WarmUpSeconds);
        return await MeasureAsync(seconds);

        Task<Pace> MeasureAsync(int forSeconds) => CallersAsync(app, town, forSeconds, _ =>
            codes.TryDequeue(out var code)
                ? Form(town, code)
                : throw new InvalidOperationException("The bench was faster than its codes are many."));
    }

    /// <summary>Refresh tokens, each for the next.</summary>
    public static async Task<Pace> OfRefreshTokensAsync(ServedCity app, PassTown town, int seconds)
    {
        var first = new ConcurrentQueue<string>(await CodesAsync(app, town, Connections * 2));
        await CallersAsync(app, town, WarmUpSeconds, Next);
        return await CallersAsync(app, town, seconds, Next);

        Dictionary<string, string> Next(JsonElement? before) => before is { } answer
            ? new()
            {
                ["grant_type"] = "refresh_token",
                ["refresh_token"] = answer.GetProperty("refresh_token").GetString()!,
            }
            : first.TryDequeue(out var code) ? Form(town, code)
            : throw new InvalidOperationException("No code is left.");
    }

    static Dictionary<string, string> Form(PassTown town, string code) => new()
    {
        ["grant_type"] = "authorization_code", ["code"] = code, ["redirect_uri"] = town.Service.RedirectUris[0],
        ["code_verifier"] = Verifier,
    };

    static async Task<Pace> CallersAsync(
        ServedCity app, PassTown town, int seconds, Func<JsonElement?, Dictionary<string, string>> next)
    {
        var until = Stopwatch.GetTimestamp() + seconds * Stopwatch.Frequency;
        return await Pace.OfAsync(async () =>
        {
            var callers = Enumerable.Range(0, Connections)
                .Select(_ => Task.Run(() => CallAsync(app, town, until, next)));
            return (await Task.WhenAll(callers)).SelectMany(took => took);
        });
    }

    static async Task<List<double>> CallAsync(
        ServedCity app, PassTown town, long until, Func<JsonElement?, Dictionary<string, string>> next)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = app.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes($"{town.Service.ClientId}:{town.Secret}")));
        var took = new List<double>();
        JsonElement? before = null;
        while (Stopwatch.GetTimestamp() < until)
        {
            using var form = new FormUrlEncodedContent(next(before));
            var began = Stopwatch.GetTimestamp();
            using var answer = await client.PostAsync(IssueTokens.Address, form);
            before = await answer.Content.ReadFromJsonAsync<JsonElement>();
            if (!answer.IsSuccessStatusCode)
                throw new InvalidOperationException($"The bench met {answer.StatusCode}: {before}");
            took.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        return took;
    }

    /// <summary>Codes as the pass gives them, which stay good until they are used.</summary>
    static async Task<IReadOnlyList<string>> CodesAsync(ServedCity app, PassTown town, int count)
    {
        var grants = app.Get<ServiceGrants>();
        var asked = new AuthorizationRequest
        {
            Service = town.Service.Id,
            RedirectUri = town.Service.RedirectUris[0],
            Scopes = [Scopes.OpenId, Scopes.OfflineAccess],
            Nonce = "bench",
            Challenge = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier))),
        };
        var until = TimeProvider.System.GetUtcNow().AddDays(1);
        var codes = new ConcurrentBag<string>();
        var atOnce = new ParallelOptions { MaxDegreeOfParallelism = Connections };
        await Parallel.ForAsync(0, count, atOnce, async (i, cancellation) =>
        {
            var proof = PassTown.ProofOf(town.People[i % town.People.Count]);
            codes.Add(await grants.BeginAsync(asked, proof, until, cancellation));
        });
        await using var connection = await app.Get<NpgsqlDataSource>().OpenConnectionAsync();
        await connection.ExecuteAsync("""
            update sign_on.service_grant set code_until = now() + interval '1 hour' where exchanged_at is null;
            """, commandTimeout: 300);
        await connection.ExecuteAsync("vacuum analyze sign_on.service_grant", commandTimeout: 300);
        return [.. codes];
    }
}
