using CityLoop.Server.Credentials.Offices;
using CityLoop.Server.Credentials.SdJwts;
using CityLoop.Server.Pass.Levels;

namespace CityLoop.Server.Credentials.Identity;

/// <summary>
/// Ends what proves an identity no more: it has run out, its office has taken it back or says nothing for a week, or
/// two officers have taken the type's mark away.
/// </summary>
sealed class EndedIdentities(
    IdentityProofs proofs, IdentitySources sources, OfficeStore offices, TimeProvider time)
{
    /// <summary>An office that is down for a weekend takes no level; one that is gone does, in a week.</summary>
    public static readonly TimeSpan SilentFor = TimeSpan.FromDays(7);

    public async Task SweepAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await proofs.ForgetErasedAsync(cancellation);
        // A list is fetched once for all that stand in it.
        var live = await proofs.LiveAsync(cancellation);
        foreach (var ofList in live.GroupBy(proof => (proof.Type, proof.StatusList)))
        {
            var source = await offices.FindTypeAsync(ofList.Key.Type, cancellation) is var (office, type)
                && IdentitySources.IsSource(office, type) ? office : null;
            var list = source is null ? null
                : await sources.ListAsync(source, new Uri(ofList.Key.StatusList), cancellation);
            var holding = new List<Guid>();
            foreach (var proof in ofList)
            {
                var said = list?.Of(proof.StatusIndex) ?? SdJwtRefusal.StatusUnknown;
                if (said == SdJwtRefusal.None && proof.Until > now)
                    holding.Add(proof.Id);
                else if (WhyEnded(proof, source is not null, said, now) is { } reason)
                    await proofs.EndAsync(proof, reason, cancellation);
            }

            await proofs.SeenAsync(holding, cancellation);
        }
    }

    static string? WhyEnded(IdentityProof proof, bool isMarked, SdJwtRefusal said, DateTimeOffset now) =>
        proof.Until <= now ? "expired"
        : !isMarked ? "unmarked"
        : said == SdJwtRefusal.Revoked ? "revoked"
        : now - proof.SeenAt > SilentFor ? "silent"
        : null;
}

/// <summary>Looks every five minutes for what has ended: as late as a status list may be kept.</summary>
sealed partial class IdentityClock(EndedIdentities ended, ILogger<IdentityClock> log) : BackgroundService
{
    static readonly TimeSpan LooksEvery = TimeSpan.FromMinutes(5);

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        using var clock = new PeriodicTimer(LooksEvery);
        while (await clock.WaitForNextTickAsync(stop))
            try
            {
                await ended.SweepAsync(stop);
            }
            catch (Exception failed) when (!stop.IsCancellationRequested)
            {
                SweepFailed(log, failed);
            }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Looking for identities that are proved no more did not work.")]
    static partial void SweepFailed(ILogger log, Exception failed);
}
