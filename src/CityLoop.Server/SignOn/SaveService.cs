using CityLoop.Server.Pass;

namespace CityLoop.Server.SignOn;

/// <summary>
/// An officer registers a service, changes it, suspends it or gives its program a new secret. Every change is kept with
/// who made it.
/// </summary>
sealed class SaveService(ServiceStore services, ServiceGrants grants, TimeProvider time)
{
    /// <summary>Registers or changes; answers the service, or the code of what is wrong.</summary>
    public async Task<(Service? Saved, string? Problem)> SaveAsync(
        ServiceDraft draft, Service? before, PersonId officer, CancellationToken cancellation)
    {
        if (draft.Fault() is { } fault)
            return (null, fault);
        var id = before?.Id ?? Guid.CreateVersion7(time.GetUtcNow());
        var service = draft.ToService(id, before);
        // Who agreed, agreed to this purpose, this data and these hosts, which stand on the page: with others they are
        // asked again, and nothing goes on meanwhile. Else one officer alone could send answers elsewhere, unseen.
        var isOther = before is not null && (!Same(before, service)
            || service.Authentication != before.Authentication);
        if (isOther)
            service = service with { Terms = service.Terms + 1 };
        await services.SaveAsync(service, officer, before is null ? "registered" : "changed", cancellation);
        if (isOther)
            await grants.EndAllAsync(id, "terms_changed", cancellation);
        return (service, null);
    }

    /// <summary>Lets nobody sign in there any more, and ends what sign-ins gave; or lets them in again.</summary>
    public async Task SuspendAsync(
        Service service, bool isSuspended, PersonId officer, CancellationToken cancellation)
    {
        await services.SaveAsync(
            service with { SuspendedAt = isSuspended ? time.GetUtcNow() : null }, officer,
            isSuspended ? "suspended" : "resumed", cancellation);
        if (isSuspended)
            await grants.EndAllAsync(service.Id, "suspended", cancellation);
    }

    /// <summary>A new secret for its program, told this once; the old one is worth nothing from now on.</summary>
    public async Task<string> RenewSecretAsync(Service service, PersonId officer, CancellationToken cancellation)
    {
        var secret = ClientSecret.New();
        await services.SaveAsync(
            service with { SecretHash = ClientSecret.HashOf(secret) }, officer, "secret_renewed", cancellation);
        return secret;
    }

    static bool Same(Service one, Service other) =>
        one.Purposes.InEveryLanguage.OrderBy(p => p.Key).SequenceEqual(
            other.Purposes.InEveryLanguage.OrderBy(p => p.Key))
        && one.Scopes.Order().SequenceEqual(other.Scopes.Order())
        && HostsOf(one).SetEquals(HostsOf(other));

    static HashSet<string> HostsOf(Service service) =>
        [.. service.RedirectUris.Select(uri => new Uri(uri).GetLeftPart(UriPartial.Authority))];
}
