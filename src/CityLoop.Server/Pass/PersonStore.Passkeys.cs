using Dapper;
using Microsoft.AspNetCore.Identity;

namespace CityLoop.Server.Pass;

/// <summary>A passkey as its owner sees it in the list.</summary>
sealed record PasskeyLine(byte[] CredentialId, string Name, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt)
{
    /// <summary>How forms name it.</summary>
    public string Key => Convert.ToHexStringLower(CredentialId);
}

/// <summary>Passkeys: one row per credential, as the framework hands it over.</summary>
sealed partial class PersonStore
{
    public async Task<IReadOnlyList<PasskeyLine>> PasskeyLinesAsync(PersonId person, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return [.. await connection.QueryAsync<PasskeyLine>(new CommandDefinition(
            """
            select credential_id, name, created_at, last_used_at
            from pass.passkey where person = @person order by created_at
            """, new { person = person.Value }, cancellationToken: cancellation))];
    }

    public async Task<bool> RenamePasskeyAsync(
        PersonId person, byte[] credentialId, string name, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteAsync(new CommandDefinition(
            "update pass.passkey set name = @name where credential_id = @credentialId and person = @person",
            new { person = person.Value, credentialId, name }, cancellationToken: cancellation)) == 1;
    }

    public async Task<bool> RemovePasskeyAsync(PersonId person, byte[] credentialId, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteAsync(new CommandDefinition(
            "delete from pass.passkey where credential_id = @credentialId and person = @person",
            new { person = person.Value, credentialId }, cancellationToken: cancellation)) == 1;
    }

    /// <summary>Keeps a new passkey; false when the session in which it was made has ended meanwhile.</summary>
    /// <param name="session">Null for the first passkey of somebody new.</param>
    public async Task<bool> AddPasskeyAsync(
        Person person, UserPasskeyInfo passkey, Guid? session, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteAsync(new CommandDefinition(
            $"""
            insert into pass.passkey (credential_id, person, name, public_key, sign_count, transports,
              is_user_verified, is_backup_eligible, is_backed_up, attestation_object, client_data_json, created_at)
            select @CredentialId, @person, @name, @PublicKey, @signCount, @transports,
              @IsUserVerified, @IsBackupEligible, @IsBackedUp, @AttestationObject, @ClientDataJson, @now
            where {Sessions.IsOpen}
            """,
            new
            {
                person = person.Id,
                name = passkey.Name ?? "",
                signCount = (long)passkey.SignCount,
                transports = passkey.Transports ?? [],
                passkey.CredentialId,
                passkey.PublicKey,
                passkey.IsUserVerified,
                passkey.IsBackupEligible,
                passkey.IsBackedUp,
                passkey.AttestationObject,
                passkey.ClientDataJson,
                now = time.GetUtcNow(),
                session,
            }, cancellationToken: cancellation)) == 1;
    }

    /// <summary>Notes that a passkey has answered; false when it was removed meanwhile, and it stays so.</summary>
    public async Task<bool> UsePasskeyAsync(Person person, UserPasskeyInfo passkey, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteAsync(new CommandDefinition(
            """
            update pass.passkey set sign_count = @signCount, is_user_verified = @IsUserVerified,
              is_backed_up = @IsBackedUp, last_used_at = @now
            where credential_id = @CredentialId and person = @person
            """,
            new
            {
                person = person.Id,
                signCount = (long)passkey.SignCount,
                passkey.CredentialId,
                passkey.IsUserVerified,
                passkey.IsBackedUp,
                now = time.GetUtcNow(),
            }, cancellationToken: cancellation)) == 1;
    }

    // Here adding and using are two things: what was removed a moment ago must not come back by being used.
    public Task AddOrUpdatePasskeyAsync(Person user, UserPasskeyInfo passkey, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Passkeys are added in a session, or used.");

    public async Task<IList<UserPasskeyInfo>> GetPasskeysAsync(Person user, CancellationToken cancellationToken) =>
        [.. (await PasskeysAsync("person = @person", new { person = user.Id }, cancellationToken))];

    public async Task<Person?> FindByPasskeyIdAsync(byte[] credentialId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<Person>(new CommandDefinition(
            $"""
            select {Columns} from pass.person
            where id = (select person from pass.passkey where credential_id = @credentialId)
            """, new { credentialId }, cancellationToken: cancellationToken));
    }

    public async Task<UserPasskeyInfo?> FindPasskeyAsync(
        Person user, byte[] credentialId, CancellationToken cancellationToken) =>
        (await PasskeysAsync(
            "person = @person and credential_id = @credentialId", new { person = user.Id, credentialId },
            cancellationToken)).SingleOrDefault();

    public Task RemovePasskeyAsync(Person user, byte[] credentialId, CancellationToken cancellationToken) =>
        RemovePasskeyAsync(new PersonId(user.Id), credentialId, cancellationToken);

    async Task<IEnumerable<UserPasskeyInfo>> PasskeysAsync(
        string condition, object values, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<PasskeyRow>(new CommandDefinition(
            $"select * from pass.passkey where {condition}", values, cancellationToken: cancellation));
        return [.. rows.Select(r => r.ToInfo())];
    }

    // Properties, not a constructor: an array's type is known only by its values.
    sealed class PasskeyRow
    {
        public byte[] CredentialId { get; init; } = [];
        public string Name { get; init; } = "";
        public byte[] PublicKey { get; init; } = [];
        public long SignCount { get; init; }
        public string[] Transports { get; init; } = [];
        public bool IsUserVerified { get; init; }
        public bool IsBackupEligible { get; init; }
        public bool IsBackedUp { get; init; }
        public byte[] AttestationObject { get; init; } = [];
        public byte[] ClientDataJson { get; init; } = [];
        public DateTimeOffset CreatedAt { get; init; }

        public UserPasskeyInfo ToInfo() => new(
            CredentialId, PublicKey, CreatedAt, checked((uint)SignCount), Transports, IsUserVerified, IsBackupEligible,
            IsBackedUp, AttestationObject, ClientDataJson) { Name = Name };
    }
}
