using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Ledger;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Pass.Levels;

/// <summary>
/// Tells the books the level of people's accounts, where the city has a limit that asks for it: a rule that the ledger
/// decides must stand on what the ledger knows. An account is of level 0 until the books hear more.
/// </summary>
sealed partial class AccountLevels(
    NpgsqlDataSource database, CityLedger ledger, CityPack city, ILogger<AccountLevels> log)
    : BackgroundService
{
    /// <summary>Who has just proved who they are waits no longer than it takes to put the phone away.</summary>
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    const int Together = 500;

    readonly short[] _asking =
        [.. city.Currencies.Where(c => c.Limits.Any(limit => limit.UpToLevel is not null)).Select(c => c.Id.Value)];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_asking.Length == 0)
            return;
        // On the machine's time: a test's city may stand still while the books are told.
        using var timer = new PeriodicTimer(Pause);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            try
            {
                while (await TellAsync(stoppingToken) == Together)
                {
                    // There is more.
                }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // A service that throws would stop the whole city; the next second tries again.
                NotTold(log, e);
            }
    }

    /// <summary>Tells what is to be told; answers how many accounts.</summary>
    public async Task<int> TellAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        // The count and the level are of one moment: what changes the level later raises the count again.
        var asked = (await connection.QueryAsync<(Guid Key, int Account, int Asked, short Told, int Level)>(
            new CommandDefinition(
                """
                select key, account, level_asked, level, pass.level_of(person) from pass.account
                where level_asked <> level_told and currency = any(@asking) and account is not null limit @Together
                """, new { asking = _asking, Together }, cancellationToken: cancellation))).ToList();
        foreach (var one in asked)
        {
            if (one.Level != one.Told && !await TellAsync(one.Key, one.Account, one.Asked, one.Level, cancellation))
                continue;
            await connection.ExecuteAsync(new CommandDefinition(
                "update pass.account set level = @Level, level_told = @Asked where key = @Key and level_told < @Asked",
                new { one.Level, one.Asked, one.Key }, cancellationToken: cancellation));
        }

        return asked.Count;
    }

    async Task<bool> TellAsync(Guid key, int account, int asked, int level, CancellationToken cancellation)
    {
        // The id follows from the count: two servers, or one after a crash, tell the same once.
        var id = DerivedId.From("level", $"{key}", $"{asked}");
        var told = await ledger.PostAsync(new SetLevel(id, new AccountId(account), level), cancellation);
        if (told.Outcome is PostOutcome.Posted or PostOutcome.AlreadyPosted or PostOutcome.AccountIsClosed)
            return true;
        Refused(log, account, told.Outcome);
        return false;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The books could not be told people's levels.")]
    static partial void NotTold(ILogger log, Exception reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "The books refused the level of account {Account}: {Outcome}.")]
    static partial void Refused(ILogger log, int account, PostOutcome outcome);
}
