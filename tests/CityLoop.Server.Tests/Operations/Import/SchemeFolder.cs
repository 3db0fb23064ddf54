using System.Text;
using CityLoop.Ledger;
using CityLoop.Server.Operations.Import;

namespace CityLoop.Server.Tests.Operations.Import;

/// <summary>A small invented scheme on disk: three rounds, and the rows that a test writes.</summary>
sealed class SchemeFolder : IDisposable
{
    public const string EarnedHeader = "round,member,kind,points\n";
    public const string GiftsHeader = "round,at,id,from,to,to_registered,amount\n";
    public static readonly DateTimeOffset Now = new(2026, 11, 21, 8, 0, 0, TimeSpan.Zero);

    public SchemeFolder(string earned = "", string gifts = "")
    {
        Path = Directory.CreateTempSubdirectory("cityloop-scheme-").FullName;
        Write("rounds.csv", "round,from,to\n"
            + "10,2024-01-01 00:00:00,2024-01-28 23:59:59.999999\n"
            + "11,2024-01-29 00:00:00,2024-02-25 23:59:59.999999\n");
        Write("earned.csv", EarnedHeader + earned);
        Write("gifts.csv", GiftsHeader + gifts);
    }

    public string Path { get; }

    public void Write(string file, string text) => Write(file, Encoding.UTF8.GetBytes(text));

    public void Write(string file, byte[] bytes) => File.WriteAllBytes(System.IO.Path.Combine(Path, file), bytes);

    public SchemeRows Read() => SchemeFiles.Read(Path);

    /// <summary>The plan on books that nobody has written in, unless given.</summary>
    public SchemePlan Plan(LedgerState? books = null, SchemeMemory? memory = null) => SchemePlan.Make(
        Read(), new SchemeBooks(books ?? new LedgerState(), new Dictionary<AccountId, string>(), Now),
        memory ?? new SchemeMemory());

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
