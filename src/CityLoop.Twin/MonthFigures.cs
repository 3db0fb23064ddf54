namespace CityLoop.Twin;

/// <summary>What the twin counted in one month, in synthetic people and units of the currency.</summary>
/// <param name="Month">Its first day.</param>
public sealed record MonthFigures(DateOnly Month)
{
    /// <summary>Members at its end.</summary>
    public long Members { get; set; }

    /// <summary>Stamps given in it.</summary>
    public long Stamps { get; set; }

    /// <summary>Rewards of points that the evaluator said were due in it.</summary>
    public long RewardsDue { get; set; }

    /// <summary>Those that the budget could still pay.</summary>
    public long RewardsPaid { get; set; }

    /// <summary>Entries in draws.</summary>
    public long Tickets { get; set; }

    /// <summary>Points that missions paid.</summary>
    public long Earned { get; set; }

    /// <summary>Points that came back on payments.</summary>
    public long Rebate { get; set; }

    /// <summary>Points that went from budgets to people: earned and rebate.</summary>
    public long Issued => Earned + Rebate;

    /// <summary>Points spent at shops.</summary>
    public long Spent { get; set; }

    /// <summary>Points whose last day passed unspent.</summary>
    public long Expired { get; set; }

    /// <summary>Points in people's hands at its end.</summary>
    public long Left { get; set; }
}

/// <summary>One year of one synthetic city.</summary>
/// <param name="Seed">What it grew from: the same seed gives the same year.</param>
/// <param name="Months">In order.</param>
/// <param name="PlacesGoneOn">The day on which the first reward could no longer be paid; null when all were.</param>
/// <param name="BudgetsLeft">What the budgets hold at the end.</param>
public sealed record TwinYear(
    long Seed, IReadOnlyList<MonthFigures> Months, DateOnly? PlacesGoneOn,
    IReadOnlyDictionary<string, long> BudgetsLeft);

/// <summary>Something that happened to one synthetic person: told to whoever wants to check the twin by hand.</summary>
/// <param name="Person">The person's identifier, as missions see it.</param>
/// <param name="Act">What they did for the mission; null for a purchase.</param>
/// <param name="Paid">What they paid at a shop, 0 for a mission act.</param>
/// <param name="Received">Points that it brought them.</param>
public sealed record TwinEvent(Guid Person, DateOnly Day, Missions.Act? Act, long Paid, long Received);
