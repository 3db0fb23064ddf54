namespace CityLoop.Server.Pass.Counter;

/// <summary>What became of an officer's part in a check, in order of precedence.</summary>
enum CheckOutcome
{
    /// <summary>There is none, or the visit is over.</summary>
    NotFound,

    /// <summary>Nobody checks themselves or a child of theirs, in neither part.</summary>
    NotOfYourself,

    /// <summary>The pass was never checked at a counter, so no document shows whose it is.</summary>
    NeverChecked,

    /// <summary>Who recovers a pass is compared by the document's number.</summary>
    NumberMissing,

    /// <summary>Approved or withdrawn before.</summary>
    DecidedBefore,

    /// <summary>Who saw the document first is not the second pair of eyes.</summary>
    NeedsAnotherOfficer,

    /// <summary>The person is not at the counter any more.</summary>
    RanOut,

    /// <summary>This officer typed too many numbers in vain; after a while they may go on.</summary>
    TooManyNumbers,

    /// <summary>The second officer read another number on the document than the first.</summary>
    NumbersDiffer,

    /// <summary>The pass that is to be recovered is known by another national number.</summary>
    NumberNotTheirs,

    /// <summary>The document proves another person's pass.</summary>
    DocumentOfAnother,
    Done,
}
