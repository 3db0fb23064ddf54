namespace CityLoop.Carbon;

/// <summary>
/// What one unit of an activity saves, with everything that makes the number a number: unit, year, source.
/// </summary>
/// <param name="Id">Its name in reports, unique within a city: <c>taipei-city/bus</c>.</param>
/// <param name="Mode">The way of travelling it is about.</param>
/// <param name="Kilograms">Kilograms of CO2e avoided per <paramref name="Unit"/>; finite, from 0 to 1,000.</param>
/// <param name="Unit">What it is counted per.</param>
/// <param name="Year">The year or version the publisher gives it.</param>
/// <param name="Source">Where the figure was read.</param>
/// <param name="Confirmed">True when an official page or a quoted publication says it.</param>
/// <param name="PublishedDeviation">
/// The standard deviation the publisher states, in the unit of the factor; null when none is stated, as for nearly
/// every official factor: then <see cref="DefaultRelativeDeviation"/> speaks.
/// </param>
/// <param name="Note">What the publisher adds, for example the comparison it makes; empty for nothing.</param>
public sealed record Factor(
    string Id, TravelMode Mode, double Kilograms, FactorUnit Unit, string Year, string Source, bool Confirmed,
    double? PublishedDeviation, string Note)
{
    /// <summary>
    /// The share of a factor that stands for its standard deviation where the publisher is silent: 30 %. It is the
    /// spread of what two official programmes publish for the same bus kilometre (0.057 kg, and 0.295 kg per segment
    /// of about 8 km = 0.036875 kg; China Times 2023-12-04): sample standard deviation 0.01423 over mean 0.04694.
    /// </summary>
    public const double DefaultRelativeDeviation = 0.30;

    /// <summary>The largest value a factor may have, in kilograms per unit: above it, a table was misread.</summary>
    public const double MaxKilograms = 1_000;

    /// <summary>The standard deviation in kilograms per unit: the publisher's, or the documented default.</summary>
    public double StandardDeviation => PublishedDeviation ?? Kilograms * DefaultRelativeDeviation;
}
