using System.Diagnostics;
using System.Text;
using CityLoop.Ledger.Seals;
using CityLoop.Server.Ledger.Seals;

namespace CityLoop.Server.Tests.Ledger.Seals;

public sealed class Ed25519Tests
{
    /// <summary>RFC 8032, section 7.1, tests 1 to 3.</summary>
    [Theory]
    [InlineData("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
        + "d25bf5f0595bbe24655141438e7a100b")]
    [InlineData("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
        + "387b2eaeb4302aeeb00d291612bb0c00")]
    [InlineData("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
        + "4a7c15e9716ed28dc027beceea1ec40a")]
    public void A_signature_is_the_one_of_the_standard(string seed, string key, string message, string signature)
    {
        byte[] Bytes(string text) => Convert.FromHexString(text);

        Convert.ToHexStringLower(Ed25519.PublicOf(Bytes(seed))).ShouldBe(key);
        Convert.ToHexStringLower(Ed25519.Sign(Bytes(seed), Bytes(message))).ShouldBe(signature);
        Ed25519.Verify(Bytes(key), Bytes(message), Bytes(signature)).ShouldBeTrue();
        Ed25519.Verify(Bytes(key), [.. Bytes(message), 1], Bytes(signature)).ShouldBeFalse();
        Ed25519.Verify(Bytes(key), Bytes(message), [.. Bytes(signature)[..63], 1]).ShouldBeFalse();
        Ed25519.Verify(Bytes(key)[1..], Bytes(message), Bytes(signature)).ShouldBeFalse();
        Ed25519.Verify(new byte[32], Bytes(message), Bytes(signature)).ShouldBeFalse();
    }

    /// <summary>The example in the documentation of Go's signed notes.</summary>
    [Fact]
    public void A_note_that_another_program_has_signed_is_believed()
    {
        var key = NoteKey.Parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")!;
        var note = SignedNote.Parse(
            "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
            + "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJ"
            + "nAM=\n")!;

        note.IsSignedBy(key, Ed25519.Verify).ShouldBeTrue();
        (note with { Text = note.Text.Replace("don't", "do") }).IsSignedBy(key, Ed25519.Verify).ShouldBeFalse();
    }

    [Fact]
    public async Task The_openssl_program_believes_what_is_signed_here()
    {
        var folder = Directory.CreateTempSubdirectory("cityloop-openssl-").FullName;
        try
        {
            var seed = SHA256Of("a seed for this test");
            var message = Encoding.UTF8.GetBytes("taichung.example/journal\n7\nAAAA\n");
            // RFC 8410: twelve bytes say "an Ed25519 key", the key follows.
            byte[] key = [.. Convert.FromHexString("302a300506032b6570032100"), .. Ed25519.PublicOf(seed)];
            await File.WriteAllBytesAsync(Path.Combine(folder, "key"), key);
            await File.WriteAllBytesAsync(Path.Combine(folder, "message"), message);
            await File.WriteAllBytesAsync(Path.Combine(folder, "signature"), Ed25519.Sign(seed, message));

            (await OpenSslAsync(folder)).ShouldContain("Verified Successfully");

            await File.WriteAllBytesAsync(Path.Combine(folder, "message"), [.. message, 1]);
            (await OpenSslAsync(folder)).ShouldContain("Verification Failure");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    static byte[] SHA256Of(string text) => System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(text));

    static async Task<string> OpenSslAsync(string folder)
    {
        var start = new ProcessStartInfo("openssl", ["pkeyutl", "-verify", "-pubin", "-inkey", "key", "-keyform", "DER",
            "-rawin", "-in", "message", "-sigfile", "signature"])
        {
            WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var openssl = Process.Start(start)!;
        var said = await openssl.StandardOutput.ReadToEndAsync() + await openssl.StandardError.ReadToEndAsync();
        await openssl.WaitForExitAsync();
        return said;
    }
}
