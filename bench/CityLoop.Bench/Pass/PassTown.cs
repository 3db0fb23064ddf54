using System.Security.Cryptography;
using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Pass;
using CityLoop.Server.SignOn;
using Dapper;
using Npgsql;

namespace CityLoop.Bench.Pass;

/// <summary>People who are signed in, each with a passkey, and a service with a secret.</summary>
/// <param name="Key">The one key of all passkeys: whose it is changes nothing in the work.</param>
sealed record PassTown(Service Service, string Secret, IReadOnlyList<Guid> People, ECDsa Key)
{
    const int Count = 10_000;

    public static async Task<PassTown> BuildAsync(ServedCity app)
    {
        var secret = ClientSecret.New();
        var service = new Service
        {
            Id = DerivedId.From("bench", "service"),
            Names = LocalNames.Of("量測", "Bench", "計測"),
            Purposes = LocalNames.Of("量測", "To measure", "計測"),
            Sector = "bench.example",
            RedirectUris = ["https://bench.example/callback"],
            SignOutUris = [],
            Scopes = [Scopes.OfflineAccess],
            LevelMin = 0,
            ConsentDays = 1,
            Terms = 1,
            Authentication = ClientAuthentication.SecretBasic,
            SecretHash = ClientSecret.HashOf(secret),
        };
        await app.Get<ServiceStore>().SaveAsync(service, CancellationToken.None);
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new PassTown(service, secret, await MovePeopleInAsync(app.Get<NpgsqlDataSource>(), key), key);
    }

    /// <summary>Somebody's proof of being signed in; the session has the person's own number.</summary>
    public static SignInProof ProofOf(Guid person) => new(
        new PersonId(person), person, person, TimeProvider.System.GetUtcNow(), SignInMethod.Passkey, default);

    public static byte[] CredentialOf(Guid person) => person.ToByteArray();

    static async Task<IReadOnlyList<Guid>> MovePeopleInAsync(NpgsqlDataSource database, ECDsa key)
    {
        var people = Enumerable.Range(0, Count).Select(i => DerivedId.From("bench person", $"{i}")).ToArray();
        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            insert into pass.person (id, name, language, roles, created_at)
              select id, '', 'zh-TW', '{resident}', now() from unnest(@people) id;
            insert into pass.session (id, key_hash, person, device, method, browser, created_at, last_seen_at)
              select id, uuid_send(id), id, 'bench', 'passkey', id, now(), now() from unnest(@people) id;
            insert into pass.passkey (credential_id, person, name, public_key, sign_count, transports, is_user_verified,
              is_backup_eligible, is_backed_up, attestation_object, client_data_json, created_at)
              select credential, id, 'bench', @key, 0, '{}', true, false, false, '', '', now()
              from unnest(@people, @credentials) as p (id, credential);
            analyze pass.person, pass.session, pass.passkey
            """, new { people, credentials = people.Select(CredentialOf).ToArray(), key = CoseOf(key) });
        return people;
    }

    /// <summary>The public key as passkeys hand it in: COSE (RFC 9053), EC2, ES256, P-256.</summary>
    static byte[] CoseOf(ECDsa key)
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        return [0xA5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20, .. point.X!, 0x22, 0x58, 0x20, .. point.Y!];
    }
}
