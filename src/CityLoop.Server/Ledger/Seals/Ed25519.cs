using System.Runtime.InteropServices;

namespace CityLoop.Server.Ledger.Seals;

/// <summary>
/// Ed25519 signatures (RFC 8032) by the OpenSSL that .NET itself stands on: the framework has no class for them yet.
/// docs/decisions/0040-seals.md says what takes the place of this file.
/// </summary>
static class Ed25519
{
    public const int SeedBytes = 32, PublicBytes = 32, SignatureBytes = 64;

    const string Library = "libcrypto.so.3";

    /// <summary>OpenSSL's number of the algorithm: EVP_PKEY_ED25519.</summary>
    const int Algorithm = 1087;

    /// <summary>The public half of a key.</summary>
    public static byte[] PublicOf(byte[] seed)
    {
        using var key = PrivateKey(seed);
        var bytes = new byte[PublicBytes];
        nuint length = PublicBytes;
        Must(EVP_PKEY_get_raw_public_key(key, bytes, ref length));
        return bytes;
    }

    /// <summary>Signs; the same message always gets the same signature.</summary>
    public static byte[] Sign(byte[] seed, byte[] message)
    {
        using var key = PrivateKey(seed);
        using var context = NewContext();
        Must(EVP_DigestSignInit(context, 0, 0, 0, key));
        var signature = new byte[SignatureBytes];
        nuint length = SignatureBytes;
        Must(EVP_DigestSign(context, signature, ref length, message, (nuint)message.Length));
        return signature;
    }

    /// <summary>True when the signature is that of the key's owner over this message.</summary>
    public static bool Verify(byte[] publicKey, byte[] message, byte[] signature)
    {
        if (publicKey.Length != PublicBytes || signature.Length != SignatureBytes)
            return false;
        using var key = EVP_PKEY_new_raw_public_key(Algorithm, 0, publicKey, PublicBytes);
        if (key.IsInvalid)
            return false;
        using var context = NewContext();
        Must(EVP_DigestVerifyInit(context, 0, 0, 0, key));
        return EVP_DigestVerify(context, signature, SignatureBytes, message, (nuint)message.Length) == 1;
    }

    static KeyHandle PrivateKey(byte[] seed)
    {
        if (seed.Length != SeedBytes)
            throw new ArgumentException($"A key has {SeedBytes} bytes.", nameof(seed));
        var key = EVP_PKEY_new_raw_private_key(Algorithm, 0, seed, SeedBytes);
        return key.IsInvalid ? throw new PlatformNotSupportedException("OpenSSL knows no Ed25519 here.") : key;
    }

    static ContextHandle NewContext()
    {
        var context = EVP_MD_CTX_new();
        return context.IsInvalid ? throw new InsufficientMemoryException() : context;
    }

    static void Must(int result)
    {
        if (result != 1)
            throw new PlatformNotSupportedException("OpenSSL could not do what every version from 1.1.1 on can.");
    }

    sealed class KeyHandle() : SafeHandle(0, ownsHandle: true)
    {
        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            EVP_PKEY_free(handle);
            return true;
        }
    }

    sealed class ContextHandle() : SafeHandle(0, ownsHandle: true)
    {
        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            EVP_MD_CTX_free(handle);
            return true;
        }
    }

#pragma warning disable SYSLIB1054 // The generated form wants unsafe code in the whole project.
    [DllImport(Library)]
    static extern KeyHandle EVP_PKEY_new_raw_private_key(int type, nint engine, byte[] key, nuint length);

    [DllImport(Library)]
    static extern KeyHandle EVP_PKEY_new_raw_public_key(int type, nint engine, byte[] key, nuint length);

    [DllImport(Library)]
    static extern int EVP_PKEY_get_raw_public_key(KeyHandle key, byte[] bytes, ref nuint length);

    [DllImport(Library)]
    static extern void EVP_PKEY_free(nint key);

    [DllImport(Library)]
    static extern ContextHandle EVP_MD_CTX_new();

    [DllImport(Library)]
    static extern void EVP_MD_CTX_free(nint context);

    [DllImport(Library)]
    static extern int EVP_DigestSignInit(ContextHandle context, nint keyContext, nint type, nint engine, KeyHandle key);

    [DllImport(Library)]
    static extern int EVP_DigestSign(
        ContextHandle context, byte[] signature, ref nuint length, byte[] message, nuint messageLength);

    [DllImport(Library)]
    static extern int EVP_DigestVerifyInit(
        ContextHandle context, nint keyContext, nint type, nint engine, KeyHandle key);

    [DllImport(Library)]
    static extern int EVP_DigestVerify(
        ContextHandle context, byte[] signature, nuint length, byte[] message, nuint messageLength);
#pragma warning restore SYSLIB1054
}
