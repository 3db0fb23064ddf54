using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Letters;
using CityLoop.Server.Shared;
using CityLoop.Server.Tests.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace CityLoop.Server.Tests.Pass.Letters;

/// <summary>Letters by a signed HTTP message, to a gateway that really listens.</summary>
public sealed class WebhookSenderTests : IAsyncLifetime
{
    const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    static readonly Letter Code = new(
        new Guid("018f0000-0000-7000-8000-00000000000a"), Contact.Read("0912 345 678")!, "驗證碼 123456", "123456");

    readonly ConcurrentQueue<(string Id, string Timestamp, string Signature, string Body)> _heard = new();
    readonly Queue<int> _answers = new();
    readonly TestClock _clock = new();
    WebApplication _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        _gateway = builder.Build();
        _gateway.Urls.Add("http://127.0.0.1:0");
        _gateway.MapPost("/letters", async (HttpRequest request) =>
        {
            using var reader = new StreamReader(request.Body);
            string Header(string name) => request.Headers[name].ToString();
            _heard.Enqueue((
                Header("webhook-id"), Header("webhook-timestamp"), Header("webhook-signature"),
                await reader.ReadToEndAsync()));
            return Results.StatusCode(_answers.TryDequeue(out var status) ? status : 204);
        });
        await _gateway.StartAsync();
    }

    public async ValueTask DisposeAsync() => await _gateway.DisposeAsync();

    [Fact]
    public async Task A_letter_reaches_the_gateway_signed_and_a_failed_try_is_made_again_under_the_same_id()
    {
        _answers.Enqueue(503);
        using var sender = SenderTo("/letters", "phone");

        await sender.SendAsync(Code, CancellationToken.None);

        _heard.Count.ShouldBe(2);
        _heard.Select(message => message.Id).Distinct().ShouldBe(["letter_018f000000007000800000000000000a"]);
        foreach (var (id, timestamp, signature, body) in _heard)
        {
            // Written out anew from the specification, without the sender's own code.
            var key = Convert.FromBase64String(Secret["whsec_".Length..]);
            var mac = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{id}.{timestamp}.{body}"));
            signature.ShouldBe("v1," + Convert.ToBase64String(mac));
            timestamp.ShouldBe($"{_clock.GetUtcNow().ToUnixTimeSeconds()}");
            using var told = JsonDocument.Parse(body);
            told.RootElement.GetProperty("type").GetString().ShouldBe("letter.send");
            var data = told.RootElement.GetProperty("data");
            data.GetProperty("channel").GetString().ShouldBe("phone");
            data.GetProperty("to").GetString().ShouldBe("+886912345678");
            data.GetProperty("body").GetString().ShouldBe("123456");
        }
    }

    [Fact]
    public async Task A_gateway_that_refuses_is_not_asked_again_and_the_log_learns_no_contact()
    {
        _answers.Enqueue(400);
        using var sender = SenderTo("/letters", "phone");

        var failed = await Should.ThrowAsync<LetterNotSentException>(
            () => sender.SendAsync(Code, CancellationToken.None));

        failed.Message.ShouldEndWith("400.");
        failed.ToString().ShouldNotContain("912345678");
        _heard.Count.ShouldBe(1);
    }

    [Fact]
    public void Each_contact_takes_the_first_road_that_reaches_it()
    {
        using var texts = SenderTo("/letters", "phone");
        var roads = new LetterSenders(texts, new SmtpSender(new SmtpOptions()));

        roads.Reaches(Code.Contact).ShouldBeTrue();
        roads.Reaches(Contact.Read("meiling@example.org")!).ShouldBeFalse("there is no mail server");
        using var both = SenderTo("/letters", "phone", "email");
        both.Reaches(Contact.Read("meiling@example.org")!).ShouldBeTrue();
        using var none = new WebhookSender(new WebhookOptions(), _clock);
        none.Reaches(Code.Contact).ShouldBeFalse();
    }

    [Theory]
    [InlineData("http://gateway.example/", Secret)]
    [InlineData("gateway.example", Secret)]
    [InlineData("https://gateway.example/", "")]
    [InlineData("https://gateway.example/", "whsec_c2hvcnQ=")]
    public void A_wrong_configuration_stops_the_start_and_says_what_to_write(string address, string secret) =>
        Should.Throw<CannotStartException>(
            () => new WebhookSender(new WebhookOptions { Address = address, Secret = secret }, _clock))
            .Message.ShouldContain("Pass:Webhook:");

    WebhookSender SenderTo(string path, params string[] channels) => new(
        new WebhookOptions { Address = _gateway.Urls.First() + path, Secret = Secret, Channels = channels }, _clock);
}
