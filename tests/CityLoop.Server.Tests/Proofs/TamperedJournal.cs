using System.Buffers.Binary;
using CityLoop.Ledger;
using CityLoop.Ledger.Seals;
using CityLoop.Server.Ledger;
using CityLoop.Server.Ledger.Seals;
using CityLoop.Server.Proofs;
using CityLoop.Server.Tests.Hosting;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Tests.Proofs;

/// <summary>A city with many kinds of entries, and somebody who may do everything in its database.</summary>
public sealed class TamperedJournal : IAsyncLifetime
{
    static readonly CancellationToken None = CancellationToken.None;
    static readonly string Columns = string.Join(", ", EntryBytes.Fields.Select(f => f.Name)) + ", leaf";

    public TestCity City { get; } = new();

    /// <summary>The number of the last entry; a seal covers it.</summary>
    public long Last { get; private set; }

    CityLedger Ledger => City.Get<CityLedger>();

    public async ValueTask InitializeAsync()
    {
        await City.InitializeAsync();
        await LiveAsync(700);
        await Ledger.SealAsync(None);
        await LiveAsync(500);
        // The stop keeps a snapshot, and seals.
        await City.RestartAsync();
        await Ledger.SealAsync(None);
        Last = await Ledger.ReadAsync(books => books.Sequence, None);
    }

    public ValueTask DisposeAsync() => City.DisposeAsync();

    /// <summary>The check of this city's books, against a seal that was kept elsewhere if one is given.</summary>
    internal async Task<CheckResult> CheckAsync(SignedNote? kept = null)
    {
        var key = NoteKey.Parse((await SealKey.KnownAsync(City.Database, None))!);
        return await new JournalCheck(City.Database, key, [], kept).RunAsync(_ => { }, None);
    }

    /// <summary>As the owner of the database, whom no trigger stops.</summary>
    public async Task DoAsync(string sql, object? values = null)
    {
        await using var connection = await City.Database.OpenConnectionAsync();
        await connection.ExecuteAsync("set session_replication_role = replica");
        try
        {
            await connection.ExecuteAsync(sql, values);
        }
        finally
        {
            await connection.ExecuteAsync("reset session_replication_role");
        }
    }

    /// <summary>Does something to the books, checks them, and puts everything back.</summary>
    internal async Task<CheckResult> CheckAfterAsync(string sql, object? values = null, SignedNote? kept = null)
    {
        string[] tables = ["journal", "seal", "tile_hash", "snapshot"];
        foreach (var table in tables)
            await DoAsync($"create table public.kept_{table} as table ledger.{table}");
        try
        {
            await DoAsync(sql, values);
            return await CheckAsync(kept);
        }
        finally
        {
            foreach (var table in tables)
                await DoAsync(
                    $"""
                    delete from ledger.{table};
                    insert into ledger.{table} select * from public.kept_{table};
                    drop table public.kept_{table}
                    """);
        }
    }

    internal async Task<RawRows> RowsAsync(long after, int count)
    {
        await using var connection = await City.Database.OpenConnectionAsync();
        return await RawRows.ReadAsync(connection, after, count, None);
    }

    /// <summary>Puts another row in an entry's place, byte by byte; false when PostgreSQL refuses.</summary>
    public async Task<bool> ReplaceAsync(long sequence, byte[] row)
    {
        await using var connection = await City.Database.OpenConnectionAsync();
        await connection.ExecuteAsync("set session_replication_role = replica");
        await using var transaction = await connection.BeginTransactionAsync();
        try
        {
            await connection.ExecuteAsync("delete from ledger.journal where sequence = @sequence", new { sequence });
            await using (var copy = await connection.BeginRawBinaryCopyAsync(
                $"copy ledger.journal ({Columns}) from stdin (format binary)"))
            {
                await copy.WriteAsync(Convert.FromHexString("5047434F50590AFF0D0A000000000000000000"));
                await copy.WriteAsync(row);
                await copy.WriteAsync(new byte[] { 0xFF, 0xFF });
            }

            await transaction.CommitAsync();
            return true;
        }
        catch (PostgresException)
        {
            await transaction.RollbackAsync();
            return false;
        }
        finally
        {
            await connection.ExecuteAsync("reset session_replication_role");
        }
    }

