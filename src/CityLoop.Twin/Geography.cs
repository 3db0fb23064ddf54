namespace CityLoop.Twin;

/// <summary>A place to check in, as the twin knows it.</summary>
/// <param name="Id">The name that missions use.</param>
/// <param name="Latitude">In degrees (WGS 84).</param>
/// <param name="Longitude">In degrees (WGS 84).</param>
public sealed record TwinSpot(string Id, double Latitude, double Longitude);

/// <summary>How far things are from each other, as the crow flies.</summary>
static class Geography
{
    const double KilometresPerDegree = 40_030.0 / 360;

    /// <summary>Kilometres on a flat map around the first point: in one city good to a part in a thousand.</summary>
    public static double Kilometres(double latitude, double longitude, double toLatitude, double toLongitude)
    {
        var north = (toLatitude - latitude) * KilometresPerDegree;
        var east = (toLongitude - longitude) * KilometresPerDegree * Math.Cos(latitude * Math.PI / 180);
        return Math.Sqrt((north * north) + (east * east));
    }
}
