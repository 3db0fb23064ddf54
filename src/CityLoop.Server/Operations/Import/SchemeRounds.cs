using System.Globalization;

namespace CityLoop.Server.Operations.Import;

/// <summary>
/// The calendar of a community-points scheme: when each round began and ended. A round that the file does not list
/// lies a whole number of 28 days before the next one that it does.
/// </summary>
sealed class SchemeRounds
{
    const int DaysPerRound = 28;
    readonly SortedList<int, Round> _listed = [];

    /// <summary>The first instant of a round and its last.</summary>
    public readonly record struct Round(DateTimeOffset From, DateTimeOffset To);

    /// <summary>True when the round is new or says what an earlier line said.</summary>
    public bool TryAdd(int number, Round round) =>
        _listed.TryAdd(number, round) || _listed[number] == round;

    /// <summary>When the round was; null for one after the last listed, or one before the calendar begins.</summary>
    public Round? Find(int number)
    {
        if (_listed.TryGetValue(number, out var listed))
            return listed;
        var next = FirstAfter(number);
        if (next == _listed.Count || number < 0)
            return null;
        var days = (long)DaysPerRound * (_listed.Keys[next] - number);
        var known = _listed.Values[next].From;
        if (days > (known - DateTimeOffset.UnixEpoch).TotalDays)
            return null; // no points scheme is older than the computer's calendar
        var from = known.AddDays(-days);
        return new Round(from, from.AddDays(DaysPerRound).AddMicroseconds(-1));
    }

    int FirstAfter(int number)
    {
        var index = 0;
        while (index < _listed.Count && _listed.Keys[index] < number)
            index++;
        return index;
    }

    /// <summary>A round's number: digits only, up to nine of them.</summary>
    public static bool TryReadNumber(string text, out int number)
    {
        number = 0;
        return text.Length is > 0 and <= 9 && text.All(char.IsAsciiDigit)
            && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    /// <summary>A time of the scheme, which is UTC: seconds with up to six decimals.</summary>
    public static bool TryReadTime(string text, out DateTimeOffset time)
    {
        time = default;
        const string seconds = "yyyy-MM-dd HH:mm:ss";
        return text.Length is 19 or (>= 21 and <= 26)
            && DateTimeOffset.TryParseExact(
                text, text.Length == 19 ? seconds : seconds + "." + new string('f', text.Length - 20),
                CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);
    }
}
