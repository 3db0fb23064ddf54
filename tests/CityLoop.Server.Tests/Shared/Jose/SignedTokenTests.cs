using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using CityLoop.Server.Shared.Jose;

namespace CityLoop.Server.Tests.Shared.Jose;

/// <summary>Tokens that look signed and are not.</summary>
public sealed class SignedTokenTests
{
    static readonly byte[] Pkcs8 = NewKey();
    static readonly SigningKey Key = new(Pkcs8, DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue);

    [Fact]
    public void A_token_is_read_as_it_was_written()
    {
        var token = SignedToken.Write(Key, SignedToken.Plain, claims => claims.WriteString("sub", "somebody"));

        SignedToken.Text(SignedToken.Read(token, SignedToken.Plain, Verifies)!.Value, "sub").ShouldBe("somebody");
    }

    [Theory]
    [InlineData("""{"alg":"none","kid":"KID"}""")]
    [InlineData("""{"alg":"None","kid":"KID"}""")]
    [InlineData("""{"alg":"HS256","kid":"KID"}""")]
    [InlineData("""{"alg":"RS256","kid":"KID"}""")]
    [InlineData("""{"alg":"es256","kid":"KID"}""")]
    [InlineData("""{"kid":"KID"}""")]
    [InlineData("""{"alg":"ES256"}""")]
    [InlineData("""{"alg":"ES256","kid":"another"}""")]
    [InlineData("""{"alg":"ES256","alg":"none","kid":"KID"}""")]
    [InlineData("""{"alg":"ES256","kid":"KID","crit":["b64"],"b64":false}""")]
    [InlineData("""{"alg":"ES256","kid":"KID","zip":"DEF"}""")]
    [InlineData("""["ES256"]""")]
    public void A_header_other_than_ours_is_never_believed_though_the_signature_fits(string header) =>
        SignedToken.Read(
            Signed(header.Replace("KID", Key.Kid, StringComparison.Ordinal)), SignedToken.Plain, Verifies)
            .ShouldBeNull();

    [Theory]
    [InlineData("JWT", null, true)]
    [InlineData("JWT", "jwt", true)]
    [InlineData("JWT", "kb+jwt", false)]
    [InlineData("kb+jwt", "kb+jwt", true)]
    [InlineData("kb+jwt", "JWT", false)]
    [InlineData("kb+jwt", null, false)]
    public void A_token_of_one_kind_is_not_taken_for_another(string asked, string? written, bool isTaken)
    {
        var type = written is null ? "" : $"\"typ\":\"{written}\",";
        var token = Signed($$"""{"alg":"ES256",{{type}}"kid":"{{Key.Kid}}"}""");

        (SignedToken.Read(token, asked, Verifies) is not null).ShouldBe(isTaken);
    }

    [Fact]
    public void A_token_signed_with_the_public_key_as_a_secret_is_not_believed()
    {
        var text = Part($$"""{"alg":"HS256","kid":"{{Key.Kid}}"}""") + "." + Part("""{"sub":"x"}""");
        var secret = Encoding.ASCII.GetBytes(Key.X + Key.Y);
        var mac = HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(text));

        SignedToken.Read($"{text}.{Base64Url.EncodeToString(mac)}", SignedToken.Plain, Verifies).ShouldBeNull();
    }

    [Fact]
    public void A_token_that_was_changed_anywhere_is_not_believed()
    {
        var token = SignedToken.Write(Key, SignedToken.Plain, claims => claims.WriteString("sub", "somebody"));
        for (var i = 0; i < token.Length; i++)
        {
            // The last letter of a part has bits that say nothing, if they are not looked at.
            foreach (var other in "AB_".Where(other => other != token[i]))
            {
                var changed = token[..i] + other + token[(i + 1)..];
                SignedToken.Read(changed, SignedToken.Plain, Verifies).ShouldBeNull($"letter {i}: {other}");
            }
        }
    }

    [Fact]
    public void A_token_in_pieces_is_not_believed()
    {
        var token = SignedToken.Write(Key, SignedToken.Plain, claims => claims.WriteString("sub", "somebody"));
        var parts = token.Split('.');

        foreach (var broken in new[]
        {
            "", ".", "..", "...", parts[0], $"{parts[0]}.{parts[1]}", $"{parts[0]}.{parts[1]}.", $"{token}.",
            $"{token}=", $" {token}", $"{parts[0]}..{parts[2]}", token.Replace('.', ' '), new string('a', 9_000),
        })
            SignedToken.Read(broken, SignedToken.Plain, Verifies).ShouldBeNull(broken);
    }

    static bool Verifies(string? kid, byte[] text, byte[] signature) =>
        kid == Key.Kid && Key.Verifies(text, signature);

    static string Signed(string header)
    {
        var text = Part(header) + "." + Part("""{"sub":"somebody"}""");
        using var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(Pkcs8, out _);
        return text + "." + Base64Url.EncodeToString(
            key.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256));
    }

    static string Part(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));

    static byte[] NewKey()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return key.ExportPkcs8PrivateKey();
    }
}
