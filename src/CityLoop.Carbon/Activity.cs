namespace CityLoop.Carbon;

/// <summary>One measured act: a trip that somebody else than the person confirms.</summary>
/// <param name="Mode">How.</param>
/// <param name="Kilometres">The length of the way; finite, above 0, at most <see cref="MaxKilometres"/>.</param>
/// <param name="Segments">Fare segments paid, from 1; null when the partner does not count in segments.</param>
public sealed record Activity(TravelMode Mode, double Kilometres, int? Segments)
{
    /// <summary>The longest trip that is believed: the island of Taiwan is 394 km long.</summary>
    public const double MaxKilometres = 400;

    /// <summary>The most fare segments of one trip that are believed: 400 km of segments of 8 km.</summary>
    public const int MaxSegments = 50;

    /// <summary>
    /// The standard deviation of a reported distance, as a share of it: 5 %. An assumption of this product, not a
    /// measurement: partners report the length of the line between two stops, people walk and detour.
    /// </summary>
    public const double RelativeDistanceDeviation = 0.05;

    /// <summary>The length of a fare segment where none is counted: 8 km (China Times 2023-12-04).</summary>
    public const double KilometresPerSegment = 8;

    /// <summary>The standard deviation of a count of segments estimated from the distance: half a one.</summary>
    public const double EstimatedSegmentsDeviation = 0.5;

    /// <summary>The first rule that the figures break, in the order of the enum; Fine when there is none.</summary>
    public ActivityOutcome Check() =>
        !Enum.IsDefined(Mode) ? ActivityOutcome.ModeIsUnknown
        : !double.IsFinite(Kilometres) ? ActivityOutcome.KilometresAreNotANumber
        : Kilometres <= 0 ? ActivityOutcome.KilometresAreNotPositive
        : Kilometres > MaxKilometres ? ActivityOutcome.KilometresAreTooMany
        : Segments is < 1 or > MaxSegments ? ActivityOutcome.SegmentsAreOutOfRange
        : ActivityOutcome.Fine;

    /// <summary>How much of it a factor counts, and how sure that is.</summary>
    internal MeasuredAmount AmountIn(FactorBasis basis) => basis switch
    {
        FactorBasis.Kilometre => new(Kilometres, Kilometres * RelativeDistanceDeviation, Estimated: false),
        FactorBasis.Ride => new(1, 0, Estimated: false),
        _ when Segments is { } counted => new(counted, 0, Estimated: false),
        // A new segment begins where the one before it ends, so a part of one is paid as a whole one.
        _ => new(Math.Ceiling(Kilometres / KilometresPerSegment), EstimatedSegmentsDeviation, Estimated: true),
    };
}

/// <summary>Whether a trip's figures can be believed. In order of precedence.</summary>
public enum ActivityOutcome
{
    /// <summary>They can.</summary>
    Fine,

    /// <summary>No such mode.</summary>
    ModeIsUnknown,

    /// <summary>The distance is not a finite number.</summary>
    KilometresAreNotANumber,

    /// <summary>The distance is zero or negative.</summary>
    KilometresAreNotPositive,

    /// <summary>The distance is above <see cref="Activity.MaxKilometres"/>.</summary>
    KilometresAreTooMany,

    /// <summary>The segments are not between 1 and <see cref="Activity.MaxSegments"/>.</summary>
    SegmentsAreOutOfRange,
}

/// <summary>A counted or measured amount of an activity.</summary>
/// <param name="Value">Kilometres, segments or rides.</param>
/// <param name="StandardDeviation">Of the value, in the same unit.</param>
/// <param name="Estimated">True when it was worked out from another measure.</param>
public readonly record struct MeasuredAmount(double Value, double StandardDeviation, bool Estimated);
