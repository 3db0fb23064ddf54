using System.Text.Json;

namespace CityLoop.Server.City;

/// <summary>Reads what the public directory of shops is made of; each of its files may be missing.</summary>
sealed class DirectoryReading(
    string folder, IReadOnlyList<string> languages, IReadOnlyDictionary<string, District> districts,
    IReadOnlyDictionary<string, Shop> shops, List<PackProblem> problems)
{
    const string BordersFile = "districts.geojson";

    public CityDirectory Read()
    {
        var taken = new HashSet<string>();
        var brands = Rows("brands.csv", ["code", .. languages], row =>
            new Brand(row.Handle("code", taken), row.Names(languages)));
        taken = [];
        var streets = Rows("streets.csv", ["code", .. languages, "district"], row =>
            new Street(row.Handle("code", taken), row.Names(languages), row.OneOf("district", districts)));
        var (brandsByCode, streetsByCode) = (brands.ToDictionary(b => b.Code), streets.ToDictionary(s => s.Code));
        taken = [];
        var listings = Rows(
            "listings.csv", ["shop", "address", "opening_hours", "latitude", "longitude", "brand", "street"],
            row =>
            {
                var shop = row.Handle("shop", taken);
                row.OneOf("shop", shops);
                return (shop, new Listing(
                    row.Text("address"), Hours(row), Place(row),
                    row.Optional("brand") is null ? null : row.OneOf("brand", brandsByCode)?.Code,
                    row.Optional("street") is null ? null : row.OneOf("street", streetsByCode)?.Code));
            });
        return new CityDirectory(
            brands, streets, listings.ToDictionary(one => one.shop, one => one.Item2), Borders());
    }

    IReadOnlyList<T> Rows<T>(string file, string[] columns, Func<PackTable.Row, T> read) =>
        File.Exists(Path.Combine(folder, file)) ? PackTable.Read(folder, file, columns, problems, read) : [];

    static OpeningHours Hours(PackTable.Row row)
    {
        if (row.Optional("opening_hours") is not { } text)
            return OpeningHours.Unknown;
        try
        {
            return OpeningHours.Read([.. text.Split(' ').Select(day => day == "-" ? "" : day)]);
        }
        catch (FormatException)
        {
            row.Wrong("opening_hours", $"is '{text}'",
                "Write seven times from Monday, as 09:00-18:00, or - for a closed day, with blanks between them");
            return OpeningHours.Unknown;
        }
    }

    static GeoPoint? Place(PackTable.Row row) =>
        row.Optional("latitude") is null && row.Optional("longitude") is null
            ? null
            : new GeoPoint(row.Degrees("latitude", 90), row.Degrees("longitude", 180));

    Dictionary<string, IReadOnlyList<IReadOnlyList<GeoPoint>>> Borders()
    {
        var path = Path.Combine(folder, BordersFile);
        if (!File.Exists(path))
            return [];
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            return json.RootElement.GetProperty("features").EnumerateArray().ToDictionary(
                feature => District(feature.GetProperty("properties").GetProperty("code").GetString()),
                feature => Rings(feature.GetProperty("geometry")));
        }
        catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or InvalidOperationException
            or ArgumentException or FormatException or IndexOutOfRangeException)
        {
            problems.Add(new(BordersFile, 1, $"cannot be read: {wrong.Message}",
                "Write a GeoJSON FeatureCollection of Polygons and MultiPolygons, each with a district's 'code'"));
            return [];
        }
    }

    string District(string? code) => code is not null && districts.ContainsKey(code)
        ? code
        : throw new FormatException($"'{code}' is not one of the districts");

    static IReadOnlyList<IReadOnlyList<GeoPoint>> Rings(JsonElement geometry) =>
        geometry.GetProperty("type").GetString() switch
        {
            "Polygon" => [Ring(geometry.GetProperty("coordinates")[0])],
            "MultiPolygon" => [.. geometry.GetProperty("coordinates").EnumerateArray().Select(part => Ring(part[0]))],
            var other => throw new FormatException($"'{other}' is no Polygon or MultiPolygon"),
        };

    static IReadOnlyList<GeoPoint> Ring(JsonElement points) =>
        [.. points.EnumerateArray().Select(point => new GeoPoint(point[1].GetDouble(), point[0].GetDouble()))];
}