    /// <summary>The places of a row's values: which column, and where its bytes stand.</summary>
    public static IEnumerable<(int Column, int From, int Length)> Values(byte[] row)
    {
        var at = sizeof(short);
        for (var column = 0; column <= EntryBytes.Fields.Count; column++)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(row.AsSpan(at));
            at += sizeof(int);
            if (length > 0)
                yield return (column, at, length);
            at += Math.Max(0, length);
        }
    }

    async Task LiveAsync(int times)
    {
        var random = new Random(times);
        var rally = await City.Get<CityBudgets>().AccountAsync("rally-2026", None);
        var people = new List<AccountId>();
        for (var i = 0; i < 8; i++)
            people.Add(await Ledger.OpenAccountAsync(New(), new CurrencyId(1), AccountKind.Person, None));
        var shop = await Ledger.OpenAccountAsync(New(), new CurrencyId(1), AccountKind.Merchant, None);
        foreach (var person in people)
            await PostAsync(new Transfer(New(), rally, person, 900, TransferCode.Earn)
            {
                LastDay = new DateOnly(2027, 3, 31), Reference = New(), Claim = New(),
            });
        await HoldAsync(people[0], shop, rally);
        for (var i = 0; i < times; i++)
        {
            var one = people[random.Next(people.Count)];
            var other = people[(people.IndexOf(one) + 1) % people.Count];
            var pay = new Transfer(New(), one, shop, 1, TransferCode.Pay) { Claim = New(), Reference = New() };
            await PostAsync((i % 4) switch
            {
                0 => [pay, new Transfer(DerivedId.From("r", $"{pay.Id}"), shop, one, 1, TransferCode.Refund)
                {
                    Reverses = pay.Id,
                }],
                1 => [new Transfer(New(), one, other, 1 + i % 3, TransferCode.Gift)
                {
                    EffectiveAt = TestClock.Start.AddDays(-i).AddMicroseconds(i),
                }],
                2 => [new Transfer(New(), rally, one, 2, TransferCode.Earn)
                {
                    LastDay = new DateOnly(2027, 1, 1 + i % 28),
                }],
                _ => [new OpenAccount(New(), new CurrencyId(1), (AccountKind)(4 + i % 3))],
            });
        }
    }

    /// <summary>The rarer kinds, so that every column of the journal is used somewhere.</summary>
    async Task HoldAsync(AccountId person, AccountId shop, AccountId rally)
    {
        for (var i = 0; i < 10; i++)
        {
            var until = TestClock.Start.AddDays(1);
            var settled = new PlaceHold(New(), person, shop, 2, TransferCode.Pay, until);
            var released = settled with { Id = New(), Claim = New(), Reference = New() };
            var pay = new Transfer(New(), person, shop, 1, TransferCode.Pay) { Hold = settled.Id };
            await PostAsync(
                settled, released, pay,
                new Transfer(New(), rally, person, 1, TransferCode.Rebate) { EarnedBy = pay.Id },
                new ReleaseHold(New(), released.Id, person),
                Transfer.UpTo(New(), person, shop, 1, TransferCode.Pay),
                new ChangeAccount(New(), shop, AccountStatus.Open, Maximum: 1_000_000 + i),
                new SetLevel(New(), person, 1 + (i % 3)));
        }
    }

    /// <summary>A reversal cannot stand in one set with what it reverses.</summary>
    async Task PostAsync(params LedgerCommand[] commands)
    {
        foreach (var result in await Ledger.PostManyAsync(commands, None))
            result.IsPosted.ShouldBeTrue(result.Outcome.ToString());
    }

    static Guid New() => Guid.NewGuid();
}
