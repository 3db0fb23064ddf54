using System.Text.Json;
using CityLoop.Server.City;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Credentials.Offices;

/// <summary>
/// The offices and what they issue. They are few and asked for often, so this process keeps them for some seconds; what
/// is changed here holds here at once.
/// </summary>
sealed class OfficeStore(NpgsqlDataSource database, TimeProvider time)
{
    static readonly TimeSpan TrustedFor = TimeSpan.FromSeconds(3);

    volatile Known? _known;

    /// <summary>All of them, suspended ones too, in the order in which they were registered.</summary>
    public async Task<IReadOnlyList<Office>> AllAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        if (_known is { } known && now >= known.ReadAt && now - known.ReadAt < TrustedFor)
            return known.Offices;
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var types = (await connection.QueryAsync<TypeRow>(new CommandDefinition(
            """
            select code, office, name, name_en, name_ja, fields::text as fields, valid_days, register,
              proves_identity
            from credentials.credential_type order by made_at, code
            """, cancellationToken: cancellation))).ToLookup(row => row.Office, row => row.ToType());
        var offices = (await connection.QueryAsync<OfficeRow>(new CommandDefinition(
            """
            select id, code, name, name_en, name_ja, source, source_en, source_ja, refresh, postal_address,
              public_contact as contact, address, public_keys, suspended_at
            from credentials.office order by made_at, code
            """, cancellationToken: cancellation))).Select(row => row.ToOffice([.. types[row.Id]])).ToList();
        _known = new Known(offices, now);
        return offices;
    }

    public async Task<Office?> FindAsync(string code, CancellationToken cancellation) =>
        (await AllAsync(cancellation)).FirstOrDefault(office => office.Code == code);

    public async Task<Office?> FindAsync(Guid id, CancellationToken cancellation) =>
        (await AllAsync(cancellation)).FirstOrDefault(office => office.Id == id);

    public async Task<(Office Office, CredentialType Type)?> FindTypeAsync(
        string typeCode, CancellationToken cancellation) =>
        (await AllAsync(cancellation)).SelectMany(office => office.Types, (office, type) => (office, type))
            .Where(found => found.type.Code == typeCode).Select(found => ((Office, CredentialType)?)found)
            .FirstOrDefault();

    /// <summary>What was read is read again; the caller has changed something.</summary>
    public void Forget() => _known = null;

    /// <summary>Registers an office, or changes one that is there; in the caller's transaction.</summary>
    public async Task SaveAsync(
        NpgsqlConnection connection, Guid id, OfficeDraft office, CancellationToken cancellation) =>
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into credentials.office (id, code, name, name_en, name_ja, source, source_en, source_ja, refresh,
              postal_address, public_contact, address, public_keys, made_at)
            values (@id, @Code, @Name, @NameEn, @NameJa, @Source, @SourceEn, @SourceJa, @Refresh,
              nullif(@PostalAddress, ''), nullif(@Contact, ''), @address, @keys, @now)
            on conflict (id) do update set name = excluded.name, name_en = excluded.name_en,
              name_ja = excluded.name_ja, source = excluded.source, source_en = excluded.source_en,
              source_ja = excluded.source_ja, refresh = excluded.refresh,
              postal_address = excluded.postal_address, public_contact = excluded.public_contact,
              address = excluded.address, public_keys = excluded.public_keys
            """,
            new
            {
                id, office.Code, Name = office.Name.Chinese, NameEn = office.Name.Names["en"],
                NameJa = office.Name.Names["ja"], Source = office.Source.Chinese,
                SourceEn = office.Source.Names["en"], SourceJa = office.Source.Names["ja"], office.Refresh,
                office.PostalAddress, office.Contact,
                address = office.Address.Length > 0 ? office.Address : null,
                keys = office.Address.Length > 0 ? office.PublicKeys : null, now = time.GetUtcNow(),
            }, cancellationToken: cancellation));

    /// <summary>Registers a type, or changes one that is there; in the caller's transaction.</summary>
    public async Task SaveAsync(
        NpgsqlConnection connection, Guid office, TypeDraft type, CancellationToken cancellation) =>
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into credentials.credential_type (code, office, name, name_en, name_ja, fields, valid_days,
              proves_identity, made_at)
            values (@Code, @office, @Name, @NameEn, @NameJa, @fields::jsonb, @days, @ProvesIdentity, @now)
            on conflict (code) do update set name = excluded.name, name_en = excluded.name_en,
              name_ja = excluded.name_ja, fields = excluded.fields, valid_days = excluded.valid_days,
              proves_identity = excluded.proves_identity
            where credential_type.office = @office
            """,
            new
            {
                type.Code, office, Name = type.Name.Chinese, NameEn = type.Name.Names["en"],
                NameJa = type.Name.Names["ja"],
                fields = JsonSerializer.Serialize(type.ReadFields()), days = type.Days,
                type.ProvesIdentity, now = time.GetUtcNow(),
            }, cancellationToken: cancellation));

    sealed record Known(IReadOnlyList<Office> Offices, DateTimeOffset ReadAt);

    sealed record TypeRow(
        string Code, Guid Office, string Name, string NameEn, string NameJa, string Fields, int ValidDays,
        Guid? Register, bool ProvesIdentity)
    {
        public CredentialType ToType() => new()
        {
            Code = Code,
            Office = Office,
            Names = LocalNames.Of(Name, NameEn, NameJa),
            Fields = [.. JsonSerializer.Deserialize<List<FieldDraft>>(Fields)!.Select(field => new CredentialField(
                field.Name, field.Names, field.IsSensitive))],
            ValidDays = ValidDays,
            Register = Register,
            ProvesIdentity = ProvesIdentity,
        };
    }

    sealed record OfficeRow(
        Guid Id, string Code, string Name, string NameEn, string NameJa, string Source, string SourceEn,
        string SourceJa, string Refresh, string? PostalAddress, string? Contact, string? Address, string? PublicKeys,
        DateTimeOffset? SuspendedAt)
    {
        public Office ToOffice(IReadOnlyList<CredentialType> types) => new()
        {
            Id = Id,
            Code = Code,
            Names = LocalNames.Of(Name, NameEn, NameJa),
            Sources = LocalNames.Of(Source, SourceEn, SourceJa),
            Refresh = Refresh,
            Types = types,
            PostalAddress = PostalAddress,
            Contact = Contact,
            Address = Address is null ? null : new Uri(Address),
            PublicKeys = PublicKeys,
            SuspendedAt = SuspendedAt,
        };
    }
}
