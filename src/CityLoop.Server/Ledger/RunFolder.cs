using System.Text;

namespace CityLoop.Server.Ledger;

/// <summary>
/// Where the programs that work on a data folder take posts from each other: <c>run/</c> in it, which the operator
/// alone can enter. What a killed program left there is removed by the next one that comes.
/// </summary>
sealed class RunFolder(string dataFolder)
{
    /// <summary>Size of <c>sun_path</c> on Linux, less the closing zero.</summary>
    const int LongestSocketPath = 107;

    const UnixFileMode OnlyOwner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>A turn lasts milliseconds; who gets none for this long has met another trouble.</summary>
    const int TriesForTurn = 500;

    readonly string _folder = Path.Combine(Path.GetFullPath(dataFolder), "run");

    /// <summary>Takes a place for a socket, and removes what the dead have left.</summary>
    public async Task<SocketPlace> TakeAsync(Guid server, CancellationToken cancellation)
    {
        Directory.CreateDirectory(_folder, OnlyOwner);
        await using var turn = await TakeTurnAsync(cancellation);
        foreach (var note in Directory.EnumerateFiles(_folder, "*.note"))
            SocketPlace.RemoveIfLeft(note);
        var name = Path.Combine(_folder, server.ToString("N")[^8..]);
        return new SocketPlace(name + ".note", SocketBeside(name));
    }

    /// <summary>
    /// A path too long for a socket gets a short one: made by the framework with mode 0700, and noted here.
    /// </summary>
    static string SocketBeside(string name) => Encoding.UTF8.GetByteCount(name + ".sock") <= LongestSocketPath
        ? name + ".sock"
        : Path.Combine(Directory.CreateTempSubdirectory("cityloop-").FullName, "writer.sock");

    /// <summary>One at a time, or a note that is just being written would be taken for a dead one's.</summary>
    async Task<FileStream> TakeTurnAsync(CancellationToken cancellation)
    {
        for (var tried = 1; ; tried++)
            try
            {
                return new FileStream(
                    Path.Combine(_folder, "turn"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (tried < TriesForTurn)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancellation);
            }
    }
}

/// <summary>
/// One program's place for a socket. Its note says where the socket is and is locked as long as the program lives,
/// however that ends: .NET opens a file that is not shared with flock(2).
/// </summary>
sealed class SocketPlace : IDisposable
{
    readonly string _note;
    readonly FileStream _lock;

    public SocketPlace(string note, string socket)
    {
        (_note, Socket) = (note, socket);
        _lock = new FileStream(note, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        _lock.Write(Encoding.UTF8.GetBytes(socket));
        _lock.Flush();
    }

    public string Socket { get; }

    public static void RemoveIfLeft(string note)
    {
        try
        {
            using var left = new FileStream(note, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            using var reader = new StreamReader(left);
            Remove(note, reader.ReadToEnd());
        }
        catch (IOException)
        {
            // Its program lives, or has just removed it.
        }
    }

    public void Dispose()
    {
        Remove(_note, Socket);
        _lock.Dispose();
    }

    static void Remove(string note, string socket)
    {
        if (File.Exists(socket))
            File.Delete(socket);
        if (Path.GetDirectoryName(socket) is { Length: > 0 } folder && folder != Path.GetDirectoryName(note)
            && Directory.Exists(folder))
            Directory.Delete(folder);
        File.Delete(note);
    }
}
