using CityLoop.Server.City;
using Dapper;
using Npgsql;

namespace CityLoop.Server.SignOn;

/// <summary>
/// The registered services. They are few and asked for in every request, so this process keeps them for some seconds;
/// what is changed here holds here at once.
/// </summary>
sealed class ServiceStore(NpgsqlDataSource database, TimeProvider time)
{
    static readonly TimeSpan TrustedFor = TimeSpan.FromSeconds(3);

    const string Columns = """
        id, name, name_en, name_ja, purpose, purpose_en, purpose_ja, controller, controller_en, controller_ja,
        postal_address, public_contact, sector, redirect_uris, sign_out_uris, scopes, level_min, consent_days, terms,
        authentication, secret_hash, public_keys, suspended_at
        """;

    volatile Known? _known;

    /// <summary>The service with this id, suspended or not.</summary>
    public async ValueTask<Service?> FindAsync(Guid id, CancellationToken cancellation) =>
        (await AllAsync(cancellation)).GetValueOrDefault(id);

    /// <inheritdoc cref="FindAsync(Guid, CancellationToken)"/>
    public async ValueTask<Service?> FindAsync(string? clientId, CancellationToken cancellation) =>
        Guid.TryParseExact(clientId, "D", out var id) ? await FindAsync(id, cancellation) : null;

