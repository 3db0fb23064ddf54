using System.Diagnostics;
using System.Globalization;

namespace CityLoop.Server.Shared.Postgres;

/// <summary>PostgreSQL's programs on this machine.</summary>
sealed record PostgresPrograms(string Folder, int Version)
{
    /// <summary>The oldest major version whose features the migrations use.</summary>
    const int Oldest = 15;

    /// <summary>The newest programs, or those of the version that made the data.</summary>
    /// <exception cref="CannotStartException">None are there that fit.</exception>
    public static PostgresPrograms Find(int? madeBy)
    {
        var found = OfDistribution().Concat(OnPath()).Where(p => p.Version >= Oldest).ToList();
        if (found.Count == 0)
            throw new CannotStartException(
                $"PostgreSQL {Oldest} or later is not installed. Run ./cityloop up, which installs it, "
                + "or install the package postgresql, or name a database with --connection.");
        return found.Where(p => madeBy is null || p.Version == madeBy).MaxBy(p => p.Version)
            ?? throw new CannotStartException(
                $"The data was made by PostgreSQL {madeBy}, which is no longer installed. "
                + $"Install the package postgresql-{madeBy} beside the newer one.");
    }

    static IEnumerable<PostgresPrograms> OfDistribution()
    {
        const string root = "/usr/lib/postgresql";
        if (!Directory.Exists(root))
            yield break;
        foreach (var folder in Directory.GetDirectories(root))
        {
            var bin = Path.Combine(folder, "bin");
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var version) && Holds(bin))
                yield return new PostgresPrograms(bin, version);
        }
    }

    static IEnumerable<PostgresPrograms> OnPath()
    {
        var path = Environment.GetEnvironmentVariable("PATH") ?? "";
        foreach (var folder in path.Split(':', StringSplitOptions.RemoveEmptyEntries).Where(Holds))
            if (VersionOf(Path.Combine(folder, "postgres")) is { } version)
                yield return new PostgresPrograms(folder, version);
    }

    static bool Holds(string folder) =>
        File.Exists(Path.Combine(folder, "postgres")) && File.Exists(Path.Combine(folder, "initdb"));

    static int? VersionOf(string program)
    {
        // "postgres (PostgreSQL) 17.2 (Debian 17.2-1)"
        using var run = Process.Start(new ProcessStartInfo(program, "--version") { RedirectStandardOutput = true })!;
        var words = run.StandardOutput.ReadToEnd().Split(' ', '\n');
        var number = words.FirstOrDefault(w => w.Length > 0 && char.IsAsciiDigit(w[0])) ?? "";
        return int.TryParse(number.Split('.')[0], CultureInfo.InvariantCulture, out var version) ? version : null;
    }
}
