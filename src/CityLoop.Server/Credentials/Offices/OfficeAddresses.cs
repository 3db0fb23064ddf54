namespace CityLoop.Server.Credentials.Offices;

/// <summary>The public addresses of offices and of what they issue, below the city's own.</summary>
static class OfficeAddresses
{
    public const string MetadataPath = "/.well-known/jwt-vc-issuer/offices/";

    /// <summary>What a credential calls its office (<c>iss</c>).</summary>
    public static string Issuer(string issuerBase, string office) => $"{issuerBase}/offices/{office}";

    /// <summary>What a credential calls its type (<c>vct</c>).</summary>
    public static string Type(string issuerBase, string type) => $"{issuerBase}/credentials/types/{type}";

    public static Uri StatusList(string issuerBase, string office, int number) =>
        new($"{issuerBase}/offices/{office}/status/{number}");

    /// <summary>The number of a list, from its address.</summary>
    public static int? NumberOf(Uri list) =>
        list.Segments is [.., "status/", var number] && int.TryParse(number, out var read) ? read : null;
}
