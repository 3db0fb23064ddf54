using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using CityLoop.Server.Shared.Jose;

namespace CityLoop.Server.Tests.Shared.Jose;

/// <summary>Texts that are sealed for one reader.</summary>
public sealed class EncryptedTokenTests
{
    static readonly DecryptionKey Reader = new(DecryptionKey.NewPkcs8());

    [Fact]
    public void Two_parties_agree_on_the_key_of_the_standards_example()
    {
        // RFC 7518, appendix C: Alice's key is made for one message, Bob's is his.
        var alice = KeyOf(
            "gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0", "SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps",
            "0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo");
        var bob = KeyOf(
            "weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ", "e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck",
            "VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw");

        var agreed = alice.AgreeWith(bob.Public);

        agreed.ShouldBe(bob.AgreeWith(alice.Public));
        agreed[..4].ShouldBe([158, 86, 217, 29]);
        Base64Url.EncodeToString(EncryptedToken.DerivedKey(
            agreed, "A128GCM", Encoding.ASCII.GetBytes("Alice"), Encoding.ASCII.GetBytes("Bob"), 128))
            .ShouldBe("VqqN6vgjbSBcIijNcacQGg");
    }

    [Theory]
    [InlineData("")]
    [InlineData("低收入戶，第三類")]
    public void What_was_sealed_for_a_reader_is_read_by_them_and_by_nobody_else(string text)
    {
        var token = EncryptedToken.Encrypt(Reader.Public, text, "json");

        EncryptedToken.Decrypt(Reader, token).ShouldBe(text);
        EncryptedToken.Decrypt(new DecryptionKey(DecryptionKey.NewPkcs8()), token).ShouldBeNull();
        EncryptedToken.Encrypt(Reader.Public, text).ShouldNotBe(EncryptedToken.Encrypt(Reader.Public, text));
    }

    [Fact]
    public void What_was_changed_anywhere_is_not_read()
    {
        var token = EncryptedToken.Encrypt(Reader.Public, "half price");
        for (var i = 0; i < token.Length; i++)
        {
            var changed = token[..i] + (token[i] == 'A' ? 'B' : 'A') + token[(i + 1)..];
            EncryptedToken.Decrypt(Reader, changed).ShouldBeNull($"letter {i}");
        }
    }

    [Theory]
    [InlineData("alg", "\"ECDH-ES+A256KW\"")]
    [InlineData("alg", "\"dir\"")]
    [InlineData("alg", null)]
    [InlineData("enc", "\"A128GCM\"")]
    [InlineData("enc", "\"none\"")]
    [InlineData("crit", "[\"exp\"]")]
    [InlineData("zip", "\"DEF\"")]
    [InlineData("kid", "\"another\"")]
    [InlineData("epk", null)]
    [InlineData("epk", "{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"AA\",\"y\":\"AA\"}")]
    [InlineData("apu", "7")]
    [InlineData("apv", "\"=\"")]
    public void A_header_other_than_ours_is_refused_though_the_seal_fits(string name, string? value) =>
        EncryptedToken.Decrypt(Reader, Sealed(name, value)).ShouldBeNull();

    [Fact]
    public void A_header_with_named_parties_is_read() =>
        EncryptedToken.Decrypt(Reader, Sealed("apu", "\"QWxpY2U\"", "Alice")).ShouldBe("half price");

    [Fact]
    public void A_point_that_is_not_on_the_curve_is_refused()
    {
        // With such points a sender could learn the reader's key bit by bit.
        var point = $$"""{"kty":"EC","crv":"P-256","x":"{{Zeros}}","y":"{{Zeros}}"}""";

        EncryptedToken.Decrypt(Reader, Sealed("epk", point)).ShouldBeNull();
    }

    [Fact]
    public void A_token_in_pieces_or_too_long_is_not_read()
    {
        var parts = EncryptedToken.Encrypt(Reader.Public, "half price").Split('.');
        string[] broken =
        [
            "", "....", string.Join('.', parts[..4]), $"{string.Join('.', parts)}.", $"{string.Join('.', parts)}=",
            $"{parts[0]}.AA.{parts[2]}.{parts[3]}.{parts[4]}", $"{parts[0]}..AA.{parts[3]}.{parts[4]}",
            $"{parts[0]}..{parts[2]}.{parts[3]}.{parts[4][..8]}", new('a', EncryptedToken.LengthMax + 1),
        ];

        broken.ShouldAllBe(token => EncryptedToken.Decrypt(Reader, token) == null);
    }

    static string Zeros => Base64Url.EncodeToString(new byte[32]);

    /// <summary>A text that is sealed as it should be, but for one member of its header.</summary>
    static string Sealed(string name, string? value, string sender = "")
    {
        var once = new DecryptionKey(DecryptionKey.NewPkcs8());
        var header = new JsonObject
        {
            ["alg"] = "ECDH-ES", ["enc"] = "A256GCM", ["kid"] = Reader.Public.Kid,
            ["epk"] = new JsonObject
            {
                ["kty"] = "EC", ["crv"] = "P-256", ["x"] = Base64Url.EncodeToString(once.Public.X),
                ["y"] = Base64Url.EncodeToString(once.Public.Y),
            },
        };
        header.Remove(name);
        if (value is not null)
            header[name] = JsonNode.Parse(value);
        var head = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header.ToJsonString()));
        var key = EncryptedToken.DerivedKey(
            once.AgreeWith(Reader.Public), "A256GCM", Encoding.ASCII.GetBytes(sender), [], 256);
        var (nonce, hidden, tag) = (RandomNumberGenerator.GetBytes(12), new byte[10], new byte[16]);
        using var cipher = new AesGcm(key, 16);
        cipher.Encrypt(nonce, "half price"u8, hidden, tag, Encoding.ASCII.GetBytes(head));
        return $"{head}..{Base64Url.EncodeToString(nonce)}.{Base64Url.EncodeToString(hidden)}."
            + Base64Url.EncodeToString(tag);
    }

    static DecryptionKey KeyOf(string x, string y, string d)
    {
        using var key = ECDiffieHellman.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256, D = Base64Url.DecodeFromChars(d),
            Q = new ECPoint { X = Base64Url.DecodeFromChars(x), Y = Base64Url.DecodeFromChars(y) },
        });
        return new DecryptionKey(key.ExportPkcs8PrivateKey());
    }
}
