using CityLoop.Server.Pass.Letters;

namespace CityLoop.Server.Pass;

/// <summary>How a city runs its pass; configuration section <c>Pass</c>.</summary>
sealed record PassOptions
{
    /// <summary>Codes that one network address may ask for in ten minutes.</summary>
    public int AttemptsPerAddress { get; init; } = AddressLimits.DefaultMax;

    /// <summary>Wrong codes that one network address may try in ten minutes.</summary>
    public int WrongTriesPerAddress { get; init; } = WrongTries.DefaultMaxPerAddress;

    /// <summary>Wrong codes that may be tried in the whole city in five minutes; beyond it codes rest.</summary>
    public int WrongTriesMax { get; init; } = WrongTries.DefaultMax;

    /// <summary>
    /// Text messages in an hour whose codes nobody typed in, from browsers that nobody knows; beyond it such browsers
    /// get none. Who asks for codes to numbers that pay them for each message is stopped there.
    /// </summary>
    public int TextsInVainPerHour { get; init; } = 1_000;

    /// <summary>
    /// Contacts whose owners become city staff when they sign in: how the first officer comes in. Take them out again
    /// once the officers are there.
    /// </summary>
    public IReadOnlyList<string> FirstOfficers { get; init; } = [];

    public SmtpOptions Smtp { get; init; } = new();

    /// <summary>For text messages, and for mail where <see cref="Smtp"/> is not the road.</summary>
    public WebhookOptions Webhook { get; init; } = new();
}
