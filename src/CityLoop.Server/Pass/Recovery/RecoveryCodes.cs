using System.Security.Cryptography;
using System.Text;
using CityLoop.Server.Pass.Contacts;
using CityLoop.Server.Pass.Letters;
using CityLoop.Server.Shared;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Pass.Recovery;

/// <summary>What became of a typed recovery code, in order of precedence.</summary>
enum RecoveryOutcome
{
    /// <summary>This network address has tried too many wrong codes.</summary>
    TooManyFromThisAddress,

    /// <summary>It is none, was used, or has run out: whoever guesses learns no more.</summary>
    NotGood,
    Accepted,
}

/// <summary>Whom a code let in, and whether it was handed over at a counter.</summary>
sealed record Recovered(PersonId Person, bool FromCounter, int Left);

/// <summary>
/// Codes that sign in once, for whoever has lost every other way: ten on paper, or one that two officers hand over.
/// A code looks like <c>K7QMX-9ABCD-EFGHJ-KLMNP</c>: five characters that name its owner's set and fifteen, 75 bits,
/// that nobody guesses. So wrong tries need to close no door, and nobody can be locked out by them.
/// </summary>
sealed class RecoveryCodes(
    NpgsqlDataSource database, TimeProvider time, PassOptions options, LetterWriter letters, WaysIn ways)
{
    public const int InSet = 10;

    /// <summary>So long a code from a counter can be used.</summary>
    public static readonly TimeSpan HandedOverFor = TimeSpan.FromMinutes(10);

    /// <summary>Wrong tries under one handle in a day after which its owner is told, once.</summary>
    public const int TellAfter = 5;

    // Crockford's alphabet: no I, L, O or U, which people take for one another.
    const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    const int HandleLength = 5;
    const int CodeLength = 20;
    static readonly TimeSpan GuessWindow = TimeSpan.FromDays(1);

    readonly AddressLimits _addresses = new(time, options.WrongTriesPerAddress);

    /// <summary>Ten new codes, shown now and never again; those before them are worth nothing any more.</summary>
    /// <param name="session">In which they are asked for: when it has ended meanwhile they open nothing.</param>
    public async Task<IReadOnlyList<string>> MakeSetAsync(
        PersonId person, CancellationToken cancellation, Guid? session = null)
    {
        var handle = RandomNumberGenerator.GetString(Alphabet, HandleLength);
        var codes = Enumerable.Range(0, InSet).Select(_ => NewCode(handle)).ToList();
        await KeepAsync(person, "paper", handle, codes, null, session, cancellation);
        return [.. codes.Select(Written)];
    }

    /// <summary>
    /// One code for ten minutes, for somebody who stands at a counter; null when the check for it was withdrawn.
    /// </summary>
    public async Task<string?> HandOverAsync(PersonId person, Guid check, CancellationToken cancellation)
    {
        var handle = RandomNumberGenerator.GetString(Alphabet, HandleLength);
        var code = NewCode(handle);
        await KeepAsync(person, "counter", handle, [code], time.GetUtcNow() + HandedOverFor, null, cancellation);
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var isGood = await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            """
            select exists (select from pass.identity_check where id = @check and person = @person
              and purpose = 'recovery' and approved_at is not null and waits_until is null and withdrawn_at is null)
            """, new { check, person = person.Value }, cancellationToken: cancellation));
        if (isGood)
            return Written(code);
        // Looked at after the code is there: who withdraws from now on takes it back themselves.
        await TakeBackAsync(person, cancellation);
        return null;
    }

    /// <summary>The counter's code is not to be used after all.</summary>
    public async Task TakeBackAsync(PersonId person, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            "delete from pass.recovery_code where person = @Value and origin = 'counter' and used_at is null", person,
            cancellationToken: cancellation));
    }

    /// <summary>How many codes on paper a person has left.</summary>
    public async Task<int> LeftAsync(PersonId person, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteScalarAsync<int>(new CommandDefinition(
            "select count(*) from pass.recovery_code where person = @Value and origin = 'paper' and used_at is null",
            person, cancellationToken: cancellation));
    }

    /// <summary>
    /// Uses a code up. One from a counter closes every other way in with it, or is not used: its owner has lost what
    /// else they came in by, to somebody perhaps.
    /// </summary>
    public async Task<(RecoveryOutcome Outcome, Recovered? Recovered)> TakeAsync(
        System.Net.IPAddress? address, string? typed, CancellationToken cancellation)
    {
        if (_addresses.IsUsedUp(address))
            return (RecoveryOutcome.TooManyFromThisAddress, null);
        var code = Read(typed);
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var taken = await connection.QuerySingleOrDefaultAsync<(Guid Person, string Origin)?>(new CommandDefinition(
            """
            update pass.recovery_code set used_at = @now
            where hash = @hash and used_at is null and (expires_at is null or expires_at > @now)
            returning person, origin
            """, new { hash = HashOf(code), now = time.GetUtcNow() }, cancellationToken: cancellation));
        if (taken is not var (owner, origin))
        {
            await transaction.CommitAsync(cancellation);
            _addresses.Allows(address);
            await WarnAsync(connection, code, cancellation);
            return (RecoveryOutcome.NotGood, null);
        }

        var person = new PersonId(owner);
        if (origin == "counter")
        {
            // Before new contacts are set aside: they may be the owner's, and the recovery somebody else's.
            await letters.TellAsync(person, Topic.Safety, "recoveredAtCounter", CancellationToken.None, 0);
            await ways.CloseAsync(connection, person, cancellation);
        }

        await transaction.CommitAsync(cancellation);
        return (RecoveryOutcome.Accepted,
            new Recovered(person, origin == "counter", await LeftAsync(person, cancellation)));
    }

    async Task KeepAsync(
        PersonId person, string origin, string handle, IEnumerable<string> codes, DateTimeOffset? expiresAt,
        Guid? session, CancellationToken cancellation)
    {
        var values = new { person = person.Value, origin, session };
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // The session before the person, as in a recovery: neither waits for the other.
        if (!await connection.ExecuteScalarAsync<bool>($"select {Sessions.IsOpen}", values, transaction))
            return;
        await connection.ExecuteAsync("select from pass.person where id = @person for update", values, transaction);
        await connection.ExecuteAsync(
            "delete from pass.recovery_code where person = @person and origin = @origin", values, transaction);
        foreach (var code in codes)
            await connection.ExecuteAsync(
                """
                insert into pass.recovery_code (hash, handle, person, origin, made_at, expires_at)
                values (@hash, @handle, @person, @origin, @now, @expiresAt)
                """,
                new
                {
                    hash = HashOf(code), handle, person = person.Value, origin, now = time.GetUtcNow(), expiresAt,
                }, transaction);
        await transaction.CommitAsync(cancellation);
    }

    // Somebody types codes that begin as this person's do: perhaps their own hand slipped, perhaps not.
    async Task WarnAsync(NpgsqlConnection connection, string code, CancellationToken cancellation)
    {
        if (code.Length < HandleLength)
            return;
        var now = time.GetUtcNow();
        var told = await connection.QueryAsync<Guid?>(new CommandDefinition(
            """
            insert into pass.recovery_guess as g (person, tries, since)
            select distinct person, 1, @now from pass.recovery_code where handle = @handle
            on conflict (person) do update set
              tries = case when g.since <= @windowStart then 1 else g.tries + 1 end,
              since = case when g.since <= @windowStart then @now else g.since end
            returning case when tries = @TellAfter then person end
            """,
            new { handle = code[..HandleLength], now, windowStart = now - GuessWindow, TellAfter },
            cancellationToken: cancellation));
        foreach (var person in told.OfType<Guid>())
            await letters.TellAsync(new PersonId(person), Topic.Safety, "recoveryGuessed", CancellationToken.None);
    }

    static string NewCode(string handle) =>
        handle + RandomNumberGenerator.GetString(Alphabet, CodeLength - HandleLength);

    static string Written(string code) => string.Join('-', code.Chunk(5).Select(group => new string(group)));

    /// <summary>As people copy it from paper: small letters, blanks, an O for a 0.</summary>
    static string Read(string? typed)
    {
        var code = new StringBuilder(CodeLength);
        foreach (var letter in HalfWidth.Of(typed).ToUpperInvariant())
            if (code.Length < CodeLength && char.IsAsciiLetterOrDigit(letter))
                code.Append(letter switch { 'O' => '0', 'I' or 'L' => '1', _ => letter });
        return code.ToString();
    }

    static byte[] HashOf(string code) => SHA256.HashData(Encoding.ASCII.GetBytes(code));
}
