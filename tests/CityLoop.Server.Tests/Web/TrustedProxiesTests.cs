using CityLoop.Server.Shared;
using CityLoop.Server.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace CityLoop.Server.Tests.Web;

/// <summary>The road through proxies alone, over real HTTP: what it makes of forwarded headers.</summary>
public sealed class TrustedProxiesTests
{
    const string Unchanged = "http localhost 127.0.0.1";

    [Theory]
    [InlineData(null, null, "pass.example.org", Unchanged)]
    // Who names one proxy does not name this machine, from which the call comes.
    [InlineData("10.0.0.7", "https://pass.example.org", "pass.example.org", Unchanged)]
    [InlineData("10.0.0.0/8", "https://pass.example.org", "pass.example.org", Unchanged)]
    [InlineData("127.0.0.1", "https://pass.example.org", "pass.example.org", "https pass.example.org 203.0.113.9")]
    [InlineData("127.0.0.0/8", "https://pass.example.org", "pass.example.org", "https pass.example.org 203.0.113.9")]
    // A host that is not ours is not believed, whoever says so.
    [InlineData("127.0.0.1", "https://pass.example.org", "elsewhere.example", "https localhost 203.0.113.9")]
    [InlineData("127.0.0.1", null, "elsewhere.example", "https localhost 203.0.113.9")]
    public async Task Only_named_proxies_are_believed_and_only_about_our_own_host(
        string? proxy, string? publicAddress, string forwardedHost, string seen)
    {
        await using var app = Build(proxy, publicAddress);
        app.UseTrustedProxies();
        app.Run(context => context.Response.WriteAsync(
            $"{context.Request.Scheme} {context.Request.Host.Host} {context.Connection.RemoteIpAddress?.MapToIPv4()}"));
        await app.StartAsync();
        using var client = new HttpClient
        {
            BaseAddress = new UriBuilder(app.Urls.First()) { Host = "localhost" }.Uri,
        };
        client.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        client.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.9");
        client.DefaultRequestHeaders.Add("X-Forwarded-Host", forwardedHost);

        (await client.GetStringAsync("/")).ShouldBe(seen);
    }

    [Theory]
    [InlineData("nginx", null, "10.0.0.7")]
    [InlineData("10.0.0.300", null, "10.0.0.7")]
    [InlineData(null, "pass.example.org", "https://")]
    [InlineData(null, "ftp://pass.example.org", "https://")]
    public void A_setting_that_is_none_is_told_at_the_start(string? proxy, string? publicAddress, string advice) =>
        Should.Throw<CannotStartException>(() => Build(proxy, publicAddress).UseTrustedProxies())
            .Message.ShouldContain(advice);

    static WebApplication Build(string? proxy, string? publicAddress)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Web:TrustedProxies:0"] = proxy, ["Web:PublicAddress"] = publicAddress,
        }.Where(setting => setting.Value is not null));
        return builder.Build();
    }
}
