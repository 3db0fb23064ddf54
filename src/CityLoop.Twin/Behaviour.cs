namespace CityLoop.Twin;

/// <summary>
/// How people behave: each figure with where it comes from. A range is what we do not know: every seed draws its own
/// value from it, so that the interval over the seeds carries our ignorance and not only the luck of the dice.
/// The figures named by programme are published milestones (docs/reference/twin.md quotes them with source).
/// </summary>
public sealed record Behaviour
{
    /// <summary>
    /// The share of all people who would ever join a programme as strong as Amagasaki's: 28.9 %. Fitted, with
    /// <see cref="Innovation"/>, so that the diffusion passes through its two milestones: 90,000 members of 459,000
    /// people 2.25 years after the start (2022), 125,000 after 4.75 years (June 2025).
    /// </summary>
    public double Ceiling { get; init; } = 0.2892;

    /// <summary>Bass's coefficient of innovation per year: 0.362, fitted as told at <see cref="Ceiling"/>.</summary>
    public double Innovation { get; init; } = 0.3621;

    /// <summary>
    /// Bass's coefficient of imitation per year: 0.38, the mean of 213 applications (Sultan, Farley and Lehmann,
    /// Journal of Marketing Research 27, 1990). Two milestones cannot fit three numbers, so this one is taken.
    /// </summary>
    public double Imitation { get; init; } = 0.38;

    /// <summary>
    /// How strong the programme is beside Amagasaki's: 0.25 to 1. About two years after their start, the carbon
    /// passbook of the Taipei region had 4.8 % of the people (449,000 of 9.3 M), Takayama's coin 9 % (10,000 of
    /// 110,000), Amagasaki's 19.6 %: the weakest is a quarter of the strongest.
    /// </summary>
    public Limits Programme { get; init; } = new(0.25, 1.0);

    /// <summary>
    /// Days that the programme has run when the year begins: 365. The twin tells the second year of a programme;
    /// Amagasaki held its rally in its fifth. An assumption, because no programme's first rally is published.
    /// </summary>
    public int DaysBefore { get; init; } = 365;

    /// <summary>
    /// The share of members who take part in a rally with a reward of 100 points: 5 % to 20 %. The lower end is what
    /// Amagasaki planned for: 6,000 paid places for 125,000 members. The upper end is an assumption (four times it).
    /// </summary>
    public Limits Participation { get; init; } = new(0.048, 0.20);

    /// <summary>The reward at which <see cref="Participation"/> holds: 100 points, as in Amagasaki in 2025.</summary>
    public long ReferenceReward { get; init; } = 100;

    /// <summary>
    /// How taking part follows the reward: share × (reward ÷ 100) to the power of this, 0 to 1. No source: from
    /// "it makes no difference" to "twice the points, twice the people". At 100 points it does nothing.
    /// </summary>
    public Limits RewardResponse { get; init; } = new(0, 1);

    /// <summary>Chance per day that somebody who takes part has time for it: 5 % to 15 %. An assumption.</summary>
    public Limits Outings { get; init; } = new(0.05, 0.15);

    /// <summary>
    /// Kilometres at which a trip to a spot becomes less likely by e: 5 to 15, from the middle of the home district.
    /// An assumption.
    /// </summary>
    public Limits ReachKilometres { get; init; } = new(5, 15);

    /// <summary>The same for going on to the next spot on one outing, on foot: 1.5 km. An assumption.</summary>
    public double NextSpotKilometres { get; init; } = 1.5;

    /// <summary>Chance to answer a three-choice question rightly on the spot: 85 %, an assumption.</summary>
    public double RightAnswer { get; init; } = 0.85;

    /// <summary>Shopping trips per member and month to shops that take points: 1 to 4. An assumption.</summary>
    public Limits ShoppingPerMonth { get; init; } = new(1, 4);

    /// <summary>The rebate at which <see cref="ShoppingPerMonth"/> holds: 3 %, as in Amagasaki.</summary>
    public int ReferenceRebatePercent { get; init; } = 3;

    /// <summary>
    /// How shopping with points follows the rebate: each percentage point away from 3 changes the trips by this
    /// share, 0 to 0.1. No source: published effects are of campaigns with other shares. At 3 % it does nothing.
    /// </summary>
    public Limits RebateResponse { get; init; } = new(0, 0.1);

    /// <summary>Points of a purchase if the wallet holds as many: 30 to 300, drink to lunch. An assumption.</summary>
    public Limits Purchase { get; init; } = new(30, 300);

    /// <summary>Nobody takes the phone out for fewer points than this: 10. An assumption.</summary>
    public int FewestPoints { get; init; } = 10;

    /// <summary>The share of members who never spend what they earn: 5 % to 25 %. An assumption.</summary>
    public Limits Forgetting { get; init; } = new(0.05, 0.25);
}

/// <summary>One possible world: a value from each range of <see cref="Behaviour"/>, drawn by the seed.</summary>
sealed record World(
    double Programme, double Participation, double Outings, double ReachKilometres, double ShoppingPerDay,
    double Forgetting)
{
    const double DaysPerMonth = 365 / 12.0;

    public static World Draw(Behaviour behaviour, Chance chance, long reward, int rebatePercent)
    {
        var rewardResponse = chance.Between(behaviour.RewardResponse, Fate.WorldRewardResponse);
        var rebateResponse = chance.Between(behaviour.RebateResponse, Fate.WorldRebateResponse);
        var towardsReward = Math.Pow((double)reward / behaviour.ReferenceReward, rewardResponse);
        var towardsRebate = 1 + (rebateResponse * (rebatePercent - behaviour.ReferenceRebatePercent));
        return new World(
            chance.Between(behaviour.Programme, Fate.WorldProgramme),
            Math.Min(1, chance.Between(behaviour.Participation, Fate.WorldParticipation) * towardsReward),
            chance.Between(behaviour.Outings, Fate.WorldOutings),
            chance.Between(behaviour.ReachKilometres, Fate.WorldReach),
            chance.Between(behaviour.ShoppingPerMonth, Fate.WorldShopping) / DaysPerMonth * Math.Max(0, towardsRebate),
            chance.Between(behaviour.Forgetting, Fate.WorldForgetting));
    }
}
