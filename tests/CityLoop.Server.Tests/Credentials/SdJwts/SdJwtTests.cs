using System.Text.Json.Nodes;
using CityLoop.Server.Credentials.SdJwts;
using static CityLoop.Server.Tests.Credentials.SdJwts.TamperedCredential;

namespace CityLoop.Server.Tests.Credentials.SdJwts;

/// <summary>Credentials: what is shown, what is kept back, and what is not believed.</summary>
public sealed class SdJwtTests
{
    [Fact]
    public void Only_the_asked_fields_are_shown()
    {
        var sdJwt = Issued();

        var presentation = SdJwt.Present(sdJwt, ["category", "unheard-of"], Holder, Audience, Nonce, Now);

        var (shown, refusal) = SdJwt.Verify(presentation, Expected, Audience, Nonce, Now);
        refusal.ShouldBe(SdJwtRefusal.None);
        shown!.Fields.ShouldHaveSingleItem().Value.GetInt32().ShouldBe(3);
        shown.AlwaysShown.ShouldBeEmpty();
        shown.Until.ShouldBe(Now.AddDays(30));
        shown.Holder.IsSameAs(Holder.Public).ShouldBeTrue();
        shown.Status.ShouldBe(new StatusPlace(new Uri("https://city.example/offices/social/status/1"), 4_711));
    }

