using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Letters;

namespace CityLoop.Server.Tests.Pass.Letters;

public sealed class SmtpSenderTests
{
    const string Encrypted = "(from here on encrypted)";
    static readonly Contact Meiling = Contact.Read("meiling@example.org")!;

    [Fact]
    public async Task A_letter_reaches_the_citys_mail_server()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var received = TakeOneLetterAsync(server);
        var sender = new SmtpSender(new SmtpOptions
        {
            Host = "127.0.0.1", Port = ((IPEndPoint)server.LocalEndpoint).Port, Tls = false, From = "pass@city.example",
        });

        await sender.SendAsync(
            new Letter(Guid.AllBitsSet, Meiling, "Your sign-in code: 123456", "Your code is 123456."),
            CancellationToken.None);

        var letter = await received.WaitAsync(TimeSpan.FromSeconds(10));
        letter.ShouldContain("RCPT TO:<meiling@example.org>");
        letter.ShouldContain("Your code is 123456.");
    }

    [Fact]
    public async Task A_mail_server_that_is_not_there_is_told_without_the_contact()
    {
        var sender = new SmtpSender(new SmtpOptions
        { Host = "127.0.0.1", Port = 1, Tls = false, From = "pass@city.example" });

        var failed = await Should.ThrowAsync<LetterNotSentException>(
            () => sender.SendAsync(
                new Letter(Guid.AllBitsSet, Meiling, "subject", "body"), CancellationToken.None));

        failed.ToString().ShouldNotContain("meiling");
    }

    [Fact]
    public void Phones_and_cities_without_a_mail_server_are_not_reached()
    {
        new SmtpSender(new SmtpOptions
        { Host = "mail.city.example" }).Reaches(Contact.Read("0912345678")!).ShouldBeFalse();
        new SmtpSender(new SmtpOptions()).Reaches(Meiling).ShouldBeFalse();
    }

    [Fact]
    public async Task Over_STARTTLS_with_a_login_nothing_of_the_letter_or_the_password_is_sent_in_the_clear()
    {
        using var certificate = NewCertificate();
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var received = TakeOneLetterAsync(server, certificate);
#pragma warning disable SYSLIB0014 // The framework's mail client asks nobody else whether it trusts a certificate.
        ServicePointManager.ServerCertificateValidationCallback = (_, shown, _, errors) =>
            errors == SslPolicyErrors.None || shown?.GetCertHashString() == certificate.GetCertHashString();
#pragma warning restore SYSLIB0014

        await new SmtpSender(Secure(server)).SendAsync(
            new Letter(Guid.AllBitsSet, Meiling, "Your sign-in code: 123456", "Your code is 123456."),
            CancellationToken.None);

        var parts = (await received.WaitAsync(TimeSpan.FromSeconds(10))).Split(Encrypted);
        parts.Length.ShouldBe(2);
        parts[0].Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .ShouldAllBe(line => line.StartsWith("EHLO") || line == "STARTTLS");
        parts[1].ShouldContain(Convert.ToBase64String("city"u8));
        parts[1].ShouldContain(Convert.ToBase64String("a secret of the mail server"u8));
        parts[1].ShouldContain("Your code is 123456.");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stranger_in_the_mail_server_s_place_gets_neither_password_nor_letter(bool hasCertificate)
    {
        using var certificate = NewCertificate();
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        // One whose certificate nobody vouches for, or one who says that there is no encryption here.
        var received = TakeOneLetterAsync(server, hasCertificate ? certificate : null);

        await Should.ThrowAsync<LetterNotSentException>(() => new SmtpSender(Secure(server)).SendAsync(
            new Letter(Guid.AllBitsSet, Meiling, "subject", "body"), CancellationToken.None));

        var heard = await received.WaitAsync(TimeSpan.FromSeconds(10));
        heard.ShouldStartWith("EHLO");
        heard.ShouldNotContain("AUTH");
        heard.ShouldNotContain("MAIL");
    }

    static SmtpOptions Secure(TcpListener server) => new()
    {
        Host = "localhost", Port = ((IPEndPoint)server.LocalEndpoint).Port, From = "pass@city.example",
        Account = "city", Password = "a secret of the mail server",
    };

    static X509Certificate2 NewCertificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch, new DateTimeOffset(2100, 1, 1, 0, 0, 0, default));
    }

    /// <summary>A mail server for one letter; with a certificate it asks for STARTTLS and a login.</summary>
    static async Task<string> TakeOneLetterAsync(TcpListener server, X509Certificate2? certificate = null)
    {
        using var client = await server.AcceptTcpClientAsync();
        Stream stream = client.GetStream();
        var heard = new StringBuilder();
        async Task SayAsync(string line) => await stream.WriteAsync(Encoding.ASCII.GetBytes(line + "\r\n"));
        try
        {
            await SayAsync("220 city");
            while (await ReadLineAsync(stream) is { } line)
            {
                heard.AppendLine(line);
                switch (line.Split(' ')[0])
                {
                    case "EHLO" when certificate is not null:
                        await SayAsync("250-city\r\n250-STARTTLS\r\n250 AUTH LOGIN");
                        break;
                    case "STARTTLS" when certificate is not null:
                        await SayAsync("220 go on");
                        var encrypted = new SslStream(stream);
                        await encrypted.AuthenticateAsServerAsync(certificate);
                        stream = encrypted;
                        heard.AppendLine(Encrypted);
                        break;
                    case "AUTH":
                        await SayAsync("334 UGFzc3dvcmQ6");
                        heard.AppendLine(await ReadLineAsync(stream));
                        await SayAsync("235 welcome");
                        break;
                    case "DATA":
                        await SayAsync("354 go on");
                        while (await ReadLineAsync(stream) is { } text && text != ".")
                            heard.AppendLine(text);
                        await SayAsync("250 taken");
                        return heard.ToString();
                    default:
                        await SayAsync(line.StartsWith("QUIT", StringComparison.Ordinal) ? "221 bye" : "250 ok");
                        break;
                }
            }
        }
        catch (Exception left) when (left is IOException or AuthenticationException)
        {
            // The sender did not like the certificate.
        }

        return heard.ToString();
    }

    /// <summary>Byte by byte: what comes after STARTTLS is not text yet.</summary>
    static async Task<string?> ReadLineAsync(Stream stream)
    {
        var (line, one) = (new StringBuilder(), new byte[1]);
        while (await stream.ReadAsync(one) == 1)
            if (one[0] == '\n')
                return line.ToString().TrimEnd('\r');
            else
                line.Append((char)one[0]);
        return null;
    }
}
