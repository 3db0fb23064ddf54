using System.Collections.Concurrent;
using System.Security.Cryptography;
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
