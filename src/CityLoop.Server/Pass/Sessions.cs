using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using CityLoop.Server.City;
using CityLoop.Server.Pass.Family;
using CityLoop.Server.Pass.Levels;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Pass;

/// <summary>A browser in which a person is signed in, as they see it in the list.</summary>
/// <param name="Name">What they call the device; null until they have.</param>
sealed record SessionLine(
    Guid Id, string Device, string? Name, DateTimeOffset CreatedAt, DateTimeOffset LastSeenAt);

/// <summary>
/// Who is signed in where. The browser holds a random key, the table its hash. A session is read from the table at
/// most every few seconds; ending it in this process holds at once, in another server after those seconds.
/// </summary>
sealed class Sessions(NpgsqlDataSource database, CityPack city, CityClock clock, TimeProvider time)
{
    /// <summary>How long this process trusts what it read.</summary>
    public static readonly TimeSpan TrustedFor = TimeSpan.FromSeconds(3);

    static readonly TimeSpan SeenEvery = TimeSpan.FromMinutes(5);
    /// <summary>How long after signing in somebody may still add what signs them in from then on.</summary>
    public static readonly TimeSpan FreshFor = TimeSpan.FromMinutes(10);

    /// <summary>
    /// That the <c>@session</c> in which somebody adds a way in has not ended meanwhile. What comes from no session
    /// names none. It is locked: a recovery, which ends sessions first, waits for what was added, and takes it away.
    /// </summary>
    public const string IsOpen =
        """
        (@session::uuid is null
          or exists (select from pass.session where id = @session and ended_at is null for share))
        """;

    const int KeyBytes = 32;
    const int CacheMax = 100_000;

    readonly ConcurrentDictionary<string, Known> _known = new();
    long _endings;

    /// <summary>
    /// Whether a browser is still signed in: 60 days after it was last used. Staff and auditors see everybody's money:
    /// 8 hours, and never longer than 12 hours after they signed in.
    /// </summary>
    public static bool IsLive(
        DateTimeOffset begunAt, DateTimeOffset lastSeenAt, IEnumerable<string> roles, DateTimeOffset now) =>
        roles.Any(r => r is Roles.CityStaff or Roles.Auditor)
            ? now - lastSeenAt <= TimeSpan.FromHours(8) && now - begunAt <= TimeSpan.FromHours(12)
            : now - lastSeenAt <= TimeSpan.FromDays(60);

