using CityLoop.Ledger;
using CityLoop.Missions;

namespace CityLoop.Twin;

/// <summary>What the city would do for a year: a mission, its budgets, and a share of each payment back.</summary>
public sealed record TwinPolicy
{
    /// <summary>The mission as published: the very document that production evaluates.</summary>
    public required Mission Mission { get; init; }

    /// <summary>The budgets that rewards and the rebate are paid from, each with what the whole city puts in.</summary>
    public required IReadOnlyDictionary<string, long> Budgets { get; init; }

    /// <summary>The share of a payment that comes back, in percent, rounded down per payment; 0 to 100.</summary>
    public required int RebatePercent { get; init; }

    /// <summary>The name of the budget that pays the rebate.</summary>
    public required string RebateBudget { get; init; }

    /// <summary>Code of the one currency.</summary>
    public required string CurrencyCode { get; init; }

    /// <summary>Decimal places of its smallest unit; a point of <see cref="Behaviour"/> is a whole one.</summary>
    public required int CurrencyScale { get; init; }

    /// <summary>The last day of points earned on a day; null for no end.</summary>
    public required Func<DateOnly, DateOnly?> LastDay { get; init; }

    /// <summary>Places to check in.</summary>
    public required IReadOnlyList<TwinSpot> Spots { get; init; }

    /// <summary>The first day of the year: that of the month in which the mission begins, if not told.</summary>
    public DateOnly From { get => field == default ? FirstOfMonth(Mission.From) : field; init; }

    /// <summary>How long the twin lives: 365 days.</summary>
    public const int Days = 365;

    /// <summary>Units of the currency in one point.</summary>
    public long UnitsPerPoint
    {
        get
        {
            var units = 1L;
            for (var i = 0; i < CurrencyScale; i++)
                units *= 10;
            return units;
        }
    }

    /// <summary>The first reward that pays points; 0 when none does.</summary>
    internal long Reward => Mission.Rewards.FirstOrDefault(reward => reward.Points is not null)?.Points!.Amount ?? 0;

    static DateOnly FirstOfMonth(DateOnly day) => new(day.Year, day.Month, 1);
}
