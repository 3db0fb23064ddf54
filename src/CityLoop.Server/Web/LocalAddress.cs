namespace CityLoop.Server.Web;

/// <summary>Addresses that a page sends the reader back to: only ours, never another site's.</summary>
static class LocalAddress
{
    /// <summary>The address if it is a path on this site, else <paramref name="otherwise"/>.</summary>
    public static string Or(string? address, string otherwise) => IsLocal(address) ? address! : otherwise;

    // A browser reads "//x", "/\x" and "/<tab>/x" as another host; so a local address is one slash, then plain text.
    static bool IsLocal(string? address) =>
        address is ['/', ..] && address.Length <= 2000
        && !(address.Length > 1 && address[1] is '/' or '\\')
        && !address.Any(c => char.IsControl(c) || c == '\\');
}
