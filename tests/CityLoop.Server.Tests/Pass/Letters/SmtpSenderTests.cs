using System.Net;
using System.Net.Sockets;
using System.Text;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Letters;

namespace CityLoop.Server.Tests.Pass.Letters;

public sealed class SmtpSenderTests
{
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

    static async Task<string> TakeOneLetterAsync(TcpListener server)
    {
        using var client = await server.AcceptTcpClientAsync();
        await using var stream = client.GetStream();
        using var reader = new StreamReader(stream, Encoding.UTF8);
        async Task SayAsync(string line) => await stream.WriteAsync(Encoding.ASCII.GetBytes(line + "\r\n"));
        var heard = new StringBuilder();
        await SayAsync("220 city");
        while (await reader.ReadLineAsync() is { } line)
        {
            heard.AppendLine(line);
            if (line == "DATA")
            {
                await SayAsync("354 go on");
                while (await reader.ReadLineAsync() is { } text && text != ".")
                    heard.AppendLine(text);
                await SayAsync("250 taken");
                return heard.ToString();
            }

            await SayAsync(line.StartsWith("QUIT", StringComparison.Ordinal) ? "221 bye" : "250 ok");
        }

        return heard.ToString();
    }
}
