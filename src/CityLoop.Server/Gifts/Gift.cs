using System.Globalization;
using System.Text;
using CityLoop.Ledger;
using CityLoop.Server.Pass;

namespace CityLoop.Server.Gifts;

/// <summary>Points from a person to a person.</summary>
/// <param name="Receiver">Null while they wait for whoever has proved the contact.</param>
/// <param name="ToWhom">As the giver may read it: a contact or a name, each cut short.</param>
/// <param name="Slot">Which of the giver's escrow accounts keeps them; null for what reached its receiver at once.
/// </param>
/// <param name="Until">The first instant at which they go back.</param>
/// <param name="Moved">What was left of them at the end; null before.</param>
sealed record Gift(
    Guid Id, Guid Giver, Guid? Receiver, string ToWhom, byte[]? ContactPrint, short? Slot, long Amount, string Message,
    DateTimeOffset MadeAt, DateTimeOffset? PostedAt, DateTimeOffset? Until, Guid? Tell, string? Ending,
    DateTimeOffset? EndedAt, long? Moved, DateTimeOffset? ClosedAt)
{
    /// <summary>How long points wait for somebody.</summary>
    public static readonly TimeSpan WaitsFor = TimeSpan.FromDays(14);

    /// <summary>The movement out of the giver's account.</summary>
    public Guid TransferId => DerivedId.From("gift", Id.ToString());

    /// <summary>The movement out of escrow, whichever way: the books know one.</summary>
    public Guid EndId => DerivedId.From("gift-end", Id.ToString());

    /// <summary>True when two tellings of a gift want the same.</summary>
    public bool IsLike(Gift other) =>
        (Giver, ToWhom, Amount, Message, Slot is null)
            == (other.Giver, other.ToWhom, other.Amount, other.Message, other.Slot is null)
        && (Slot is not null || Receiver == other.Receiver)
        // A gift that has ended does not know its contact any more.
        && (ContactPrint is null || other.ContactPrint is null || ContactPrint.SequenceEqual(other.ContactPrint));
}

/// <summary>What a person wants to give.</summary>
/// <param name="Id">Made with the form; sent twice, it gives once.</param>
/// <param name="Code">What the receiver has shown; or else a contact.</param>
sealed record GiftOrder(Guid Id, string? Code, Contact? Contact, long Amount, string Message)
{
    /// <summary>Who has asked for it: the city made the id.</summary>
    public PersonId? Receiver { get; init; }

    public const int MessageMax = 80;

    /// <summary>A few words, and no address to lead somebody to.</summary>
    public static bool IsMessage(string text) =>
        text.Length <= MessageMax && !text.Any(char.IsControl)
        && !text.Contains("://", StringComparison.Ordinal)
        && !text.Contains("www.", StringComparison.OrdinalIgnoreCase);
}

/// <summary>A name as people who are not close read it.</summary>
static class ShortName
{
    /// <summary>"林美玲" is "林○玲", "Emma Dubois" is "Emma D."; nothing stays nothing.</summary>
    public static string Of(string name)
    {
        var words = name.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (words.Length > 1)
            return $"{words[0]} {words[^1].EnumerateRunes().First()}.";
        var signs = name.Trim().EnumerateRunes().Select(sign => sign.ToString()).ToList();
        if (signs.Count < 2)
            return string.Concat(signs);
        if (signs.TrueForAll(sign => sign.Length == 1 && char.IsAscii(sign[0])))
            return signs[0] + "…";
        var hidden = new StringBuilder().Insert(0, "○", Math.Max(1, signs.Count - 2));
        return string.Create(
            CultureInfo.InvariantCulture, $"{signs[0]}{hidden}{(signs.Count > 2 ? signs[^1] : "")}");
    }
}
