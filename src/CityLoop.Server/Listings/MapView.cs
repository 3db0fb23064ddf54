using System.Text;
using CityLoop.Server.City;
using static System.FormattableString;

namespace CityLoop.Server.Listings;

/// <summary>
/// A flat picture of a part of the city, for an SVG whose width is <see cref="Width"/>: a degree of longitude is as
/// long as it is in the middle of the picture. Over a city's width that is true to some metres.
/// </summary>
sealed class MapView
{
    public const double Width = 1_000;
    const double Margin = 40;

    readonly double _west;
    readonly double _north;
    readonly double _perDegree;
    readonly double _narrow;

    /// <summary>Shows all of these places, of which there is at least one.</summary>
    public MapView(IReadOnlyCollection<GeoPoint> places)
    {
        var (south, north) = (places.Min(p => p.Latitude), places.Max(p => p.Latitude));
        var (west, east) = (places.Min(p => p.Longitude), places.Max(p => p.Longitude));
        _narrow = Math.Cos((south + north) / 2 * Math.PI / 180);
        // A single shop is shown with a kilometre around it.
        const double smallest = 0.01;
        var (height, width) = (Math.Max(north - south, smallest), Math.Max((east - west) * _narrow, smallest));
        _perDegree = (Width - (2 * Margin)) / width;
        (_west, _north) = (((west + east) / 2) - (width / _narrow / 2), ((south + north) / 2) + (height / 2));
        Height = Math.Round((height * _perDegree) + (2 * Margin));
    }

    public double Height { get; }

    public (double X, double Y) At(GeoPoint place) => (
        Math.Round(Margin + ((place.Longitude - _west) * _narrow * _perDegree), 1),
        Math.Round(Margin + ((_north - place.Latitude) * _perDegree), 1));

    /// <summary>What an SVG path draws around these rings.</summary>
    public string PathOf(IEnumerable<IReadOnlyList<GeoPoint>> rings)
    {
        var path = new StringBuilder();
        foreach (var ring in rings)
        {
            var drawn = (X: double.NaN, Y: double.NaN);
            foreach (var point in ring)
            {
                var (x, y) = At(point);
                var whole = (X: Math.Round(x), Y: Math.Round(y));
                if (whole == drawn)
                    continue;
                path.Append(path.Length == 0 || path[^1] == 'z' ? 'M' : 'L').Append(Invariant($"{whole.X} {whole.Y}"));
                drawn = whole;
            }

            path.Append('z');
        }

        return path.ToString();
    }
}
