namespace CityLoop.Server.City;

/// <summary>What a room of the city says to money that has come in.</summary>
enum MoneyAnswer
{
    /// <summary>It names nothing that the room knows.</summary>
    NotOurs,

    /// <summary>The room takes it, or has taken it before.</summary>
    Taken,

    /// <summary>It is for the room, which can take none of it, or not so much.</summary>
    Refused,

    /// <summary>It is for the room, and no amount that the room can count.</summary>
    AmountDiffers,
}

/// <summary>Money that has reached the city's account.</summary>
/// <param name="Entry">The booking: the same money has the same name in every file.</param>
/// <param name="Said">What the payer wrote, in one piece or several.</param>
sealed record MoneyIn(Guid Entry, decimal Amount, IReadOnlyList<string> Said);

/// <summary>
/// A room for which people pay into the city's account. Who reads the bank's files asks each of them, and knows none.
/// </summary>
interface IMoneyRoom
{
    /// <param name="isDryRun">Says what would be done, and does nothing.</param>
    Task<MoneyAnswer> TakeAsync(MoneyIn money, bool isDryRun, CancellationToken cancellation);
}
