namespace CityLoop.Twin;

/// <summary>What chance decides. The numbers are part of the results: a new one is added at the end.</summary>
enum Fate
{
    WorldProgramme = 1,
    WorldParticipation = 2,
    WorldOutings = 3,
    WorldReach = 4,
    WorldShopping = 5,
    WorldForgetting = 6,
    WorldRewardResponse = 7,
    WorldRebateResponse = 8,
    MayJoin = 9,
    JoinsOnDay = 10,
    TakesPart = 11,
    GoesOutOnDay = 12,
    ReachesSpot = 13,
    HourOfVisit = 14,
    AnswersRight = 15,
    Forgets = 16,
    ShopsOnDay = 17,
    HourOfPurchase = 18,
    Purchase = 19,
}

/// <summary>
/// Chance as a function: the same seed, question and person give the same number, whatever was asked before. Two
/// policies tried with one seed are lived through by the same people with the same luck, so that what differs is the
/// policy. The numbers come from the finalizer of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014) over the key; using
/// a mixing function of a counter in place of a state is described by Salmon et al., SC 2011.
/// </summary>
readonly struct Chance(long seed)
{
    readonly ulong _seed = Mix(unchecked((ulong)seed));

    /// <summary>A number from 0 (possible) to 1 (never reached), in steps of 2⁻⁵³.</summary>
    public double Of(Fate fate, int person = -1, int day = 0, int time = 0)
    {
        unchecked
        {
            var key = Mix(_seed ^ ((ulong)fate << 32 | (uint)person));
            return (Mix(key ^ ((ulong)(uint)day << 32 | (uint)time)) >> 11) * (1.0 / (1UL << 53));
        }
    }

    /// <summary>True with this probability.</summary>
    public bool Happens(double probability, Fate fate, int person, int day = 0, int time = 0) =>
        Of(fate, person, day, time) < probability;

    /// <summary>A number between two limits, all equally likely.</summary>
    public double Between(Limits range, Fate fate, int person = -1, int day = 0, int time = 0) =>
        range.Low + ((range.High - range.Low) * Of(fate, person, day, time));

    internal static ulong Mix(ulong value)
    {
        unchecked
        {
            value += 0x9E3779B97F4A7C15;
            value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
            value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
            return value ^ (value >> 31);
        }
    }
}

/// <summary>Two limits.</summary>
public readonly record struct Limits(double Low, double High);
