using CityLoop.Ledger.Seals;

namespace CityLoop.Ledger.Tests.Seals;

/// <summary>Notes and keys as other programs write them; the signatures themselves are the server's tests.</summary>
public sealed class SignedNoteTests
{
    /// <summary>From the documentation of Go's own notes.</summary>
    const string PeterNeumann = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

    /// <summary>From the C2SP's own text on checkpoints and countersignatures.</summary>
    const string Cosigned =
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
        + "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1g"
        + "GzGku9nTo+zyWE+xeMcTOAYQ8=\n"
        + "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyi"
        + "n1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";

    [Fact]
    public void A_key_of_another_program_is_read_and_written_the_same()
    {
        var key = NoteKey.Parse(PeterNeumann).ShouldNotBeNull();

        (key.Name, key.Type, key.Id).ShouldBe(("PeterNeumann", NoteKey.Log, 0xc74f20a3u));
        key.ToString().ShouldBe(PeterNeumann);
    }

    [Theory]
    [InlineData("")]
    [InlineData("PeterNeumann")]
    [InlineData("PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")]
    [InlineData("PeterNeumenn+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")]
    [InlineData("PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")]
    [InlineData("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10")]
    [InlineData("Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")]
    public void What_is_not_a_key_is_not_taken_for_one(string text) => NoteKey.Parse(text).ShouldBeNull();

    [Fact]
    public void A_note_of_another_program_is_read_and_written_the_same()
    {
        var note = SignedNote.Parse(Cosigned).ShouldNotBeNull();
        var says = Checkpoint.Parse(note.Text).ShouldNotBeNull();

        (says.Origin, says.Size).ShouldBe(("example.com/behind-the-sofa", 20_852_163));
        note.Signatures.Select(s => s.Name).ShouldBe(["example.com/behind-the-sofa", "witness.example.com/w1"]);
        note.Signatures[1].Signature.Length.ShouldBe(72);
        note.ToString().ShouldBe(Cosigned);
    }

    [Theory]
    [InlineData("city.example\n7\nAAAA\n\n— a AAAAAAA=\n")] // no hash
    [InlineData("city.example\n07\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— a AAAAAAA=\n")]
    [InlineData("city.example\n+7\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— a AAAAAAA=\n")]
    [InlineData("city.example\n-7\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— a AAAAAAA=\n")]
    [InlineData("city.example\n7\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\nmore\n\n— a AAAAAAA=\n")]
    [InlineData("\n7\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— a AAAAAAA=\n")]
    public void A_note_that_says_anything_else_is_no_seal(string note) =>
        Checkpoint.Parse(SignedNote.Parse(note).ShouldNotBeNull().Text).ShouldBeNull();

    [Theory]
    [InlineData("")]
    [InlineData("text\n")]
    [InlineData("text\n\n")]
    [InlineData("text\n\n— a AAAAAAA=")]
    [InlineData("text\n\n- a AAAAAAA=\n")]
    [InlineData("text\n\n— a b AAAAAAA=\n")]
    [InlineData("text\n\n— a AAAA\n")] // a number without a signature
    [InlineData("text\n\n— a AAAAAAB=\n")] // not how anybody writes these bytes
    [InlineData("te\u0007xt\n\n— a AAAAAAA=\n")]
    public void What_is_not_a_note_is_not_taken_for_one(string note) => SignedNote.Parse(note).ShouldBeNull();

    [Fact]
    public void A_note_counts_only_when_every_line_of_the_key_is_true()
    {
        var key = NoteKey.Parse(PeterNeumann)!;
        NoteSignature Line(byte first) => new(key.Name, key.Id, [first, .. new byte[63]]);
        // Stands in for Ed25519: a signature that begins with 1 is true.
        bool Verify(byte[] publicKey, byte[] message, byte[] signature) => signature[0] == 1;
        bool IsSigned(params NoteSignature[] lines) => new SignedNote("text\n", lines).IsSignedBy(key, Verify);

        IsSigned(Line(1)).ShouldBeTrue();
        IsSigned(Line(1) with { Name = "other" }, Line(1)).ShouldBeTrue();
        IsSigned(Line(0)).ShouldBeFalse();
        IsSigned(Line(1), Line(0)).ShouldBeFalse();
        IsSigned(Line(1) with { Name = "other" }).ShouldBeFalse();
        IsSigned(Line(1) with { KeyId = 1 }).ShouldBeFalse();
    }

    [Fact]
    public void A_countersignature_is_that_of_this_witness_alone_and_has_its_one_form()
    {
        var witness = new NoteKey("witness.example/w1", NoteKey.Witness, new byte[32]);
        var line = new Countersignature(witness, 1_700_000_000, new byte[64]).ToLine();
        // Whatever is signed is true here: what is refused is refused for its form.
        Countersignature? Read(NoteSignature from, NoteKey? key = null) =>
            Countersignature.Verified(from, key ?? witness, "text\n", (_, _, _) => true);

        Read(line).ShouldNotBeNull().Timestamp.ShouldBe(1_700_000_000);
        Read(line with { Name = "witness.example/w2" }).ShouldBeNull();
        Read(line with { KeyId = line.KeyId + 1 }).ShouldBeNull();
        Read(line with { Signature = line.Signature[..^1] }).ShouldBeNull();
        Read(line with { Signature = [.. line.Signature, 0] }).ShouldBeNull();
        Read(line with { Signature = [0xFF, .. line.Signature[1..]] }).ShouldBeNull();
        var log = witness with { Type = NoteKey.Log };
        Read(line with { KeyId = log.Id }, log).ShouldBeNull();
        Countersignature.Verified(line, witness, "text\n", (_, _, _) => false).ShouldBeNull();
    }
}
