using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using CityLoop.Ledger.Seals;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;
using CityLoop.Server.Ledger.Seals;
using CityLoop.Server.Proofs;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Merchants;

namespace CityLoop.Server.Tests.Proofs;

/// <summary>A witness that stands in the city's pack countersigns its seals.</summary>
public sealed class CountersignSealTests : IAsyncLifetime
{
    const string Name = "witness.example/w1";
    static readonly byte[] Seed = SHA256.HashData("a witness of this test"u8);
    static readonly NoteKey Key = new(Name, NoteKey.Witness, Ed25519.PublicOf(Seed));

    readonly string _pack = Directory.CreateTempSubdirectory("cityloop-witness-").FullName;
    TestCity _city = null!;

    public async ValueTask InitializeAsync()
    {
        foreach (var file in Directory.GetFiles(CityCapability.DefaultFolder, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(_pack, Path.GetRelativePath(CityCapability.DefaultFolder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        var json = Path.Combine(_pack, "city.json");
        const string origin = "\"origin\": \"taichung.example/journal\"";
        var text = await File.ReadAllTextAsync(json);
        text.ShouldContain(origin);
        await File.WriteAllTextAsync(json, text.Replace(origin, $"{origin}, \"witnesses\": [\"{Key}\"]"));
        _city = new TestCity { CityFolder = _pack };
        await _city.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _city.DisposeAsync();
        Directory.Delete(_pack, recursive: true);
    }

    [Fact]
    public async Task Its_saidword_is_published_under_the_seal_and_a_false_one_is_refused()
    {
        await _city.GiveAsync(Cast.LinMeiling, 10);
        await _city.Get<CityLedger>().SealAsync(default);
        var seal = (await SealStore.NewestAsync(_city.Database, default))!;
        using var witness = _city.Visit();
        Task<HttpResponseMessage> SendAsync(string line) => witness.PostAsJsonAsync(
            $"/api/v1/ledger/seals/{seal.Size}/countersignatures", new { line });
        var ahead = TestClock.Start.AddHours(1).ToUnixTimeSeconds();

        foreach (var wrong in new[]
        {
            "", "\u2014 ", $"\u2014 {Name} AAAA", new string('A', 100_000),
            ProofsTests.LineOf(seal, Seed, Name)[..^4] + "AAA=",
            Forged(seal), Longer(ProofsTests.LineOf(seal, Seed, Name)),
            ProofsTests.LineOf(seal, Seed, Name, text: "another text\n"),
            ProofsTests.LineOf(seal, Seed, Name, at: ahead),
        })
            (await (await SendAsync(wrong)).ProblemCodeAsync(HttpStatusCode.BadRequest))
                .ShouldBe("countersignature_not_valid");
        (await (await SendAsync(null!)).ProblemCodeAsync(HttpStatusCode.BadRequest)).ShouldBe("field_not_valid");
        var line = ProofsTests.LineOf(seal, Seed, Name);
        (await SendAsync(line)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await SendAsync(line)).StatusCode.ShouldBe(HttpStatusCode.OK);

        var text = await witness.GetStringAsync($"/api/v1/ledger/checkpoints/{seal.Size}");
        text.ShouldBe(seal.Note + line + "\n");
        SignedNote.Parse(text)!.Signatures.Count.ShouldBe(2);
        (await witness.GetStringAsync("/books/seals")).ShouldContain(Name);
        await CheckFindsAFalseWordAsync(seal);
    }

    /// <summary>The name and the number of the witness's key, and somebody else's signature.</summary>
    static string Forged(Seal seal)
    {
        var time = TestClock.Start.ToUnixTimeSeconds();
        var message = Countersignature.MessageOf(time, SignedNote.Parse(seal.Note)!.Text);
        var signature = Ed25519.Sign(SHA256.HashData("somebody else"u8), message);
        return new Countersignature(Key, time, signature).ToLine().ToString();
    }

    /// <summary>A true word with a byte more behind it: taken, it would stand in every note of this seal.</summary>
    static string Longer(string line)
    {
        var said = NoteSignature.Parse(line)!;
        return (said with { Signature = [.. said.Signature, 0] }).ToString();
    }

    async Task CheckFindsAFalseWordAsync(Seal seal)
    {
        var key = NoteKey.Parse((await SealKey.KnownAsync(_city.Database, default))!);
        var check = () => new JournalCheck(_city.Database, key, [Key], null).RunAsync(_ => { }, default);
        (await check()).Findings.ShouldBeEmpty();
        await using (var command = _city.Database.CreateCommand("update ledger.countersignature set line = $1"))
        {
            command.Parameters.AddWithValue(ProofsTests.LineOf(seal, Seed, Name, text: "another text\n"));
            await command.ExecuteNonQueryAsync();
        }

        (await check()).Findings.Single().Code.ShouldBe("countersignature_wrong");
    }
}
