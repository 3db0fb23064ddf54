namespace CityLoop.Server.City;

/// <summary>A place on the map, in degrees of WGS 84.</summary>
readonly record struct GeoPoint(double Latitude, double Longitude);

/// <summary>A chain whose shops are its branches.</summary>
sealed record Brand(string Code, LocalNames Names);

/// <summary>A shopping street: shops that do things together.</summary>
sealed record Street(string Code, LocalNames Names, District District);

/// <summary>What the public is told of a shop beside its name, kind and district.</summary>
/// <param name="Address">Empty when nobody has said it.</param>
/// <param name="Brand">The chain that it is a branch of.</param>
sealed record Listing(string Address, OpeningHours Hours, GeoPoint? Place, string? Brand, string? Street)
{
    public static readonly Listing None = new("", OpeningHours.Unknown, null, null, null);
}

/// <summary>What a city's map and list of shops are made of; a pack may have none of it.</summary>
/// <param name="Listings">By a shop's code.</param>
/// <param name="Borders">By a district's code: rings around its parts, outer ones only.</param>
sealed record CityDirectory(
    IReadOnlyList<Brand> Brands, IReadOnlyList<Street> Streets, IReadOnlyDictionary<string, Listing> Listings,
    IReadOnlyDictionary<string, IReadOnlyList<IReadOnlyList<GeoPoint>>> Borders);
