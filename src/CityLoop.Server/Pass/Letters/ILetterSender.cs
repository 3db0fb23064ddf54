namespace CityLoop.Server.Pass.Letters;

/// <summary>Brings a letter to a contact: the demo's outbox, a mail server, a webhook.</summary>
interface ILetterSender
{
    /// <summary>False where this city has no road to that kind of contact.</summary>
    bool Reaches(Contact contact);

    /// <exception cref="LetterNotSentException">The road is closed at the moment.</exception>
    Task SendAsync(Letter letter, CancellationToken cancellation);
}

/// <summary>A letter on its way. Sent again under the same id, it is the same letter.</summary>
/// <param name="Id">Made once; a road that takes letters twice can tell by it.</param>
sealed record Letter(Guid Id, Contact Contact, string Subject, string Body);

/// <summary>The letter did not leave; trying again may help. It never holds the contact.</summary>
sealed class LetterNotSentException(string message) : Exception(message);
