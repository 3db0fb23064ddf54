using System.Text.Json;
using CityLoop.Server.Credentials.SdJwts;
using CityLoop.Server.Shared.Jose;
using static CityLoop.Server.Tests.Credentials.SdJwts.TamperedCredential;

namespace CityLoop.Server.Tests.Credentials;

/// <summary>What the city writes is read by libraries that others wrote, and the other way round.</summary>
public sealed class OtherLibrariesTests
{
    static readonly Uri List = new($"{Issuer}/status/1");

    [Fact]
    public async Task A_library_of_others_reads_what_the_city_shows()
    {
        var presentation = SdJwt.Present(Issued(), ["category"], Holder, Audience, Nonce, Now);

        var read = await ReadAsync(presentation, StatusList.Write(Office, List, [8], Now, TimeSpan.FromHours(1)));

        var fields = read.GetProperty("fields");
        fields.GetProperty("category").GetInt32().ShouldBe(3);
        fields.GetProperty("iss").GetString().ShouldBe(Issuer);
        fields.GetProperty("vct").GetString().ShouldBe(Vct);
        fields.TryGetProperty("until", out _).ShouldBeFalse("nobody asked for it");
        read.GetProperty("audience").GetString().ShouldBe(Audience);
        read.GetProperty("typ").GetString().ShouldBe("dc+sd-jwt");
    }

    [Fact]
    public async Task A_library_of_others_refuses_what_it_must()
    {
        var sdJwt = Issued();
        var list = StatusList.Write(Office, List, [], Now, TimeSpan.FromHours(1));
        var good = SdJwt.Present(sdJwt, ["category"], Holder, Audience, Nonce, Now);
        var parts = SdJwtParts.Read(good)!;
        var more = SdJwtParts.Read(sdJwt)!.Disclosures.First(text => !parts.Disclosures.Contains(text));
        Dictionary<string, (string Presentation, string? List)> cases = new()
        {
            ["taken back"] = (good, StatusList.Write(Office, List, [7], Now, TimeSpan.FromHours(1))),
            ["a stranger's list"] = (good, StatusList.Write(Stranger, List, [], Now, TimeSpan.FromHours(1))),
            ["another holder"] = (SdJwt.Present(sdJwt, ["category"], Stranger, Audience, Nonce, Now), list),
            ["another question"] = (SdJwt.Present(sdJwt, ["category"], Holder, Audience, "old", Now), list),
            ["more than the holder showed"] = ($"{parts.Presented}{more}~{parts.KeyBinding}", list),
        };

        foreach (var (what, (presentation, status)) in cases)
            (await ReadAsync(presentation, status)).TryGetProperty("refused", out _).ShouldBeTrue(what);
    }

    [Fact]
    public async Task The_city_reads_what_a_library_of_others_has_issued_and_shown()
    {
        var made = await CredentialProgram.RunAsync("make-credential.mjs", new
        {
            issuer = Issuer, vct = Vct, audience = Audience, nonce = Nonce, iat = Now.ToUnixTimeSeconds(),
        });
        string Text(string name) => made.GetProperty(name).GetString()!;
        var expected = new ExpectedCredential(Issuer, Vct, [PublicKey.Read(made.GetProperty("key"))!]);

        var (shown, refusal) = SdJwt.Verify(Text("presentation"), expected, Audience, Nonce, Now);
        var (whole, ofWhole) = SdJwt.VerifyIssued(Text("issued"), expected, Now);

        refusal.ShouldBe(SdJwtRefusal.None);
        shown!.Fields.ShouldHaveSingleItem().Value.GetInt32().ShouldBe(3);
        shown.AlwaysShown.ShouldBeEmpty();
        shown.Status.ShouldBe(new StatusPlace(List, 7));
        StatusList.Check(Text("good"), shown.Status!, expected.Keys, Now).ShouldBe(SdJwtRefusal.None);
        StatusList.Check(Text("revoked"), shown.Status!, expected.Keys, Now).ShouldBe(SdJwtRefusal.Revoked);
        ofWhole.ShouldBe(SdJwtRefusal.None);
        whole!.Fields.Keys.ShouldBe(["category", "until"], ignoreOrder: true);
    }

    [Fact]
    public async Task What_the_city_seals_is_opened_by_others_and_the_other_way_round()
    {
        var pkcs8 = DecryptionKey.NewPkcs8();
        var reader = new DecryptionKey(pkcs8);
        const string text = "低收入戶，第三類";

        var made = await CredentialProgram.RunAsync("sealed.mjs", new
        {
            token = EncryptedToken.Encrypt(reader.Public, text, "json"), pkcs8 = Convert.ToBase64String(pkcs8),
            jwk = JwkOf(reader.Public), text,
        });

        string Text(string name) => made.GetProperty(name).GetString()!;
        Text("opened").ShouldBe(text);
        Text("cty").ShouldBe("json");
        EncryptedToken.Decrypt(reader, Text("sealed")).ShouldBe(text);
        EncryptedToken.Decrypt(reader, Text("withParties")).ShouldBe(text);
        EncryptedToken.Decrypt(reader, Text("other")).ShouldBeNull("we said A256GCM");
        EncryptedToken.Decrypt(reader, Text("wrapped")).ShouldBeNull("we said ECDH-ES");
    }

    static Task<JsonElement> ReadAsync(string presentation, string? statusList) =>
        CredentialProgram.RunAsync("read-credential.mjs", new
        {
            presentation, statusList, keys = new[] { JwkOf(Office.Public) }, nonce = Nonce,
            currentDate = Now.ToUnixTimeSeconds(),
        });

    static string Issued() => SdJwt.Issue(Office, new SdJwtContent
    {
        Issuer = Issuer, Type = Vct, IssuedAt = Now, Until = Now.AddDays(30), Holder = Holder.Public,
        Status = new StatusPlace(List, 7), Decoys = 2,
        Fields = [new("category", Json("3")), new("until", Json("\"2027-06-30\""))],
    });
}
