using CityLoop.Server.Pass;
using CityLoop.Server.Shared.Jose;

namespace CityLoop.Server.SignOn;

/// <summary>Writes for a service who has signed in, when, how, and how surely the city knows them.</summary>
sealed class IdTokens(SigningKeys keys, PersonNames names, TimeProvider time)
{
    /// <summary>A service reads it at once and keeps a session of its own.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(5);

    /// <summary>What it tells about a person, as they read it among the accesses to their data.</summary>
    public static readonly string[] Told = ["sub", "sign_in", "level"];

    public async ValueTask<string> OfAsync(
        Granted grant, Service service, string issuer, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var key = await keys.CurrentAsync(cancellation);
        var name = await names.OfAsync(service, new PersonId(grant.Person), cancellation);
        var browser = await names.OfAsync(service, grant.Browser, cancellation);
        return SignedToken.Write(key, SignedToken.Plain, claims =>
        {
            claims.WriteString("iss", issuer);
            claims.WriteString("sub", name);
            claims.WriteString("aud", service.ClientId);
            claims.WriteNumber("exp", (now + Life).ToUnixTimeSeconds());
            claims.WriteNumber("iat", now.ToUnixTimeSeconds());
            claims.WriteNumber("auth_time", grant.SignedInAt.ToUnixTimeSeconds());
            claims.WriteString("acr", Levels.Written(grant.Level));
            claims.WriteStartArray("amr");
            foreach (var method in MethodsOf(SignInProofs.Read(grant.Method)))
                claims.WriteStringValue(method);
            claims.WriteEndArray();
            claims.WriteString("sid", browser);
            if (grant.Nonce is not null)
                claims.WriteString("nonce", grant.Nonce);
        });
    }

    // RFC 8176: a passkey proves possession of a key, and face, finger or PIN stood before it.
    static string[] MethodsOf(SignInMethod method) =>
        method == SignInMethod.Passkey ? ["pop", "user", "mfa"] : ["otp"];
}
