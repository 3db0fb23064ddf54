using System.Buffers.Text;
using System.IO.Compression;
using CityLoop.Server.Credentials.SdJwts;
using CityLoop.Server.Shared.Jose;
using static CityLoop.Server.Tests.Credentials.SdJwts.TamperedCredential;

namespace CityLoop.Server.Tests.Credentials.SdJwts;

/// <summary>What offices have taken back.</summary>
public sealed class StatusListTests
{
    static readonly Uri List = new("https://city.example/offices/social/status/1");
    static readonly TimeSpan Fresh = TimeSpan.FromMinutes(5);

    [Fact]
    public void What_was_taken_back_is_seen_and_its_neighbours_hold()
    {
        int[] revoked = [0, 9, 4_711, StatusList.Places - 1];
        var token = StatusList.Write(Office, List, revoked, Now, Fresh);

        foreach (var place in revoked)
            Check(token, place).ShouldBe(SdJwtRefusal.Revoked, $"{place}");
        foreach (var place in (int[])[1, 8, 10, 4_710, 4_712, StatusList.Places - 2])
            Check(token, place).ShouldBe(SdJwtRefusal.None, $"{place}");
    }

    [Fact]
    public void The_standards_example_is_read_as_the_standard_says()
    {
        // Token Status List, 4.1: sixteen places of one bit.
        int[] set = [0, 3, 4, 5, 7, 8, 9, 13, 15];
        var token = Token("eNrbuRgAAhcBXQ");

        for (var place = 0; place < 16; place++)
            Check(token, place).ShouldBe(
                set.Contains(place) ? SdJwtRefusal.Revoked : SdJwtRefusal.None, $"{place}");
        Check(token, 16).ShouldBe(SdJwtRefusal.StatusUnknown, "it is beyond the list's end");
    }

    [Fact]
    public void A_list_that_is_not_the_offices_own_fresh_one_says_nothing()
    {
        var good = StatusList.Write(Office, List, [], Now, Fresh);
        string?[] unknown =
        [
            null, "", "a.b.c", good[..^8], StatusList.Write(Stranger, List, [], Now, Fresh),
            StatusList.Write(Office, new Uri("https://city.example/offices/social/status/2"), [], Now, Fresh),
            StatusList.Write(Office, List, [], Now.AddHours(1), Fresh),
            StatusList.Write(Office, List, [], Now - Fresh, Fresh), Token("eNrbuRgAAhcBXQ", bits: 2),
            Token("bm90IHpsaWI"), Token(Bomb()), Token("eNrbuRgAAhcBXQ", type: "JWT"),
        ];

        unknown.ShouldAllBe(token => Check(token, 1) == SdJwtRefusal.StatusUnknown);
        Check(good, 1).ShouldBe(SdJwtRefusal.None);
    }

    static SdJwtRefusal Check(string? token, int place) =>
        StatusList.Check(token, new StatusPlace(List, place), [Office.Public], Now);

    static string Token(string lst, int bits = 1, string type = StatusList.TokenType) =>
        SignedToken.Write(Office, type, claims =>
        {
            claims.WriteString("sub", List.AbsoluteUri);
            claims.WriteNumber("iat", Now.ToUnixTimeSeconds());
            claims.WriteStartObject("status_list");
            claims.WriteNumber("bits", bits);
            claims.WriteString("lst", lst);
            claims.WriteEndObject();
        });

    /// <summary>Some kilobytes that unpack to more than anybody wants to hold.</summary>
    static string Bomb()
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal))
            zlib.Write(new byte[64_000_000]);
        return Base64Url.EncodeToString(packed.ToArray());
    }
}
