using System.Collections.Concurrent;
using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.FileProviders;

namespace CityLoop.Server.Web;

/// <summary>The style sheets, scripts and pictures that pages name, each address carrying its content's hash.</summary>
sealed class Files : IDisposable
{
    static readonly ConcurrentDictionary<string, string> Addresses = new();

    public static string Root { get; } = Path.Combine(AppContext.BaseDirectory, "wwwroot");

    public PhysicalFileProvider Provider { get; } = new(Root);

    /// <summary>
    /// The address of a file under wwwroot; a page's own module is <c>pages/Wallets/Code.razor.js</c>.
    /// </summary>
    public static string Address(string path) => Addresses.GetOrAdd(path, static p =>
    {
        using var stream = File.OpenRead(Path.Combine(Root, p));
        return $"/{p}?v={Convert.ToHexStringLower(SHA256.HashData(stream).AsSpan(0, 6))}";
    });

    public void Dispose() => Provider.Dispose();
}

/// <summary>Hands the files out.</summary>
static class FilesSetup
{
    /// <summary>
    /// Files are the same for everybody, so they go out packed, also over HTTPS. Pages do not: where what somebody
    /// chose stands beside what nobody else may know, the length of a packed page tells of it (BREACH).
    /// </summary>
    static readonly string[] Packed = ["text/css", "text/javascript", "image/svg+xml"];

    public static void AddFiles(this IServiceCollection services)
    {
        services.AddSingleton<Files>();
        services.AddResponseCompression(packing =>
        {
            packing.EnableForHttps = true;
            packing.MimeTypes = Packed;
            packing.Providers.Add<BrotliCompressionProvider>();
            packing.Providers.Add<GzipCompressionProvider>();
        });
        services.Configure<BrotliCompressionProviderOptions>(brotli => brotli.Level = CompressionLevel.Optimal);
    }

    public static void UseFiles(this WebApplication app)
    {
        app.UseResponseCompression();
        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = app.Services.GetRequiredService<Files>().Provider,
            OnPrepareResponse = sent => sent.Context.Response.Headers.CacheControl =
                sent.Context.Request.Query.ContainsKey("v") ? "public, max-age=31536000, immutable" : "no-cache",
        });
    }
}