    [Fact]
    public void An_office_signs_nothing_that_tells_what_is_kept_back()
    {
        var (one, other) = (Issued(decoys: 3), Issued(decoys: 3));

        var claims = JsonNode.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(one.Split('.')[1]))!;
        claims["_sd"]!.AsArray().Count.ShouldBe(5, "two fields and three that hide how many there are");
        claims["_sd"]!.AsArray().Select(d => d!.GetValue<string>()).ShouldBeInOrder();
        claims.ToJsonString().ShouldNotContain("category");
        SdJwtParts.Read(one)!.Disclosures.ShouldAllBe(text => !other.Contains(text), "each has a salt of its own");
        SdJwt.VerifyIssued(one, Expected, Now).Credential!.Fields.Count.ShouldBe(2);
    }

    [Fact]
    public void A_field_that_the_office_leaves_open_is_told_apart()
    {
        var credential = new TamperedCredential { Claims = { ["sub"] = "somebody" } };

        var shown = SdJwt.Verify(credential.ToString(), Expected, Audience, Nonce, Now).Credential!;

        shown.AlwaysShown.ShouldBe(["sub"]);
        shown.Fields.Count.ShouldBe(3);
    }

    [Theory, MemberData(nameof(Broken))]
    public void What_breaks_a_rule_is_refused_by_its_name(string what, string presentation, string refusal)
    {
        var (credential, found) = SdJwt.Verify(presentation, Expected, Audience, Nonce, Now);

        found.ToString().ShouldBe(refusal, what);
        credential.ShouldBeNull();
    }

    [Fact]
    public void Every_refusal_has_a_case()
    {
        // The last two are the status list's own.
        SdJwtRefusal[] elsewhere = [SdJwtRefusal.None, SdJwtRefusal.Revoked];

        Broken().Select(row => row.Data.Item3).Distinct().Order().ShouldBe(
            Enum.GetValues<SdJwtRefusal>().Except(elsewhere).Select(refusal => refusal.ToString()).Order());
    }

    [Fact]
    public void A_credential_that_was_changed_anywhere_is_not_believed()
    {
        var whole = new TamperedCredential().ToString();
        SdJwt.Verify(whole, Expected, Audience, Nonce, Now).Refusal.ShouldBe(SdJwtRefusal.None);
        for (var i = 0; i < whole.Length; i++)
            foreach (var other in "AB_~.".Where(other => other != whole[i]))
                SdJwt.Verify(whole[..i] + other + whole[(i + 1)..], Expected, Audience, Nonce, Now)
                    .Refusal.ShouldNotBe(SdJwtRefusal.None, $"letter {i}: {other}");
    }

    public static IEnumerable<TheoryDataRow<string, string, string>> Broken()
    {
        static TheoryDataRow<string, string, string> Row(
            string what, SdJwtRefusal refusal, Action<TamperedCredential> change)
        {
            var credential = new TamperedCredential();
            change(credential);
            return new(what, credential.ToString(), refusal.ToString());
        }

        static TheoryDataRow<string, string, string> Text(
            string what, SdJwtRefusal refusal, Func<string, string> change) => new(
                what, change(new TamperedCredential().ToString()), refusal.ToString());

        yield return Text("nothing", SdJwtRefusal.NotWellFormed, _ => "");
        yield return Text("tildes only", SdJwtRefusal.NotWellFormed, _ => "~~~");
        yield return Text("an empty disclosure", SdJwtRefusal.NotWellFormed, text => text.Replace("~", "~~"));
        yield return Text("too long", SdJwtRefusal.NotWellFormed, text => text + new string('a', SdJwt.LengthMax));
        yield return Text("too many parts", SdJwtRefusal.NotWellFormed,
            text => text.Replace("~", string.Concat(Enumerable.Repeat("~YQ", SdJwt.DisclosuresMax)) + "~"));
        yield return Text("no binding", SdJwtRefusal.KeyBindingMissing, text => text[..(text.LastIndexOf('~') + 1)]);
        foreach (var row in BrokenSignatures())
            yield return Row(row.What, row.Refusal, row.Change);
        foreach (var row in BrokenFields())
            yield return Row(row.What, row.Refusal, row.Change);
        foreach (var row in BrokenTimesAndBindings())
            yield return Row(row.What, row.Refusal, row.Change);
    }

    static IEnumerable<(string What, SdJwtRefusal Refusal, Action<TamperedCredential> Change)> BrokenSignatures() =>
    [
        ("a plain token", SdJwtRefusal.NotACredential, it => it.Header["typ"] = "JWT"),
        ("no kind", SdJwtRefusal.NotACredential, it => it.Header.Remove("typ")),
        ("alg none", SdJwtRefusal.NotACredential, it => it.Header["alg"] = "none"),
        ("alg of secrets", SdJwtRefusal.NotACredential, it => it.Header["alg"] = "HS256"),
        ("an extension", SdJwtRefusal.NotACredential, it => it.Header["crit"] = new JsonArray("b64")),
        ("a stranger's key", SdJwtRefusal.NotSignedByIssuer, it => it.SignedBy = Stranger),
        ("an unknown key", SdJwtRefusal.NotSignedByIssuer, it => it.Header["kid"] = Stranger.Kid),
        ("another office", SdJwtRefusal.OtherIssuer, it => it.Claims["iss"] = "https://evil.example"),
        ("no office", SdJwtRefusal.OtherIssuer, it => it.Claims.Remove("iss")),
        ("another type", SdJwtRefusal.OtherType, it => it.Claims["vct"] = Vct + "/"),
        ("no type", SdJwtRefusal.OtherType, it => it.Claims.Remove("vct")),
    ];

    static IEnumerable<(string What, SdJwtRefusal Refusal, Action<TamperedCredential> Change)> BrokenFields() =>
    [
        ("another digest", SdJwtRefusal.OtherDigest, it => it.Claims["_sd_alg"] = "sha-512"),
        ("digest unread", SdJwtRefusal.OtherDigest, it => it.Claims["_sd_alg"] = 256),
        ("a digest twice", SdJwtRefusal.DigestTwice, it => it.Digests.Add(it.Digests[0]!.DeepClone())),
        ("no digest", SdJwtRefusal.DigestTwice, it => it.Digests.Add(7)),
        ("digests in no list", SdJwtRefusal.DigestTwice, it => it.Claims["_sd"] = "x"),
        ("no JSON", SdJwtRefusal.DisclosureNotWellFormed, it => it.Add(Part("oops"))),
        ("no base64url", SdJwtRefusal.DisclosureNotWellFormed, it => it.Add("====")),
        ("two parts", SdJwtRefusal.DisclosureNotWellFormed, it => it.Add(Part("[\"salt\",\"value\"]"))),
        ("a name of no text", SdJwtRefusal.DisclosureNotWellFormed, it => it.Add(Part("[\"salt\",1,2]"))),
        ("half a letter", SdJwtRefusal.DisclosureNotWellFormed, it => it.Add(Part("[\"s\",\"\\ud800\",2]"))),
        ("a field of digests", SdJwtRefusal.FieldNameReserved, it => it.Add(Disclosed("_sd", "[]"))),
        ("dots", SdJwtRefusal.FieldNameReserved, it => it.Add(Disclosed("...", "\"x\""))),
        ("a hidden end", SdJwtRefusal.FieldNameReserved, it => it.Add(Disclosed("exp", "9999999999"))),
        ("a hidden key", SdJwtRefusal.FieldNameReserved, it => it.Add(Disclosed("cnf", "{}"))),
        ("digests inside", SdJwtRefusal.FieldNameReserved, it => it.Add(Disclosed("home", "{\"_sd\":[]}"))),
        ("dots inside", SdJwtRefusal.FieldNameReserved, it => it.Add(Disclosed("tags", "[{\"...\":\"x\"}]"))),
        ("dots in the open", SdJwtRefusal.FieldNameReserved, it => it.Claims["..."] = "x"),
        ("not signed", SdJwtRefusal.DisclosureNotSigned, it => it.Disclosures.Add(Disclosed("category", "\"0\""))),
        ("shown twice", SdJwtRefusal.FieldTwice, it => it.Disclosures.Add(it.Disclosures[0])),
        ("two of a name", SdJwtRefusal.FieldTwice, it => it.Add(Disclosed("category", "\"0\""))),
        ("open and hidden", SdJwtRefusal.FieldTwice, it => it.Claims["category"] = "0"),
    ];

    static IEnumerable<(string What, SdJwtRefusal Refusal, Action<TamperedCredential> Change)> BrokenTimesAndBindings()
    {
        var soon = Now.AddMinutes(2).ToUnixTimeSeconds();
        var past = Now.AddMinutes(-6).ToUnixTimeSeconds();
        return
        [
            ("from tomorrow", SdJwtRefusal.NotYetValid, it => it.Claims["nbf"] = soon),
            ("from someday", SdJwtRefusal.NotYetValid, it => it.Claims["nbf"] = "soon"),
            ("signed tomorrow", SdJwtRefusal.NotYetValid, it => it.Claims["iat"] = soon),
            ("ended", SdJwtRefusal.Expired, it => it.Claims["exp"] = past),
            ("for ever", SdJwtRefusal.Expired, it => it.Claims.Remove("exp")),
            ("nobody's", SdJwtRefusal.HolderKeyMissing, it => it.Claims.Remove("cnf")),
            ("a key by name", SdJwtRefusal.HolderKeyMissing, it => it.Claims["cnf"] = new JsonObject { ["kid"] = "k" }),
            ("an unread list", SdJwtRefusal.StatusUnknown, it => it.Claims["status"] = new JsonObject()),
            ("another holder", SdJwtRefusal.NotSignedByHolder, it => it.ShownBy = Stranger),
            ("no binding's kind", SdJwtRefusal.NotSignedByHolder, it => it.BindingHeader["typ"] = "JWT"),
            ("binding unsigned", SdJwtRefusal.NotSignedByHolder, it => it.BindingHeader["alg"] = "none"),
            ("another reader", SdJwtRefusal.OtherAudience, it => it.BindingClaims["aud"] = "the-library"),
            ("two readers", SdJwtRefusal.OtherAudience, it => it.BindingClaims["aud"] = new JsonArray(Audience)),
            ("shown again", SdJwtRefusal.OtherNonce, it => it.BindingClaims["nonce"] = "yesterday's"),
            ("no nonce", SdJwtRefusal.OtherNonce, it => it.BindingClaims.Remove("nonce")),
            ("an old proof", SdJwtRefusal.NotFresh, it => it.BindingClaims["iat"] = past),
            ("tomorrow's proof", SdJwtRefusal.NotFresh, it => it.BindingClaims["iat"] = soon),
            ("an ended proof", SdJwtRefusal.NotFresh, it => it.BindingClaims["exp"] = past),
            ("no instant", SdJwtRefusal.NotFresh, it => it.BindingClaims.Remove("iat")),
            ("for less", SdJwtRefusal.OtherDisclosures, it => it.BindingClaims["sd_hash"] = "x"),
        ];
    }

    static string Issued(int decoys = 0) => SdJwt.Issue(Office, new SdJwtContent
    {
        Issuer = Issuer, Type = Vct, IssuedAt = Now, Until = Now.AddDays(30), Holder = Holder.Public,
        Status = new StatusPlace(new Uri("https://city.example/offices/social/status/1"), 4_711),
        Fields = [new("category", Json("3")), new("until", Json("\"2027-06-30\""))], Decoys = decoys,
    });
}
