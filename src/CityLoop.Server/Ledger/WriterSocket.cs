using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using CityLoop.Ledger;

namespace CityLoop.Server.Ledger;

/// <summary>What one server asks of the writing one: a linked set, or many that do not depend on each other.</summary>
sealed record ForwardedPost(bool IsLinked, IReadOnlyList<LedgerCommand> Commands);

/// <summary>
/// The writer's answer; without results it could not take the post and nothing was done by this call.
/// </summary>
sealed record ForwardedAnswer(PostResult[]? Results, string? Trouble);

/// <summary>
/// Where a second process of this machine (a verb of the command line) posts through the writer: a unix socket in a
/// <see cref="RunFolder"/>; one line of JSON each way.
/// </summary>
sealed class WriterSocket : IAsyncDisposable
{
    public const string Busy = "busy", AnotherWriter = "another-writer";

    readonly Socket _socket;
    readonly CancellationTokenSource _stop = new();
    readonly Func<ForwardedPost, CancellationToken, Task<PostResult[]>> _post;
    readonly Task _accepting;

    public WriterSocket(string address, Func<ForwardedPost, CancellationToken, Task<PostResult[]>> post)
    {
        _post = post;
        _socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _socket.Bind(new UnixDomainSocketEndPoint(address));
        _socket.Listen();
        _accepting = AcceptAsync();
    }

    /// <summary>Posts through the writer at an address.</summary>
    /// <exception cref="JournalHasAnotherWriterException">That server no longer writes.</exception>
    /// <exception cref="LedgerIsBusyException">Its queue is full.</exception>
    /// <exception cref="IOException">It cannot be reached, or went away: ask again with the same ids.</exception>
    public static async Task<PostResult[]> SendAsync(string address, ForwardedPost post, CancellationToken cancellation)
    {
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(address), cancellation);
            await using var stream = new NetworkStream(socket);
            await JsonSerializer.SerializeAsync(stream, post, cancellationToken: cancellation);
            await stream.WriteAsync("\n"u8.ToArray(), cancellation);
            using var reader = new StreamReader(stream, Encoding.UTF8);
            var line = await reader.ReadLineAsync(cancellation)
                ?? throw new IOException("The writing server went away before it answered.");
            var answer = JsonSerializer.Deserialize<ForwardedAnswer>(line)!;
            return answer.Trouble switch
            {
                null => answer.Results!,
                Busy => throw new LedgerIsBusyException(),
                AnotherWriter => throw new JournalHasAnotherWriterException(),
                var trouble => throw new IOException(trouble),
            };
        }
        catch (SocketException e)
        {
            throw new IOException($"The writing server cannot be reached at {address}.", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _socket.Dispose();
        await _accepting;
        _stop.Dispose();
    }

    async Task AcceptAsync()
    {
        try
        {
            while (!_stop.IsCancellationRequested)
                _ = ServeAsync(await _socket.AcceptAsync(_stop.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The server stops: callers ask the next writer.
        }
    }

    async Task ServeAsync(Socket accepted)
    {
        try
        {
            await using var stream = new NetworkStream(accepted, ownsSocket: true);
            using var reader = new StreamReader(stream, Encoding.UTF8, leaveOpen: true);
            while (await reader.ReadLineAsync(_stop.Token) is { } line)
            {
                var answer = await AnswerAsync(JsonSerializer.Deserialize<ForwardedPost>(line)!);
                await stream.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(answer), _stop.Token);
                await stream.WriteAsync("\n"u8.ToArray(), _stop.Token);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or JsonException)
        {
            // The other side went away or does not speak our language; it holds no state here.
        }
    }

    async Task<ForwardedAnswer> AnswerAsync(ForwardedPost post)
    {
        try
        {
            return new ForwardedAnswer(await _post(post, _stop.Token), null);
        }
        catch (LedgerIsBusyException)
        {
            return new ForwardedAnswer(null, Busy);
        }
        catch (JournalHasAnotherWriterException)
        {
            return new ForwardedAnswer(null, AnotherWriter);
        }
    }
}
