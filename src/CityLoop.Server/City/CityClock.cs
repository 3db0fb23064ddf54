namespace CityLoop.Server.City;

/// <summary>The time as the city's people read it off the wall.</summary>
sealed class CityClock(TimeProvider time, CityPack city)
{
    /// <summary>This instant, with the city's offset.</summary>
    public DateTimeOffset Now => InCity(time.GetUtcNow());

    /// <summary>Today's date in the city.</summary>
    public DateOnly Today => DayOf(time.GetUtcNow());

    /// <summary>The city's date at an instant.</summary>
    public DateOnly DayOf(DateTimeOffset instant) => DateOnly.FromDateTime(InCity(instant).DateTime);

    /// <summary>An instant, with the city's offset.</summary>
    public DateTimeOffset InCity(DateTimeOffset instant) => TimeZoneInfo.ConvertTime(instant, city.TimeZone);

    /// <summary>The instant at which a day begins in the city.</summary>
    public DateTimeOffset StartOf(DateOnly day)
    {
        var midnight = day.ToDateTime(TimeOnly.MinValue);
        // Where summer time begins at midnight, that hour does not exist and the day begins an hour later.
        if (city.TimeZone.IsInvalidTime(midnight))
            midnight = midnight.AddHours(1);
        return new DateTimeOffset(midnight, city.TimeZone.GetUtcOffset(midnight));
    }
}
