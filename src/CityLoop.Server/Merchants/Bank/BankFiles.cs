using System.Security.Cryptography;
using CityLoop.Server.Pass;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Merchants.Bank;

/// <summary>A bank's file that was sent at the desk.</summary>
/// <param name="Entries">All that it reports, and <see cref="Matched"/> those that are an order's.</param>
sealed record SentBankFile(
    Guid Id, string Name, string Sha256, int Entries, int Matched, Guid AskedBy, DateTimeOffset AskedAt,
    Guid? DecidedBy, DateTimeOffset? DecidedAt, bool? IsApproved);

/// <summary>What became of an officer's part in a file, in order of precedence.</summary>
enum BankFileOutcome
{
    Unknown,
    DecidedBefore,
    NeedsAnotherOfficer,

    /// <summary>The same file waits already.</summary>
    AnotherWaits,

    /// <summary>Who works at a shop may be paid by it.</summary>
    WorksAtAShop,

    /// <summary>Something in it cannot be read.</summary>
    CannotBeRead,

    /// <summary>All of it has been imported.</summary>
    NothingNew,

    /// <summary>The books refuse a movement: nothing was kept, and the file waits on.</summary>
    BooksRefuse,
    Done,
}

/// <summary>
/// A bank's file says who was not paid and is paid again: one officer sends it, another lets it be imported.
/// </summary>
sealed class BankFiles(
    NpgsqlDataSource database, ImportBankMessage import, MerchantStore merchants, TimeProvider time)
{
    const int NameMax = 100;

    /// <summary>People's names stand in what nobody decides on, too.</summary>
    static readonly TimeSpan KeptFor = TimeSpan.FromDays(30);

    const string Columns =
        "id, name, sha256, entries, matched, asked_by, asked_at, decided_by, decided_at, is_approved";

    /// <summary>Reads a file, and keeps it for a second officer where it says anything new.</summary>
    public async Task<(BankFileOutcome Outcome, ImportBankMessage.Result Result)> SendAsync(
        PersonId officer, string name, byte[] bytes, CancellationToken cancellation)
    {
        var result = await import.RunAsync(new MemoryStream(bytes), name, isDryRun: true, cancellation);
        if (await merchants.OfWorkerAsync(officer, cancellation) is not null)
            return (BankFileOutcome.WorksAtAShop, result);
        if (result.Problems.Count > 0)
            return (BankFileOutcome.CannotBeRead, result);
        if (result.AlreadyImported == result.Entries)
            return (BankFileOutcome.NothingNew, result);
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var now = time.GetUtcNow();
        var kept = await connection.ExecuteAsync(new CommandDefinition(
            """
            delete from merchants.bank_file where decided_at is null and asked_at < @old;
            insert into merchants.bank_file (id, name, sha256, bytes, entries, matched, asked_by, asked_at)
            values (@id, @name, @sha256, @bytes, @Entries, @Matched, @officer, @now)
            on conflict (sha256) where decided_at is null do nothing
            """,
            new
            {
                id = Guid.CreateVersion7(now), name = Payouts.Fields.Cut(name, NameMax), old = now - KeptFor,
                sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)), bytes, result.Entries, result.Matched,
                officer = officer.Value, now,
            }, cancellationToken: cancellation));
        return (kept > 0 ? BankFileOutcome.Done : BankFileOutcome.AnotherWaits, result);
    }

    /// <summary>Imports a file that another officer sent, or lets go of it.</summary>
    public async Task<BankFileOutcome> DecideAsync(
        PersonId officer, Guid id, bool isApproved, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        // Held over the import: nobody takes back what is being imported.
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var found = await connection.QuerySingleOrDefaultAsync<(Guid AskedBy, byte[]? Bytes, string Name)?>(
            new CommandDefinition(
                "select asked_by, bytes, name from merchants.bank_file where id = @id for update", new { id },
                transaction, cancellationToken: cancellation));
        if (found is not { } file)
            return BankFileOutcome.Unknown;
        if (file.Bytes is null)
            return BankFileOutcome.DecidedBefore;
        if (isApproved && file.AskedBy == officer.Value)
            return BankFileOutcome.NeedsAnotherOfficer;
        if (isApproved && await merchants.OfWorkerAsync(officer, cancellation) is not null)
            return BankFileOutcome.WorksAtAShop;
        int? matched = null;
        try
        {
            if (isApproved)
                matched = (await import.RunAsync(new MemoryStream(file.Bytes), file.Name, false, cancellation)).Matched;
        }
        catch (BooksRefuseException)
        {
            return BankFileOutcome.BooksRefuse;
        }

        await connection.ExecuteAsync(new CommandDefinition(
            """
            update merchants.bank_file set decided_by = @officer, decided_at = @now, is_approved = @isApproved,
              bytes = null, matched = coalesce(@matched, matched)
            where id = @id
            """, new { id, officer = officer.Value, now = time.GetUtcNow(), isApproved, matched }, transaction,
            cancellationToken: cancellation));
        await transaction.CommitAsync(cancellation);
        return BankFileOutcome.Done;
    }

    /// <summary>The latest files, newest first.</summary>
    public async Task<IReadOnlyList<SentBankFile>> LatestAsync(int count, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return [.. await connection.QueryAsync<SentBankFile>(new CommandDefinition(
            $"""
            select {Columns} from merchants.bank_file order by decided_at is not null, asked_at desc limit @count
            """, new { count }, cancellationToken: cancellation))];
    }

    /// <summary>What a file that waits would do now.</summary>
    public async Task<ImportBankMessage.Result?> LookIntoAsync(Guid id, CancellationToken cancellation)
    {
        byte[]? bytes;
        await using (var connection = await database.OpenConnectionAsync(cancellation))
            bytes = await connection.QuerySingleOrDefaultAsync<byte[]?>(new CommandDefinition(
                "select bytes from merchants.bank_file where id = @id", new { id }, cancellationToken: cancellation));
        return bytes is null ? null : await import.RunAsync(new MemoryStream(bytes), "", isDryRun: true, cancellation);
    }
}
