using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CityLoop.Server.Shared;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Pass;

/// <summary>What became of a typed code, in order of precedence.</summary>
enum CodeOutcome
{
    /// <summary>This network address has tried too many wrong codes.</summary>
    TooManyFromThisAddress,

    /// <summary>Too many wrong codes are tried in the city: for some minutes none is taken.</summary>
    CodesRest,

    /// <summary>This browser asked for no code, the code ran out, or a newer one was sent.</summary>
    NoLiveCode,

    /// <summary>Wrong, and there was no other try.</summary>
    TooManyTries,
    WrongCode,
    Accepted,
}

/// <summary>What the asking browser needs: the code travels to the contact, the ticket stays in the browser.</summary>
sealed record IssuedCode(string Code, string Ticket);

/// <summary>
/// Codes of six digits that prove a contact: ten minutes, five tries, one live code per contact, taken once. Only the
/// browser that asked can try, so that nobody can use up another's tries.
/// </summary>
sealed class OneTimeCodes(NpgsqlDataSource database, TimeProvider time)
{
    public const int Digits = 6;
    public const int Tries = 5;

    /// <summary>Codes to one contact in an hour that nobody typed in: 5 x 5 tries at one in a million.</summary>
    public const int SendsPerHour = 5;

    public static readonly TimeSpan Life = TimeSpan.FromMinutes(10);
    static readonly TimeSpan SendsWindow = TimeSpan.FromHours(1);

    /// <summary>A new code for a contact, which replaces the one before; null when too many were sent.</summary>
    public async Task<IssuedCode?> IssueAsync(Contact contact, CancellationToken cancellation)
    {
        var code = RandomNumberGenerator.GetInt32(1_000_000).ToString("D6", CultureInfo.InvariantCulture);
        var ticket = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var issued = await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into pass.one_time_code as c
              (contact, ticket_hash, code_hash, expires_at, tries_left, sends, sends_counted_from)
            values (@contact, @ticketHash, @codeHash, @expiresAt, @Tries, 1, @now)
            on conflict (contact) do update set
              ticket_hash = excluded.ticket_hash, code_hash = excluded.code_hash, expires_at = excluded.expires_at,
              tries_left = excluded.tries_left,
              sends = case when c.sends_counted_from <= @windowStart then 1 else c.sends + 1 end,
              sends_counted_from = case when c.sends_counted_from <= @windowStart then @now
                else c.sends_counted_from end
            where c.sends_counted_from <= @windowStart or c.sends < @SendsPerHour
            """,
            new
            {
                contact = contact.Value, ticketHash = TicketHash(ticket), codeHash = CodeHash(ticket, code),
                expiresAt = now + Life, Tries, SendsPerHour, now, windowStart = now - SendsWindow,
            }, cancellationToken: cancellation));
        return issued == 1 ? new IssuedCode(code, ticket) : null;
    }

    /// <summary>Checks a typed code. It is used up when it is right, and one try is used up when it is wrong.</summary>
    public async Task<CodeOutcome> CheckAsync(
        Contact contact, string ticket, string typed, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        // The try is taken before the code is compared: many requests at once share the five.
        var live = await connection.QuerySingleOrDefaultAsync<LiveCode>(new CommandDefinition(
            """
            update pass.one_time_code set tries_left = tries_left - 1
            where contact = @contact and ticket_hash = @ticketHash and expires_at > @now and tries_left > 0
            returning code_hash, tries_left
            """,
            new { contact = contact.Value, ticketHash = TicketHash(ticket), now = time.GetUtcNow() },
            cancellationToken: cancellation));
        if (live is null)
            return CodeOutcome.NoLiveCode;
        var digits = new string([.. HalfWidth.Of(typed).Where(char.IsAsciiDigit)]);
        if (!CryptographicOperations.FixedTimeEquals(CodeHash(ticket, digits), live.CodeHash))
            return live.TriesLeft == 0 ? CodeOutcome.TooManyTries : CodeOutcome.WrongCode;

        var taken = await connection.ExecuteAsync(new CommandDefinition(
            "delete from pass.one_time_code where contact = @contact and code_hash = @CodeHash",
            new { contact = contact.Value, live.CodeHash }, cancellationToken: cancellation));
        return taken == 1 ? CodeOutcome.Accepted : CodeOutcome.NoLiveCode;
    }

    /// <summary>Forgets contacts whose codes have run out and whose sends no longer count.</summary>
    public async Task ForgetOldAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            "delete from pass.one_time_code where expires_at < @now and sends_counted_from < @windowStart",
            new { now = time.GetUtcNow(), windowStart = time.GetUtcNow() - SendsWindow },
            cancellationToken: cancellation));
    }

    static byte[] TicketHash(string ticket) => SHA256.HashData(Encoding.UTF8.GetBytes(ticket));

    static byte[] CodeHash(string ticket, string code) =>
        HMACSHA256.HashData(Encoding.UTF8.GetBytes(ticket), Encoding.UTF8.GetBytes(code));

    sealed record LiveCode(byte[] CodeHash, int TriesLeft);
}
