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
/// Codes of six digits that prove a contact: ten minutes, five tries, one live code per contact and lane, taken once.
/// Only the browser that asked can try, so that nobody can use up another's tries. Browsers in which the contact's
/// owner signed in before are a lane of their own, so that nobody else uses up its codes or replaces them.
/// </summary>
sealed class OneTimeCodes(NpgsqlDataSource database, TimeProvider time)
{
    public const int Tries = 5;

    /// <summary>Codes to one contact and lane in an hour that nobody typed in.</summary>
    public const int SendsPerHour = 5;

    /// <summary>
    /// After so many wrong tries at a contact in a month its codes have nine digits: five codes an hour with five tries
    /// each are 219,000 tries a year, which would find a code of six digits with a chance of one in five.
    /// </summary>
    public const int WrongMax = 10;

    public static readonly TimeSpan Life = TimeSpan.FromMinutes(10);
    static readonly TimeSpan SendsWindow = TimeSpan.FromHours(1);
    static readonly TimeSpan WrongWindow = TimeSpan.FromDays(30);

    /// <summary>A new code for a contact, for a browser that nobody knows.</summary>
    public Task<IssuedCode?> IssueAsync(Contact contact, CancellationToken cancellation) =>
        IssueAsync(contact, false, cancellation);

    /// <summary>A new code for a contact, which replaces the one before; null when too many were sent.</summary>
    /// <param name="isKnownBrowser">The contact's owner signed in there before.</param>
    public async Task<IssuedCode?> IssueAsync(Contact contact, bool isKnownBrowser, CancellationToken cancellation)
    {
        var ticket = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var isGuessedAt = await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            """
            select exists (select from pass.one_time_code where contact = @contact
              and is_known_browser = @isKnownBrowser and wrong >= @WrongMax and wrong_counted_from > @monthAgo)
            """,
            new { contact = contact.Value, isKnownBrowser, WrongMax, monthAgo = now - WrongWindow },
            cancellationToken: cancellation));
        var code = isGuessedAt
            ? RandomNumberGenerator.GetInt32(1_000_000_000).ToString("D9", CultureInfo.InvariantCulture)
            : RandomNumberGenerator.GetInt32(1_000_000).ToString("D6", CultureInfo.InvariantCulture);
        var issued = await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into pass.one_time_code as c
              (contact, is_known_browser, ticket_hash, code_hash, expires_at, tries_left, sends, sends_counted_from)
            values (@contact, @isKnownBrowser, @ticketHash, @codeHash, @expiresAt, @Tries, 1, @now)
            on conflict (contact, is_known_browser) do update set
              ticket_hash = excluded.ticket_hash, code_hash = excluded.code_hash, expires_at = excluded.expires_at,
              tries_left = excluded.tries_left,
              sends = case when c.sends_counted_from <= @windowStart then 1 else c.sends + 1 end,
              sends_counted_from = case when c.sends_counted_from <= @windowStart then @now
                else c.sends_counted_from end
            where c.sends_counted_from <= @windowStart or c.sends < @SendsPerHour
            """,
            new
            {
                contact = contact.Value, isKnownBrowser, ticketHash = TicketHash(ticket),
                codeHash = CodeHash(ticket, code), expiresAt = now + Life, Tries, SendsPerHour, now,
                windowStart = now - SendsWindow,
            }, cancellationToken: cancellation));
        return issued == 1 ? new IssuedCode(code, ticket) : null;
    }

    /// <summary>Text messages of the last hour to browsers that nobody knows, whose codes nobody typed in.</summary>
    public async Task<int> TextsInVainAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteScalarAsync<int>(new CommandDefinition(
            """
            select coalesce(sum(sends), 0) from pass.one_time_code
            where contact like '+%' and not is_known_browser and sends_counted_from > @hourAgo
            """, new { hourAgo = time.GetUtcNow() - SendsWindow }, cancellationToken: cancellation));
    }

    /// <summary>Checks a typed code. It is used up when it is right, and one try is used up when it is wrong.</summary>
    public async Task<CodeOutcome> CheckAsync(
        Contact contact, string ticket, string typed, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellation);
        // The try is taken, as a wrong one, before the code is compared: many requests at once share the five.
        var live = await connection.QuerySingleOrDefaultAsync<LiveCode>(new CommandDefinition(
            """
            update pass.one_time_code set tries_left = tries_left - 1,
              wrong = case when wrong_counted_from <= @monthAgo then 1 else wrong + 1 end,
              wrong_counted_from = case when wrong_counted_from <= @monthAgo then @now else wrong_counted_from end
            where contact = @contact and ticket_hash = @ticketHash and expires_at > @now and tries_left > 0
            returning code_hash, tries_left
            """,
            new { contact = contact.Value, ticketHash = TicketHash(ticket), now, monthAgo = now - WrongWindow },
            cancellationToken: cancellation));
        if (live is null)
            return CodeOutcome.NoLiveCode;
        var digits = new string([.. HalfWidth.Of(typed).Where(char.IsAsciiDigit)]);
        if (!CryptographicOperations.FixedTimeEquals(CodeHash(ticket, digits), live.CodeHash))
            return live.TriesLeft == 0 ? CodeOutcome.TooManyTries : CodeOutcome.WrongCode;

        // The row stays while there are wrong tries to remember: who guesses must not be forgotten each time that the
        // owner comes in.
        var taken = await connection.ExecuteAsync(new CommandDefinition(
            """
            update pass.one_time_code set code_hash = '', expires_at = @now, sends = 0, wrong = wrong - 1
            where contact = @contact and code_hash = @CodeHash
            """, new { contact = contact.Value, live.CodeHash, now }, cancellationToken: cancellation));
        return taken == 1 ? CodeOutcome.Accepted : CodeOutcome.NoLiveCode;
    }

    /// <summary>Forgets contacts whose codes have run out and whose sends and wrong tries no longer count.</summary>
    public async Task ForgetOldAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            delete from pass.one_time_code where expires_at <= @now and (sends = 0 or sends_counted_from < @windowStart)
              and (wrong <= 0 or wrong_counted_from < @monthAgo)
            """,
            new
            {
                now = time.GetUtcNow(), windowStart = time.GetUtcNow() - SendsWindow,
                monthAgo = time.GetUtcNow() - WrongWindow,
            }, cancellationToken: cancellation));
    }

    static byte[] TicketHash(string ticket) => SHA256.HashData(Encoding.UTF8.GetBytes(ticket));

    static byte[] CodeHash(string ticket, string code) =>
        HMACSHA256.HashData(Encoding.UTF8.GetBytes(ticket), Encoding.UTF8.GetBytes(code));

    sealed record LiveCode(byte[] CodeHash, int TriesLeft);
}
