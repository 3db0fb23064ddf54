using System.Net;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Pass;

/// <summary>
/// The ceilings on wrong one-time codes: for each network address, and for the whole city, because who tries the codes
/// of very many contacts multiplies the odds of a guess. Beyond the city's ceiling codes rest for some minutes;
/// passkeys never do.
/// </summary>
sealed partial class WrongTries(
    NpgsqlDataSource database, TimeProvider time, PassOptions options, ILogger<WrongTries> log)
{
    /// <summary>
    /// Short, because whoever fills it keeps honest people out for as long; codes live twice as long, so that one that
    /// was sent before the rest can be used after it.
    /// </summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    /// <summary>
    /// What 10,000 people who sign in within five minutes mistype when 3 in 100 do. An attack that holds it filled day
    /// and night makes 86,400 guesses a day: one strange pass in eleven or twelve days, with a warning in the log.
    /// </summary>
    public const int DefaultMax = 300;

    /// <summary>Six addresses, not one, are needed to fill the city's ceiling.</summary>
    public const int DefaultMaxPerAddress = 50;

    readonly AddressLimits _addresses = new(time, options.WrongTriesPerAddress);

    /// <summary>What stands against a try from this address now; null when nothing does.</summary>
    /// <param name="isKnownBrowser">
    /// The contact's owner signed in there before: who tries very many contacts has no such browser for them, so the
    /// city's ceiling need not keep it waiting.
    /// </param>
    public async Task<CodeOutcome?> RefusalAsync(
        IPAddress? address, bool isKnownBrowser, CancellationToken cancellation)
    {
        if (_addresses.IsUsedUp(address))
            return CodeOutcome.TooManyFromThisAddress;
        if (isKnownBrowser)
            return null;
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            Sum, new { from = Minute(time.GetUtcNow() - Window) }, cancellationToken: cancellation))
            >= options.WrongTriesMax ? CodeOutcome.CodesRest : null;
    }

    public async Task CountAsync(IPAddress? address, CancellationToken cancellation)
    {
        _addresses.Allows(address);
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var tries = await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            $"""
            insert into pass.wrong_try as w (minute, tries) values (@minute, 1)
            on conflict (minute) do update set tries = w.tries + 1;
            {Sum}
            """, new { minute = Minute(now), from = Minute(now - Window) }, cancellationToken: cancellation));
        if (tries == options.WrongTriesMax)
            CodesRest(log, tries, Window);
    }

    public async Task ForgetOldAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            "delete from pass.wrong_try where minute < @from", new { from = Minute(time.GetUtcNow() - Window) },
            cancellationToken: cancellation));
    }

    const string Sum = "select coalesce(sum(tries), 0) from pass.wrong_try where minute > @from";

    static DateTimeOffset Minute(DateTimeOffset at) => at.AddTicks(-(at.Ticks % TimeSpan.TicksPerMinute));

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "{Tries} wrong one-time codes were tried in {Window}: somebody guesses. Until that is over codes are taken "
        + "only in browsers that their owners used before; passkeys work.")]
    static partial void CodesRest(ILogger log, long tries, TimeSpan window);
}
