using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CityLoop.Server.Shared.Postgres;

/// <summary>Where a private cluster lies, and as whom it runs.</summary>
/// <param name="Home">Holds the data folder and the log; entered by its owner alone.</param>
/// <param name="Sockets">Holds the socket; <paramref name="Home"/> itself where its path is short enough.</param>
/// <param name="User">The unprivileged user to become, when the server runs as root.</param>
sealed record ClusterPlace(string Home, string Sockets, string? User)
{
    /// <summary>Size of <c>sun_path</c> on Linux, less the closing zero.</summary>
    const int LongestSocketPath = 107;

    const string SocketName = ".s.PGSQL.5432";

    public string SocketPath => Path.Combine(Sockets, SocketName);

    /// <summary>The major version that made the data; null before there is any.</summary>
    public int? MadeBy
    {
        get
        {
            var file = Path.Combine(Home, "data", "PG_VERSION");
            return File.Exists(file) ? int.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture) : null;
        }
    }

    /// <summary>The place of the cluster of a data folder; makes its folders.</summary>
    public static ClusterPlace Of(string dataFolder)
    {
        dataFolder = Path.GetFullPath(dataFolder);
        Directory.CreateDirectory(dataFolder);
        var user = Environment.IsPrivilegedProcess ? UnprivilegedUser() : null;
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(dataFolder)).AsSpan(0, 6));
        var home = Path.Combine(dataFolder, "cluster");
        // A checkout under /root is closed to everybody else: PostgreSQL, which refuses to run as root, gets a folder
        // of its own, told apart by the checkout's path.
        if (user is not null && !CanEnter(user, dataFolder))
        {
            home = $"/var/lib/cityloop/{hash}";
            File.WriteAllText(
                Path.Combine(dataFolder, "cluster-lies-elsewhere.txt"),
                $"The user {user} cannot enter {dataFolder}, so the database lies in {home}.\n");
        }

        if (!Directory.Exists(home))
            MakePrivate(home, user);
        var sockets = Encoding.UTF8.GetByteCount(Path.Combine(home, SocketName)) <= LongestSocketPath
            ? home : $"/tmp/cityloop-{hash}";
        return new ClusterPlace(home, sockets, user);
    }

    /// <summary>A command line that runs as the cluster's user.</summary>
    public static IEnumerable<string> As(string? user) =>
        user is null ? [] : ["setpriv", $"--reuid={user}", $"--regid={GroupOf(user)}", "--clear-groups", "--"];

    static string UnprivilegedUser() =>
        File.ReadLines("/etc/passwd").Any(l => l.StartsWith("postgres:", StringComparison.Ordinal))
            ? "postgres" : "nobody";

    static string GroupOf(string user) => File.ReadLines("/etc/passwd")
        .First(l => l.StartsWith(user + ":", StringComparison.Ordinal)).Split(':')[3];

    static bool CanEnter(string user, string folder) => Run([.. As(user), "sh", "-c", "cd \"$1\"", "sh", folder]);

    static void MakePrivate(string folder, string? user)
    {
        string[] owner = user is null ? [] : ["-o", user, "-g", GroupOf(user)];
        if (!Run(["mkdir", "-p", Path.GetDirectoryName(folder)!])
            || !Run(["install", "-d", "-m", "700", .. owner, folder]))
            throw new CannotStartException($"{folder} cannot be made. Look at the rights of its parent folder.");
    }

    static bool Run(string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true };
        using var run = Process.Start(start)!;
        run.StandardError.ReadToEnd();
        run.WaitForExit();
        return run.ExitCode == 0;
    }
}
