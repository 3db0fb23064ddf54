using CityLoop.Server.City;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Pass.Contacts;

/// <summary>What became of a wish to change how somebody comes in, in order of precedence.</summary>
enum WayInOutcome
{
    /// <summary>There is no such contact or passkey of theirs.</summary>
    NotYours,

    /// <summary>Another person proved the contact before.</summary>
    BelongsToSomebodyElse,

    /// <summary>Without it they could never come in again; recovery codes do not count, they are used up.</summary>
    LastWayIn,

    /// <summary>They were signed out while they asked.</summary>
    SessionEnded,
    Done,
}

/// <summary>The contacts and passkeys by which a person comes in: never none.</summary>
sealed class WaysIn(NpgsqlDataSource database, CityPack city, TimeProvider time)
{
    /// <summary>Gives a person a contact that they have just proved; told twice it is the same.</summary>
    /// <param name="session">In which they proved it; null when nobody is signed in.</param>
    public async Task<WayInOutcome> AddContactAsync(
        PersonId person, Contact contact, CancellationToken cancellation, Guid? session = null)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var owner = await connection.ExecuteScalarAsync<Guid?>(new CommandDefinition(
            $"""
            insert into pass.contact (value, kind, person, verified_at)
            select @Value, @KindName, @person, @now where {Sessions.IsOpen}
            on conflict (value) do update set verified_at = case
              when contact.person = @person then coalesce(contact.verified_at, @now) else contact.verified_at end,
              set_aside_at = case when contact.person <> @person then contact.set_aside_at end
            returning person
            """,
            new { contact.Value, contact.KindName, person = person.Value, now = time.GetUtcNow(), session },
            cancellationToken: cancellation));
        return owner is null ? WayInOutcome.SessionEnded
            : owner == person.Value ? WayInOutcome.Done
            : WayInOutcome.BelongsToSomebodyElse;
    }

    public Task<WayInOutcome> RemoveContactAsync(PersonId person, Contact contact, CancellationToken cancellation) =>
        RemoveAsync(
            person, "delete from pass.contact where value = @what and person = @person", contact.Value, cancellation);

    public Task<WayInOutcome> RemovePasskeyAsync(
        PersonId person, byte[] credentialId, CancellationToken cancellation) =>
        RemoveAsync(
            person, "delete from pass.passkey where credential_id = @what and person = @person", credentialId,
            cancellation);

    /// <summary>
    /// After a recovery at a counter nothing else leads into a pass, in the caller's transaction: contacts that are new
    /// may be a thief's and sign nobody in, find nobody at a counter and get no letter until their owner says
    /// otherwise; passkeys and codes on paper may have been lost together with the phone. Sessions end first, so that
    /// nothing more is added in them, and last, with those that began meanwhile.
    /// </summary>
    public async Task CloseAsync(NpgsqlConnection connection, PersonId person, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        const string EndSessions =
            "update pass.session set ended_at = @now where person = @person and ended_at is null";
        // Statements of their own: each sees what was committed while the one before it waited.
        foreach (var statement in new[]
        {
            EndSessions,
            """
            update pass.contact set verified_at = null, set_aside_at = @now
            where person = @person and verified_at > @since
            """,
            "delete from pass.passkey where person = @person",
            "delete from pass.recovery_code where person = @person and origin = 'paper'",
            EndSessions,
        })
            await connection.ExecuteAsync(new CommandDefinition(
                statement,
                new { person = person.Value, now, since = now.AddDays(-city.Recovery.NewContactDays) },
                cancellationToken: cancellation));
    }

    /// <summary>The contacts that wait for their owner's yes.</summary>
    public async Task<IReadOnlyList<Contact>> SetAsideAsync(PersonId person, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return [.. (await connection.QueryAsync<(string Kind, string Value)>(new CommandDefinition(
            "select kind, value from pass.contact where person = @Value and set_aside_at is not null order by value",
            person, cancellationToken: cancellation))).Select(row => Contact.Of(row.Kind, row.Value))];
    }

    /// <summary>It is theirs after all; false when it does not wait.</summary>
    public async Task<bool> KeepAsync(PersonId person, Contact contact, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteAsync(new CommandDefinition(
            """
            update pass.contact set verified_at = @now, set_aside_at = null
            where value = @Value and person = @person and set_aside_at is not null
            """, new { contact.Value, person = person.Value, now = time.GetUtcNow() },
            cancellationToken: cancellation)) == 1;
    }

    async Task<WayInOutcome> RemoveAsync(PersonId person, string delete, object what, CancellationToken cancellation)
    {
        var values = new { person = person.Value, what };
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // Two browsers may each remove one of the last two; the lock makes the second see the first.
        await connection.ExecuteAsync("select from pass.person where id = @person for update", values, transaction);
        const string Count =
            """
            select (select count(*) from pass.contact where person = @person and set_aside_at is null)
              + (select count(*) from pass.passkey where person = @person)
            """;
        var before = await connection.ExecuteScalarAsync<long>(Count, values, transaction);
        if (await connection.ExecuteAsync(delete, values, transaction) == 0)
            return WayInOutcome.NotYours;
        // What was set aside is no way in, so it may always go.
        if (before > 0 && await connection.ExecuteScalarAsync<long>(Count, values, transaction) == 0)
            return WayInOutcome.LastWayIn;
        await transaction.CommitAsync(cancellation);
        return WayInOutcome.Done;
    }
}
