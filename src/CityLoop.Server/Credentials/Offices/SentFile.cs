using System.Security.Cryptography;

namespace CityLoop.Server.Credentials.Offices;

/// <summary>A file that an officer sent: its text, and the SHA-256 by which another knows it again.</summary>
static class SentFile
{
    public static async Task<(string Text, string Sha256)> ReadAsync(IFormFile file, CancellationToken cancellation)
    {
        using var bytes = new MemoryStream();
        await file.CopyToAsync(bytes, cancellation);
        bytes.Position = 0;
        var sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(bytes, cancellation));
        bytes.Position = 0;
        using var text = new StreamReader(bytes);
        return (await text.ReadToEndAsync(cancellation), sha256);
    }
}
