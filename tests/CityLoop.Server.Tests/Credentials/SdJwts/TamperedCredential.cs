using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CityLoop.Server.Credentials.SdJwts;
using CityLoop.Server.Shared.Jose;

namespace CityLoop.Server.Tests.Credentials.SdJwts;

/// <summary>A presentation that is right but for what a test changes; the right keys sign it.</summary>
sealed class TamperedCredential
{
    public const string Issuer = "https://city.example/offices/social";
    public const string Vct = "https://city.example/credentials/low-income";
    public const string Audience = "the-pool";
    public const string Nonce = "n-0S6_WzA2Mj";
    public static readonly DateTimeOffset Now = new(2026, 11, 21, 9, 0, 0, TimeSpan.Zero);

    public static readonly SigningKey Office = NewKey();
    public static readonly SigningKey Holder = NewKey();
    public static readonly SigningKey Stranger = NewKey();
    public static readonly ExpectedCredential Expected = new(Issuer, Vct, [Office.Public]);

    public JsonObject Header { get; } = new() { ["alg"] = "ES256", ["typ"] = "dc+sd-jwt", ["kid"] = Office.Kid };

    public JsonObject Claims { get; }

    public List<string> Disclosures { get; }

    public JsonObject BindingHeader { get; } = new() { ["alg"] = "ES256", ["typ"] = "kb+jwt" };

    public JsonObject BindingClaims { get; } = new()
    {
        ["iat"] = Now.ToUnixTimeSeconds(), ["aud"] = Audience, ["nonce"] = Nonce,
    };

    public SigningKey SignedBy { get; set; } = Office;

    public SigningKey ShownBy { get; set; } = Holder;

    public TamperedCredential(string category = "\"3\"")
    {
        Disclosures = [Disclosed("category", category), Disclosed("until", "\"2027-06-30\"")];
        Claims = new JsonObject
        {
            ["iss"] = Issuer, ["vct"] = Vct, ["iat"] = Now.ToUnixTimeSeconds(),
            ["exp"] = Now.AddDays(30).ToUnixTimeSeconds(), ["_sd_alg"] = "sha-256",
            ["cnf"] = new JsonObject { ["jwk"] = JwkOf(Holder.Public) },
            ["_sd"] = new JsonArray([.. Disclosures.Select(text => (JsonNode)Disclosure.DigestOf(text))]),
        };
    }

    public JsonArray Digests => Claims["_sd"]!.AsArray();

    /// <summary>Adds a disclosure that the office has signed, too.</summary>
    public void Add(string disclosure)
    {
        Disclosures.Add(disclosure);
        Digests.Add(Disclosure.DigestOf(disclosure));
    }

    public override string ToString()
    {
        var shown = $"{Signed(Header, Claims, SignedBy)}~{string.Concat(Disclosures.Select(text => text + "~"))}";
        var binding = BindingClaims.DeepClone().AsObject();
        // The holder's word is over what is shown, unless a test says otherwise.
        binding.TryAdd("sd_hash", Disclosure.DigestOf(shown));
        return shown + Signed(BindingHeader, binding, ShownBy);
    }

    public static string Disclosed(string name, string value) =>
        Part($"[\"c2FsdHNhbHRzYWx0c2FsdA\",\"{name}\",{value}]");

    public static string Part(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));

    public static JsonElement Json(string json) => JsonDocument.Parse(json).RootElement;

    public static SigningKey NewKey() =>
        new(SigningKey.NewPkcs8(), DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue);

    public static JsonObject JwkOf(PublicKey key) => new()
    {
        ["kty"] = "EC", ["crv"] = "P-256", ["x"] = Base64Url.EncodeToString(key.X),
        ["y"] = Base64Url.EncodeToString(key.Y), ["kid"] = key.Kid,
    };

    static string Signed(JsonObject header, JsonObject claims, SigningKey key)
    {
        var text = $"{Part(header.ToJsonString())}.{Part(claims.ToJsonString())}";
        return $"{text}.{Base64Url.EncodeToString(key.Sign(Encoding.ASCII.GetBytes(text)))}";
    }
}
