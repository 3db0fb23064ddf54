using CityLoop.Ledger;
using CityLoop.Server.Pass;

namespace CityLoop.Server.Gifts;

/// <summary>Somebody asks whoever has proved a contact for points.</summary>
/// <param name="ToWhom">The contact as the asker may read it, cut short.</param>
sealed record Ask(
    Guid Id, Guid Asker, string ToWhom, byte[]? ContactPrint, long Amount, string Reason, DateTimeOffset MadeAt,
    DateTimeOffset Until, Guid? Tell, string? Ending, Guid? PaidBy)
{
    /// <summary>Long enough for somebody who looks once a week.</summary>
    public static readonly TimeSpan OpenFor = TimeSpan.FromDays(10);

    /// <summary>The gift that pays it: one, whoever taps and however often.</summary>
    public Guid GiftId => DerivedId.From("ask-gift", Id.ToString());

    /// <summary>Its asker is not told that somebody said no: it looks as if nobody had answered.</summary>
    public bool LooksOpen(DateTimeOffset now) => Ending is null or "declined" && Until > now;
}

/// <summary>What a person asks for.</summary>
/// <param name="Id">Made with the form; sent twice, it asks once.</param>
sealed record AskOrder(Guid Id, Contact? Contact, long Amount, string Reason);

/// <summary>What can become of an ask, in order of precedence.</summary>
enum AskOutcome
{
    Asked, IdNotValid, AmountNotPositive, AmountTooLarge, ReasonMissing, MessageNotValid, ContactNotValid,
    MayNotBeGiven, NeedsContact, ToYourself, IdAlreadyUsed, AskedBefore, TooManyOpen, TooManyToday,
}