    public async ValueTask<IReadOnlyDictionary<Guid, Service>> AllAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        if (_known is { } known && now >= known.ReadAt && now - known.ReadAt < TrustedFor)
            return known.Services;
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            $"select {Columns} from sign_on.service order by made_at, id", cancellationToken: cancellation));
        var services = rows.Select(row => row.ToService()).ToDictionary(service => service.Id);
        _known = new Known(services, now);
        return services;
    }

    /// <summary>Whether scripts of this origin are the pages of a service that is open.</summary>
    public async ValueTask<bool> IsOriginOfServiceAsync(string origin, CancellationToken cancellation) =>
        (await AllAsync(cancellation)).Values.Any(service => service.IsOpen && service.Owns(origin));

    /// <summary>What was read is read again; the caller has changed something.</summary>
    public void Forget() => _known = null;

    /// <summary>As a service is now, in the caller's transaction; nobody else changes it meanwhile.</summary>
    public async Task<Service?> LockAsync(NpgsqlConnection connection, Guid id, CancellationToken cancellation) =>
        (await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(
            $"select {Columns} from sign_on.service where id = @id for update", new { id },
            cancellationToken: cancellation)))?.ToService();

    /// <summary>Registers a service, or changes one that is there, without an officer's asking for it.</summary>
    public async Task SaveAsync(Service service, CancellationToken cancellation)
    {
        await using (var connection = await database.OpenConnectionAsync(cancellation))
            await SaveAsync(connection, service, cancellation);
        Forget();
    }

    /// <summary>Registers a service, or changes one that is there; in the caller's transaction.</summary>
    public async Task SaveAsync(NpgsqlConnection connection, Service service, CancellationToken cancellation) =>
        await connection.ExecuteAsync(new CommandDefinition(
            $"""
            insert into sign_on.service ({Columns}, made_at)
            values (@Id, @name, @nameEn, @nameJa, @purpose, @purposeEn, @purposeJa, @controller, @controllerEn,
              @controllerJa, @PostalAddress, @Contact, @Sector, @redirectUris, @signOutUris, @scopes,
              @LevelMin, @ConsentDays, @Terms, @authentication, @SecretHash, @PublicKeys, @SuspendedAt, @now)
            on conflict (id) do update set name = excluded.name, name_en = excluded.name_en,
              name_ja = excluded.name_ja, purpose = excluded.purpose, purpose_en = excluded.purpose_en,
              purpose_ja = excluded.purpose_ja, controller = excluded.controller,
              controller_en = excluded.controller_en, controller_ja = excluded.controller_ja,
              postal_address = excluded.postal_address, public_contact = excluded.public_contact,
              sector = excluded.sector, redirect_uris = excluded.redirect_uris,
              sign_out_uris = excluded.sign_out_uris, scopes = excluded.scopes, level_min = excluded.level_min,
              consent_days = excluded.consent_days, terms = excluded.terms,
              authentication = excluded.authentication, secret_hash = excluded.secret_hash,
              public_keys = excluded.public_keys, suspended_at = excluded.suspended_at
            """,
            new
            {
                service.Id,
                name = service.Names["zh-TW"],
                nameEn = service.Names["en"],
                nameJa = service.Names["ja"],
                purpose = service.Purposes["zh-TW"],
                purposeEn = service.Purposes["en"],
                purposeJa = service.Purposes["ja"],
                controller = service.Controller?.Names["zh-TW"],
                controllerEn = service.Controller?.Names["en"],
                controllerJa = service.Controller?.Names["ja"],
                service.Controller?.PostalAddress,
                service.Controller?.Contact,
                service.Sector,
                redirectUris = service.RedirectUris.ToArray(),
                signOutUris = service.SignOutUris.ToArray(),
                scopes = service.Scopes.ToArray(),
                LevelMin = (short)service.LevelMin,
                service.ConsentDays,
                service.Terms,
                authentication = Written(service.Authentication),
                service.SecretHash,
                service.PublicKeys,
                service.SuspendedAt,
                now = time.GetUtcNow(),
            }, cancellationToken: cancellation));

    /// <summary>How a way of authentication is called in the protocol and in the table.</summary>
    public static string Written(ClientAuthentication authentication) => authentication switch
    {
        ClientAuthentication.SecretBasic => "client_secret_basic",
        ClientAuthentication.PrivateKeyJwt => "private_key_jwt",
        _ => "none",
    };

    /// <inheritdoc cref="Written"/>
    public static ClientAuthentication? ReadAuthentication(string? written) => written switch
    {
        "client_secret_basic" => ClientAuthentication.SecretBasic,
        "private_key_jwt" => ClientAuthentication.PrivateKeyJwt,
        "none" => ClientAuthentication.None,
        _ => null,
    };

    sealed record Known(IReadOnlyDictionary<Guid, Service> Services, DateTimeOffset ReadAt);

    // Properties, not a constructor: an array's type is known only by its values.
    sealed class Row
    {
        public Guid Id { get; init; }
        public string Name { get; init; } = "";
        public string NameEn { get; init; } = "";
        public string NameJa { get; init; } = "";
        public string Purpose { get; init; } = "";
        public string PurposeEn { get; init; } = "";
        public string PurposeJa { get; init; } = "";
        public string? Controller { get; init; }
        public string? ControllerEn { get; init; }
        public string? ControllerJa { get; init; }
        public string? PostalAddress { get; init; }
        public string? PublicContact { get; init; }
        public string Sector { get; init; } = "";
        public string[] RedirectUris { get; init; } = [];
        public string[] SignOutUris { get; init; } = [];
        public string[] Scopes { get; init; } = [];
        public short LevelMin { get; init; }
        public int ConsentDays { get; init; }
        public int Terms { get; init; }
        public string Authentication { get; init; } = "";
        public byte[]? SecretHash { get; init; }
        public string? PublicKeys { get; init; }
        public DateTimeOffset? SuspendedAt { get; init; }

        public Service ToService() => new()
        {
            Id = Id,
            Names = LocalNames.Of(Name, NameEn, NameJa),
            Purposes = LocalNames.Of(Purpose, PurposeEn, PurposeJa),
            Controller = Controller is null ? null : new Party(
                LocalNames.Of(Controller, ControllerEn!, ControllerJa!), PostalAddress!, PublicContact!),
            Sector = Sector,
            RedirectUris = RedirectUris,
            SignOutUris = SignOutUris,
            Scopes = Scopes,
            LevelMin = LevelMin,
            ConsentDays = ConsentDays,
            Terms = Terms,
            Authentication = ReadAuthentication(Authentication)!.Value,
            SecretHash = SecretHash,
            PublicKeys = PublicKeys,
            SuspendedAt = SuspendedAt,
        };
    }
}
