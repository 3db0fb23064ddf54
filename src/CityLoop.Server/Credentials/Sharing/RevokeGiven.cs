using CityLoop.Server.Credentials.Offices;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Credentials.Sharing;

/// <summary>
/// Has the offices take back what was issued under consents that have ended, of people who were erased, and for answers
/// that broke off. What an office could not hear now, it is told until it has.
/// </summary>
sealed partial class RevokeGiven(
    IssueCredential issue, NpgsqlDataSource database, TimeProvider time, ILogger<RevokeGiven> log)
{
    /// <summary>An answer that is being made takes no longer.</summary>
    static readonly TimeSpan InTheMaking = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Revokes whatever no consent stands behind, empties answers that nobody fetched and forgets old requests; answers
    /// how many were revoked.
    /// </summary>
    public async Task<int> SweepAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await using (var connection = await database.OpenConnectionAsync(cancellation))
            await connection.ExecuteAsync(new CommandDefinition(
                """
                update credentials.request set answer = null where answer is not null and until < @now;
                delete from credentials.request where until < @forgotten
                """, new { now, forgotten = now - ShareRequests.Remembered }, cancellationToken: cancellation));
        return await RevokeAsync(
            "g.until > @now and (c.ended_at is not null or (g.consent is null and g.issued_at < @made))",
            new { now, made = now - InTheMaking }, cancellation);
    }

    /// <summary>Revokes what was issued under one consent, which has ended.</summary>
    public Task<int> OfConsentAsync(Guid consent, CancellationToken cancellation) =>
        RevokeAsync("g.consent = @consent and c.ended_at is not null", new { consent }, cancellation);

    /// <summary>Revokes what was issued for an answer that is not given after all.</summary>
    public Task<int> DropAsync(IReadOnlyList<long> numbers, CancellationToken cancellation) => RevokeAsync(
        "g.consent is null and g.number = any(@numbers)", new { numbers = numbers.ToArray() }, cancellation);

    async Task<int> RevokeAsync(string which, object values, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var open = await connection.QueryAsync<(long Number, string Type, string List, int Index)>(
            new CommandDefinition(
                $"""
                select g.number, g.type, g.status_list, g.status_index
                from credentials.given g left join credentials.consent c on c.id = g.consent
                where g.revoked_at is null and {which}
                """, values, cancellationToken: cancellation));
        var revoked = 0;
        foreach (var (number, type, list, index) in open)
            try
            {
                await issue.RevokeAsync(type, new Uri(list), index, cancellation);
                revoked += await connection.ExecuteAsync(new CommandDefinition(
                    "update credentials.given set revoked_at = @now where number = @number",
                    new { number, now = time.GetUtcNow() }, cancellationToken: cancellation));
            }
            catch (OfficeUnreachableException)
            {
                RevocationWaits(log, type);
            }

        return revoked;
    }

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "The office behind '{Type}' cannot be reached; what is to be revoked there is tried again.")]
    static partial void RevocationWaits(ILogger log, string type);
}

/// <summary>Looks every minute for what has to be revoked.</summary>
sealed partial class RevocationClock(RevokeGiven revoke, ILogger<RevocationClock> log) : BackgroundService
{
    static readonly TimeSpan LooksEvery = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        using var clock = new PeriodicTimer(LooksEvery);
        while (await clock.WaitForNextTickAsync(stop))
            try
            {
                await revoke.SweepAsync(stop);
            }
            catch (Exception failed) when (!stop.IsCancellationRequested)
            {
                SweepFailed(log, failed);
            }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Revoking credentials did not work and is tried again.")]
    static partial void SweepFailed(ILogger log, Exception failed);
}
