namespace CityLoop.Server.City;

/// <summary>How the city pays its shops.</summary>
/// <param name="Money">The money of the account, by its ISO 4217 code; one whole point is one of it.</param>
/// <param name="MoneyNumber">The same by its three digits.</param>
/// <param name="Country">Where shops are, by the two letters of ISO 3166.</param>
/// <param name="Minimum">In the currency's smallest unit; what is less waits for the next payout.</param>
/// <param name="Payer">The account's holder in letters that every bank's file can carry.</param>
/// <param name="ClientCode">Ten digits by which the bank knows the city.</param>
/// <param name="FirstHalf">When days 1 to 15 are paid.</param>
/// <param name="SecondHalf">When days 16 to the last are paid.</param>
sealed record CityPayouts(
    string Money, string MoneyNumber, string Country, long Minimum, string Payer, string BankCode,
    string BankAccount, string ClientCode, PayDay FirstHalf, PayDay SecondHalf, BankCalendar Calendar)
{
    /// <summary>Banks write an account with their own number in front, and with signs between.</summary>
    public bool Owns(string account) => string.Concat(account.Where(char.IsAsciiDigit))
        .EndsWith(BankAccount, StringComparison.Ordinal);

    /// <summary>The day on which a half-month is paid: never a day on which banks are closed.</summary>
    /// <param name="lastDay">The half-month's last day.</param>
    /// <param name="closedOn">When it was closed; a file that is made late cannot ask for a day that is over.</param>
    public DateOnly PaidOn(DateOnly lastDay, DateOnly closedOn)
    {
        var due = (lastDay.Day <= 15 ? FirstHalf : SecondHalf).After(lastDay);
        return Calendar.BusinessDayFrom(due < closedOn ? closedOn : due);
    }
}

/// <summary>A day of the month, so many months later; day 31 is the last day of any month.</summary>
readonly record struct PayDay(int Month, int Day)
{
    public DateOnly After(DateOnly day)
    {
        var month = new DateOnly(day.Year, day.Month, 1).AddMonths(Month);
        return month.AddDays(Math.Min(Day, DateTime.DaysInMonth(month.Year, month.Month)) - 1);
    }
}

/// <summary>The days on which banks work: not at the weekend, and not on the days named here.</summary>
sealed class BankCalendar(IEnumerable<DateOnly> holidays)
{
    readonly HashSet<DateOnly> _holidays = [.. holidays];

    public bool IsBusinessDay(DateOnly day) =>
        day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday) && !_holidays.Contains(day);

    /// <summary>This day, or the next one on which banks work.</summary>
    public DateOnly BusinessDayFrom(DateOnly day)
    {
        while (!IsBusinessDay(day))
            day = day.AddDays(1);
        return day;
    }
}
