using System.Globalization;

namespace CityLoop.Server.City;

/// <summary>When a shop is open: for each day of the week from what time until what time, or not at all.</summary>
sealed class OpeningHours
{
    public const int DaysOfWeek = 7;

    /// <summary>Nobody has said when.</summary>
    public static readonly OpeningHours Unknown = new([]);

    readonly (TimeOnly Opens, TimeOnly Closes)?[] _days;

    OpeningHours((TimeOnly Opens, TimeOnly Closes)?[] days) => _days = days;

    public bool AreKnown => _days.Length > 0;

    /// <summary>From Monday, "09:00-18:00"; empty on a day on which it is closed. No days at all: unknown.</summary>
    /// <exception cref="FormatException">They are not seven, or one is no such span.</exception>
    public static OpeningHours Read(IReadOnlyList<string> days) =>
        days.Count == 0 ? Unknown
        : days.Count == DaysOfWeek ? new([.. days.Select(day => day.Length == 0 ? null : ReadSpan(day))])
        : throw new FormatException("Opening hours have seven days.");

    /// <summary>The same as it was read.</summary>
    public string[] Written =>
        [.. _days.Select(day => day is var (opens, closes) ? $"{opens:HH:mm}-{closes:HH:mm}" : "")];

    /// <summary>A bar closes after midnight: only to open and close at once is nothing.</summary>
    public static bool IsSpan(string day) =>
        day.Split('-') is [var opens, var closes] && Time(opens) is { } from && Time(closes) is { } to && from != to;

    /// <summary>When it opens and closes on a day of the week; null when it does not open.</summary>
    public (TimeOnly Opens, TimeOnly Closes)? On(DayOfWeek day) => AreKnown ? _days[((int)day + 6) % DaysOfWeek] : null;

    /// <summary>When it closes, if it is open at a moment on the city's clock; null when it is closed.</summary>
    public TimeOnly? OpenUntil(DateTime local)
    {
        var now = TimeOnly.FromDateTime(local);
        if (On(local.DayOfWeek) is var (opens, closes) && now >= opens && (now < closes || closes < opens))
            return closes;
        // What opened yesterday may be open until after midnight.
        return On(local.AddDays(-1).DayOfWeek) is var (before, until) && until < before && now < until ? until : null;
    }

    static (TimeOnly, TimeOnly)? ReadSpan(string day) => IsSpan(day) && day.Split('-') is [var opens, var closes]
        ? (Time(opens)!.Value, Time(closes)!.Value)
        : throw new FormatException($"'{day}' is no span of a day.");

    static TimeOnly? Time(string text) => TimeOnly.TryParseExact(
        text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time : null;
}
