namespace CityLoop.Server.Merchants.Settlement;

/// <summary>What the bank has made of a line.</summary>
enum PayoutState
{
    /// <summary>Worked out, and in the files for the bank; the bank has not said anything.</summary>
    Closed,

    /// <summary>The bank has taken the order.</summary>
    Paid,

    /// <summary>The money has left the city's account.</summary>
    Confirmed,

    /// <summary>The bank did not carry out the order: the shop has its points again, for the next half-month.</summary>
    Rejected,

    /// <summary>The money left and came back: the shop has its points again, for the next half-month.</summary>
    Returned,
}
