namespace CityLoop.Server.Merchants.Bank;

/// <summary>What an entry of a bank's file is to the city: matched, or why an officer must look at it.</summary>
enum BankOutcome
{
    Matched,

    /// <summary>It names nothing that the city ordered or waits for.</summary>
    UnknownReference,

    /// <summary>It names an order, and another amount than was ordered.</summary>
    AmountDiffers,

    /// <summary>It names an order, and in another money.</summary>
    CurrencyDiffers,

    /// <summary>It names an order, and is a booking of an account that is not the city's.</summary>
    OtherAccount,

    /// <summary>The booking is not final.</summary>
    NotBooked,

    /// <summary>The order had been paid: the money has left twice.</summary>
    DebitedTwice,

    /// <summary>The bank had rejected the order, and the shop has its points again.</summary>
    WasRejected,

    /// <summary>The bank rejects what it had paid, and the money is not back.</summary>
    WasPaid,

    /// <summary>It has somebody's reference, and their account takes none of it: a limit, frozen, erased.</summary>
    CannotBeTaken,

    /// <summary>The bank uses a word for a status that ISO 20022 does not have.</summary>
    UnknownStatus,
}
