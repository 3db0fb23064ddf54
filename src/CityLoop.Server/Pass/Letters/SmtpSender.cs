using System.Net;
using System.Net.Mail;

namespace CityLoop.Server.Pass.Letters;

/// <summary>The city's mail server, from configuration <c>Pass:Smtp</c>.</summary>
sealed record SmtpOptions
{
    public string Host { get; init; } = "";
    public int Port { get; init; } = 587;
    public bool Tls { get; init; } = true;
    public string? Account { get; init; }
    public string? Password { get; init; }
    public string From { get; init; } = "";
}

/// <summary>
/// Sends letters by e-mail. The framework's client speaks STARTTLS and plain passwords and no more; a city that needs
/// OAuth or DKIM lets its own relay do it. Phones are not reached: that needs a contract with a carrier.
/// </summary>
sealed class SmtpSender(SmtpOptions options) : ILetterSender
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    public bool Reaches(Contact contact) => options.Host.Length > 0 && contact.Kind == ContactKind.Email;

    public async Task SendAsync(Letter letter, CancellationToken cancellation)
    {
        using var client = new SmtpClient(options.Host, options.Port) { EnableSsl = options.Tls };
        if (options.Account is not null)
            client.Credentials = new NetworkCredential(options.Account, options.Password);
        using var message = new MailMessage(options.From, letter.Contact.Value, letter.Subject, letter.Body);
        // A letter that is sent twice is recognised by its reader's mail program.
        message.Headers.Add("Message-ID", $"<{letter.Id:N}@{new MailAddress(options.From).Host}>");
        using var impatience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        impatience.CancelAfter(Patience);
        try
        {
            await client.SendMailAsync(message, impatience.Token);
        }
        catch (Exception failed) when (failed is SmtpException || (failed is OperationCanceledException
            && !cancellation.IsCancellationRequested))
        {
            // Mail servers quote the address in their answer, and this goes to the log: only the status is kept.
            var status = (failed as SmtpException)?.StatusCode.ToString() ?? "no answer in time";
            throw new LetterNotSentException($"The mail server {options.Host} did not take the letter: {status}.");
        }
    }
}