    /// <summary>
    /// Begins a session; the answer is the key for the browser's cookie and is kept nowhere else. Null when the contact
    /// or passkey by which the person comes in was set aside or removed at this moment: a recovery closed it.
    /// </summary>
    /// <param name="before">The same person's session that this one takes over from in the same browser.</param>
    /// <param name="by">Null for who comes in by something else, as is <paramref name="passkey"/>.</param>
    public async Task<string?> BeginAsync(
        PersonId person, string device, SignInMethod method, Guid? before, CancellationToken cancellation,
        Contact? by = null, byte[]? passkey = null)
    {
        var key = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(KeyBytes));
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var begun = await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into pass.session (id, key_hash, person, device, name, method, browser, created_at, last_seen_at)
            select @id, @hash, @person, @device,
              (select name from pass.session where id = @before and person = @person), @method,
              coalesce((select browser from pass.session where id = @before and person = @person), @id), @now, @now
            where (@contact::text is null or exists (
                select from pass.contact where value = @contact and set_aside_at is null for share))
              and (@passkey::bytea is null or exists (
                select from pass.passkey where credential_id = @passkey and person = @person for share))
            """,
            new
            {
                id = Guid.CreateVersion7(now),
                hash = HashOf(key),
                person = person.Value,
                device,
                method = SignInProofs.Written(method),
                before,
                now,
                contact = by?.Value,
                passkey,
            }, cancellationToken: cancellation));
        return begun == 1 ? key : null;
    }

    /// <summary>The principal of a live session, or null.</summary>
    public async Task<ClaimsPrincipal?> FindAsync(string key, CancellationToken cancellation)
    {
        // A key of another length is none of ours; it is not worth a question to the table.
        if (key.Length != Base64Url.GetEncodedLength(KeyBytes))
            return null;
        var now = time.GetUtcNow();
        if (_known.TryGetValue(key, out var known) && now - known.ReadAt < TrustedFor && now >= known.ReadAt)
            return known.Principal;

        var endingsBefore = Interlocked.Read(ref _endings);
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var row = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(
            """
            select s.id, s.created_at as begun_at, s.last_seen_at, s.person as signed_in, p.id as person, p.name,
              p.language, o.roles, p.created_at, o.wishes, pass.level_of(p.id) as level, g.ground
            from pass.session s join pass.person o on o.id = s.person
            left join pass.guardianship g on g.child = s.acts_for and g.guardian = s.person
              and pass.represents(g, @since, @Today)
            join pass.person p on p.id = coalesce(g.child, s.person)
            where s.key_hash = @hash and s.ended_at is null
            """,
            new { hash = HashOf(key), since = clock.Today.AddYears(-city.Family.ActsUntil), clock.Today },
            cancellationToken: cancellation));
        if (row is null || !IsLive(row.BegunAt, row.LastSeenAt, row.Roles, now))
        {
            _known.TryRemove(key, out _);
            return null;
        }

        if (now - row.LastSeenAt > SeenEvery)
            await connection.ExecuteAsync(new CommandDefinition(
                "update pass.session set last_seen_at = @now where id = @Id", new { now, row.Id },
                cancellationToken: cancellation));
        if (_known.Count >= CacheMax)
            _known.Clear();
        var principal = People.Principal(
            row.ToPerson(), row.Id, row.SignedIn == row.Person ? null : row.SignedIn,
            isOfAge: row.Ground != Grounds.Child);
        _known[key] = new Known(row.Id, row.SignedIn, principal, now);
        // What was read before a session ended elsewhere in this process must not be trusted after it.
        if (Interlocked.Read(ref _endings) != endingsBefore)
            _known.TryRemove(key, out _);
        return principal;
    }

    /// <summary>Whether the person has proved who they are just now: each sign-in begins a session.</summary>
    public async Task<bool> IsFreshAsync(Guid session, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "select exists (select from pass.session where id = @session and ended_at is null and created_at > @since)",
            new { session, since = time.GetUtcNow() - FreshFor }, cancellationToken: cancellation));
    }

    /// <summary>
    /// Whether a session is still the same person's: it has not ended, and whoever acts in it still does and may. For
    /// answers that go on for minutes.
    /// </summary>
    public async Task<bool> StandsAsync(Guid session, PersonId person, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            """
            select exists (
              select from pass.session s
              left join pass.guardianship g on g.child = s.acts_for and g.guardian = s.person
                and pass.represents(g, @since, @Today)
              where s.id = @session and s.ended_at is null and coalesce(g.child, s.person) = @person)
            """,
            new
            {
                session, person = person.Value, since = clock.Today.AddYears(-city.Family.ActsUntil), clock.Today,
            }, cancellationToken: cancellation));
    }

    public async Task<IReadOnlyList<SessionLine>> OfAsync(PersonId person, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return [.. await connection.QueryAsync<SessionLine>(new CommandDefinition(
            """
            select id, device, name, created_at, last_seen_at from pass.session
            where person = @person and ended_at is null order by last_seen_at desc
            """, new { person = person.Value }, cancellationToken: cancellation))];
    }

    /// <summary>A person calls one of their devices something; nobody else's.</summary>
    public async Task NameAsync(PersonId person, Guid session, string name, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            "update pass.session set name = @name where id = @session and person = @person and ended_at is null",
            new { person = person.Value, session, name }, cancellationToken: cancellation));
    }

    /// <summary>Ends one session of a person; another person's is left alone.</summary>
    public async Task<bool> EndAsync(PersonId person, Guid session, CancellationToken cancellation)
    {
        var ended = await EndWhereAsync("id = @session and person = @person", person, session, cancellation);
        Forget(known => known.Session == session);
        return ended == 1;
    }

    /// <summary>Ends all sessions of a person, but for the one given.</summary>
    public async Task<int> EndAllAsync(PersonId person, Guid? except, CancellationToken cancellation)
    {
        var ended = await EndWhereAsync(
            "person = @person and id is distinct from @session", person, except, cancellation);
        Forget(known => known.Person == person.Value && known.Session != except);
        return ended;
    }

    /// <summary>Reads a person's sessions anew, because their name, roles or level changed.</summary>
    public void Refresh(PersonId person) => Forget(known => known.Person == person.Value);

    async Task<int> EndWhereAsync(string which, PersonId person, Guid? session, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteAsync(new CommandDefinition(
            $"update pass.session set ended_at = @now where ended_at is null and {which}",
            new { person = person.Value, session, now = time.GetUtcNow() }, cancellationToken: cancellation));
    }

    void Forget(Func<Known, bool> which)
    {
        Interlocked.Increment(ref _endings);
        foreach (var (key, known) in _known)
            if (which(known))
                _known.TryRemove(key, out _);
    }

    static byte[] HashOf(string key) => SHA256.HashData(Encoding.ASCII.GetBytes(key));

    sealed record Known(Guid Session, Guid Person, ClaimsPrincipal Principal, DateTimeOffset ReadAt);

    sealed class Row
    {
        public Guid Id { get; init; }
        public DateTimeOffset BegunAt { get; init; }
        public DateTimeOffset LastSeenAt { get; init; }
        public Guid SignedIn { get; init; }
        public Guid Person { get; init; }
        public string Name { get; init; } = "";
        public string Language { get; init; } = "";
        public string[] Roles { get; init; } = [];
        public DateTimeOffset CreatedAt { get; init; }
        public string[] Wishes { get; init; } = [];
        public AssuranceLevel Level { get; init; }
        public string? Ground { get; init; }

        public Person ToPerson() =>
            new()
            {
                Id = Person, Name = Name, Language = Language, Roles = Roles, CreatedAt = CreatedAt, Level = Level,
                Wishes = Wishes,
            };
    }
}
