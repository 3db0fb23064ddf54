namespace CityLoop.Server.Pass;

/// <summary>Brings a one-time code to a contact: the demo's outbox, or a mail server.</summary>
interface IOneTimeCodeSender
{
    /// <summary>False where this city has no road to that kind of contact.</summary>
    bool Reaches(Contact contact);

    /// <exception cref="CodeNotSentException">The road is closed at the moment.</exception>
    Task SendAsync(Contact contact, string subject, string body, CancellationToken cancellation);
}

/// <summary>The letter did not leave; asking again may help. It never holds the contact.</summary>
sealed class CodeNotSentException(string message) : Exception(message);
