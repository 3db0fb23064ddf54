using System.Text.Json;
using CityLoop.Server.Pass;
using Dapper;
using Npgsql;

namespace CityLoop.Server.SignOn;

/// <summary>What an officer did to a service, or asks for.</summary>
sealed record ServiceChange
{
    public required long Number { get; init; }
    public required Guid Service { get; init; }
    public required DateTimeOffset At { get; init; }
    public required Guid Officer { get; init; }
    public required string Change { get; init; }
    public required string Detail { get; init; }
    public string? Content { get; init; }
    public Guid? DecidedBy { get; init; }
    public DateTimeOffset? DecidedAt { get; init; }
    public bool? IsApproved { get; init; }

    /// <summary>What the service is to be; null where nothing of that changes.</summary>
    public ServiceDraft? Draft => Content is null ? null : JsonSerializer.Deserialize<ServiceDraft>(Content);
}

/// <summary>A secret that was made, and for which service, as the list of changes calls it.</summary>
sealed record NewSecret(string Secret, string Service);

/// <summary>
/// What officers change of services: one asks that a service is registered, changed, open again or given a new secret,
/// another approves, and then it holds. Who had one registered alone could gather people's consents unseen. A service
/// that is suspended is so at once. The table refuses what slips past this.
/// </summary>
sealed class ServiceChanges(
    NpgsqlDataSource database, ServiceStore services, ServiceGrants grants, Consents consents, TimeProvider time)
{
    const string Columns =
        "number, service, at, officer, change, detail, content::text as content, decided_by, decided_at, is_approved";

    /// <summary>A service is to be registered or changed; answers the code of what is wrong, if anything is.</summary>
    public async Task<string?> AskAsync(
        ServiceDraft draft, Service? before, PersonId officer, CancellationToken cancellation) =>
        draft.Fault() ?? await AskAsync(
            draft.ToService(before?.Id ?? Guid.CreateVersion7(time.GetUtcNow()), before),
            before is null ? "registered" : "changed", draft, officer, cancellation);

    /// <summary>People are to sign in there again.</summary>
    public async Task<string?> AskToResumeAsync(Service service, PersonId officer, CancellationToken cancellation) =>
        service.IsOpen ? "service_is_open" : await AskAsync(service, "resumed", null, officer, cancellation);

    /// <summary>Its program is to get a new secret; whoever approves is shown it.</summary>
    public Task<string?> AskForSecretAsync(Service service, PersonId officer, CancellationToken cancellation) =>
        AskAsync(service, "secret_renewed", null, officer, cancellation);

    /// <summary>Lets nobody sign in there any more, and ends what sign-ins gave.</summary>
    public async Task SuspendAsync(Service service, PersonId officer, CancellationToken cancellation)
    {
        await using (var connection = await database.OpenConnectionAsync(cancellation))
            await connection.ExecuteAsync(new CommandDefinition(
                """
                with suspended as (
                  update sign_on.service set suspended_at = @now where id = @Id and suspended_at is null returning id)
                insert into sign_on.service_change (service, at, officer, change, detail, decided_by, decided_at,
                  is_approved)
                select id, @now, @officer, 'suspended', @detail, @officer, @now, true from suspended
                """,
                new { service.Id, officer = officer.Value, detail = DetailOf(service), now = time.GetUtcNow() },
                cancellationToken: cancellation));
        services.Forget();
        await grants.EndAllAsync(service.Id, "suspended", cancellation);
    }

    /// <summary>
    /// A second officer approves or refuses; who asked may take it back. Answers the code of what is wrong, or the
    /// secret that was made, told this once.
    /// </summary>
    public async Task<(string? Problem, NewSecret? Made)> DecideAsync(
        long number, PersonId officer, bool isApproved, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // Two officers may press at once; the second sees what the first did.
        var waiting = await connection.QuerySingleOrDefaultAsync<ServiceChange>(new CommandDefinition(
            $"select {Columns} from sign_on.service_change where number = @number for update", new { number },
            transaction, cancellationToken: cancellation));
        if (waiting is null || waiting.DecidedAt is not null)
            return (waiting is null ? "change_unknown" : "change_decided", null);
        if (isApproved && waiting.Officer == officer.Value)
            return ("change_needs_another", null);
        var (secret, areOtherTerms) = isApproved ? await ApplyAsync(connection, waiting, cancellation) : default;
        await connection.ExecuteAsync(new CommandDefinition(
            """
            update sign_on.service_change set decided_by = @officer, decided_at = @now, is_approved = @isApproved
            where number = @number
            """, new { number, officer = officer.Value, now = time.GetUtcNow(), isApproved }, transaction,
            cancellationToken: cancellation));
        await transaction.CommitAsync(cancellation);
        services.Forget();
        if (areOtherTerms)
            await grants.EndAllAsync(waiting.Service, "terms_changed", cancellation);
        return (null, secret is null ? null : new NewSecret(secret, waiting.Detail));
    }

    /// <summary>What waits for a second officer now, oldest first.</summary>
    public Task<IReadOnlyList<ServiceChange>> WaitingAsync(CancellationToken cancellation) =>
        ReadAsync("where decided_at is null order by number", new { }, cancellation);

    /// <summary>What was done to a service and what is asked for, newest first.</summary>
    public Task<IReadOnlyList<ServiceChange>> OfAsync(Guid service, CancellationToken cancellation) =>
        ReadAsync("where service = @service order by number desc limit 50", new { service }, cancellation);

    async Task<string?> AskAsync(
        Service service, string change, ServiceDraft? draft, PersonId officer, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into sign_on.service_change (service, at, officer, change, detail, content)
            values (@Id, @now, @officer, @change, @detail, @content::jsonb) on conflict do nothing
            """,
            new
            {
                service.Id, now = time.GetUtcNow(), officer = officer.Value, change, detail = DetailOf(service),
                content = draft is null ? null : JsonSerializer.Serialize(draft),
            }, cancellationToken: cancellation)) == 0 ? "change_waits" : null;
    }

    async Task<(string? Secret, bool AreOtherTerms)> ApplyAsync(
        NpgsqlConnection connection, ServiceChange change, CancellationToken cancellation)
    {
        var before = await services.LockAsync(connection, change.Service, cancellation);
        var secret = change.Change == "secret_renewed" ? ClientSecret.New() : null;
        var service = change.Draft?.ToService(change.Service, before) ?? (secret is null
            ? before! with { SuspendedAt = null }
            : before! with { SecretHash = ClientSecret.HashOf(secret) });
        // Who agreed, agreed to this purpose, this data and these hosts, which stand on the page: with others they are
        // asked again, and nothing goes on meanwhile.
        var areOtherTerms = before is not null
            && (!Same(before, service) || service.Authentication != before.Authentication);
        await services.SaveAsync(
            connection, areOtherTerms ? service with { Terms = service.Terms + 1 } : service, cancellation);
        if (areOtherTerms)
            await consents.EndAgreementsAsync(connection, service.Id, cancellation);
        return (secret, areOtherTerms);
    }

    async Task<IReadOnlyList<ServiceChange>> ReadAsync(string where, object values, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return [.. await connection.QueryAsync<ServiceChange>(new CommandDefinition(
            $"select {Columns} from sign_on.service_change {where}", values, cancellationToken: cancellation))];
    }

    // What stands in the log must tell what was registered, and no secret.
    static string DetailOf(Service service) => string.Join(" · ",
        (IEnumerable<string>)[service.Names["zh-TW"], service.Sector, .. service.RedirectUris]);

    static bool Same(Service one, Service other) =>
        one.Purposes.Same(other.Purposes)
        // Who answers is written down for the first time: that is nobody else.
        && (one.Controller is null || one.Controller.Names.Same(other.Controller!.Names))
        && one.Scopes.Order().SequenceEqual(other.Scopes.Order())
        && HostsOf(one).SetEquals(HostsOf(other));

    static HashSet<string> HostsOf(Service service) =>
        [.. service.RedirectUris.Select(uri => new Uri(uri).GetLeftPart(UriPartial.Authority))];
}
