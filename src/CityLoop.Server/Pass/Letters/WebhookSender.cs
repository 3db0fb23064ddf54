using System.Net.Http.Headers;
using System.Text.Json;
using CityLoop.Server.Shared;

namespace CityLoop.Server.Pass.Letters;

/// <summary>A program of the city's that sends letters on, from configuration <c>Pass:Webhook</c>.</summary>
sealed record WebhookOptions
{
    /// <summary>HTTPS, or HTTP on this machine.</summary>
    public string Address { get; init; } = "";

    /// <summary>As Standard Webhooks writes it: <c>whsec_</c> and base64 of 24 to 64 bytes.</summary>
    public string Secret { get; init; } = "";

    /// <summary>What it sends: <c>email</c>, <c>phone</c>, or both.</summary>
    public IReadOnlyList<string> Channels { get; init; } = ["phone"];
}

/// <summary>
/// Hands letters to a gateway for text messages or mail as a signed HTTP message (Standard Webhooks 1.0). A try that
/// fails is made again under the same id, so that the gateway can tell a letter that it has already taken.
/// </summary>
sealed class WebhookSender : ILetterSender, IDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    static readonly TimeSpan[] Pauses = [TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(1)];

    readonly WebhookOptions _options;
    readonly TimeProvider _time;
    readonly Uri? _address;
    readonly byte[]? _key;
    readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
    {
        Timeout = Patience,
    };

    /// <exception cref="CannotStartException">It is configured, and wrong.</exception>
    public WebhookSender(WebhookOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        if (options.Address.Length == 0)
            return;
        _address = Uri.TryCreate(options.Address, UriKind.Absolute, out var address)
            && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback))
                ? address
                : throw new CannotStartException(
                    "Pass:Webhook:Address must be https://…; http://… is taken on this machine only.");
        _key = WebhookSignature.KeyOf(options.Secret) ?? throw new CannotStartException(
            "Pass:Webhook:Secret must be whsec_ and the base64 of 24 to 64 random bytes: "
            + "echo whsec_$(openssl rand -base64 32)");
    }

    public bool Reaches(Contact contact) => _address is not null && _options.Channels.Contains(contact.KindName);

    public async Task SendAsync(Letter letter, CancellationToken cancellation)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new
        {
            type = "letter.send",
            timestamp = _time.GetUtcNow(),
            data = new
            {
                channel = letter.Contact.KindName, to = letter.Contact.Value, subject = letter.Subject,
                body = letter.Body,
            },
        });
        for (var attempt = 0; ; attempt++)
        {
            var (isTaken, isWorthAgain, answer) = await TryAsync($"letter_{letter.Id:N}", body, cancellation);
            if (isTaken)
                return;
            if (!isWorthAgain || attempt == Pauses.Length)
                throw new LetterNotSentException($"The webhook {_address!.Host} did not take the letter: {answer}.");
            await Task.Delay(Pauses[attempt], cancellation);
        }
    }

    public void Dispose() => _http.Dispose();

    // Only the status is kept: what a gateway says may quote the contact, and this goes to the log.
    async Task<(bool IsTaken, bool IsWorthAgain, string Answer)> TryAsync(
        string id, byte[] body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _address) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        foreach (var (name, value) in WebhookSignature.Headers(_key, id, _time.GetUtcNow(), body))
            request.Headers.Add(name, value);
        try
        {
            using var answer = await _http.SendAsync(request, cancellation);
            var status = (int)answer.StatusCode;
            return (answer.IsSuccessStatusCode, status is >= 500 or 408 or 429, $"{status}");
        }
        catch (Exception failed) when (failed is HttpRequestException
            || (failed is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return (false, true, "no answer");
        }
    }
}

/// <summary>The roads of a city side by side: a letter takes the first that reaches its contact.</summary>
sealed class LetterSenders(params IReadOnlyList<ILetterSender> roads) : ILetterSender
{
    public bool Reaches(Contact contact) => roads.Any(road => road.Reaches(contact));

    public Task SendAsync(Letter letter, CancellationToken cancellation) =>
        roads.FirstOrDefault(road => road.Reaches(letter.Contact))?.SendAsync(letter, cancellation)
            ?? throw new LetterNotSentException("No road reaches that kind of contact.");
}
