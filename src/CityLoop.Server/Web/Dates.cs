using System.Globalization;

namespace CityLoop.Server.Web;

/// <summary>Days and times as people of each language write them. Give it the city's own day and time.</summary>
static class Dates
{
    static readonly string[] ChineseWeekdays = ["週日", "週一", "週二", "週三", "週四", "週五", "週六"];
    static readonly string[] JapaneseWeekdays = ["日", "月", "火", "水", "木", "金", "土"];

    /// <summary>"3 月 31 日", "31 March", "3月31日".</summary>
    public static string Day(DateOnly day, string language) => language switch
    {
        "en" => day.ToString("d MMMM", CultureInfo.InvariantCulture),
        "ja" => $"{day.Month}月{day.Day}日",
        _ => $"{day.Month} 月 {day.Day} 日",
    };

    /// <summary>"2026 年 3 月 31 日", "31 March 2026", "2026年3月31日".</summary>
    public static string DayAndYear(DateOnly day, string language) => language switch
    {
        "en" => day.ToString("d MMMM yyyy", CultureInfo.InvariantCulture),
        "ja" => $"{day.Year}年{Day(day, language)}",
        _ => $"{day.Year} 年 {Day(day, language)}",
    };

    /// <summary>The year only where it is not this one.</summary>
    public static string Day(DateOnly day, DateOnly today, string language) =>
        day.Year == today.Year ? Day(day, language) : DayAndYear(day, language);

    /// <summary>
    /// Half a month: "2026 年 11 月 16 – 30 日", "16–30 November 2026", "2026年11月16日〜30日". Both days in one month.
    /// </summary>
    public static string Period(DateOnly from, DateOnly to, string language) => language switch
    {
        "en" => $"{from.Day}–{DayAndYear(to, language)}",
        "ja" => $"{DayAndYear(from, language)}〜{to.Day}日",
        _ => $"{from.Year} 年 {from.Month} 月 {from.Day} – {to.Day} 日",
    };

    /// <summary>"3 月 31 日 週二", "Tue 31 March", "3月31日(火)".</summary>
    public static string DayOfWeek(DateOnly day, string language) => language switch
    {
        "en" => day.ToString("ddd d MMMM", CultureInfo.InvariantCulture),
        "ja" => $"{Day(day, language)}({JapaneseWeekdays[(int)day.DayOfWeek]})",
        _ => $"{Day(day, language)} {ChineseWeekdays[(int)day.DayOfWeek]}",
    };

    /// <summary>"週二", "Tuesday", "火曜日".</summary>
    public static string Weekday(DateOnly day, string language) => language switch
    {
        "en" => day.ToString("dddd", CultureInfo.InvariantCulture),
        "ja" => $"{JapaneseWeekdays[(int)day.DayOfWeek]}曜日",
        _ => ChineseWeekdays[(int)day.DayOfWeek],
    };

    /// <summary>"2026 年 3 月", "March 2026", "2026年3月".</summary>
    public static string Month(DateOnly day, string language) => language switch
    {
        "en" => day.ToString("MMMM yyyy", CultureInfo.InvariantCulture),
        "ja" => $"{day.Year}年{day.Month}月",
        _ => $"{day.Year} 年 {day.Month} 月",
    };

    /// <summary>"3/31" for tables in Chinese and Japanese, "31 Mar" in English.</summary>
    public static string Short(DateOnly day, string language) => language == "en"
        ? day.ToString("d MMM", CultureInfo.InvariantCulture)
        : $"{day.Month}/{day.Day}";

    /// <summary>"09:05", on a 24-hour clock in every language.</summary>
    public static string Time(DateTimeOffset atInTheCity) =>
        atInTheCity.ToString("HH:mm", CultureInfo.InvariantCulture);

    /// <summary>"3 月 31 日 09:05". Convert the instant to the city's zone first.</summary>
    public static string Moment(DateTimeOffset atInTheCity, string language) =>
        $"{Day(DateOnly.FromDateTime(atInTheCity.DateTime), language)} {Time(atInTheCity)}";
}
