using CityLoop.Server.City;
using CityLoop.Server.Pass.Levels;
using Dapper;
using Microsoft.AspNetCore.Identity;
using Npgsql;

namespace CityLoop.Server.Pass;

/// <summary>The people and their contacts, and what the framework's identity core asks about them.</summary>
sealed partial class PersonStore(NpgsqlDataSource database, TimeProvider time) : IUserPasskeyStore<Person>
{
    const string Columns = "id, name, language, roles, created_at, wishes, pass.level_of(id) as level";

    const string InsertPerson =
        """
        insert into pass.person (id, name, language, roles, created_at)
        values (@Id, @Name, @Language, @Roles, @CreatedAt)
        """;

    public async Task<Person?> FindAsync(PersonId id, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.QuerySingleOrDefaultAsync<Person>(new CommandDefinition(
            $"select {Columns} from pass.person where id = @id", new { id = id.Value },
            cancellationToken: cancellation));
    }

    /// <summary>The person that a verified contact leads to; an unknown contact becomes a new resident.</summary>
    public async Task<(Person Person, bool IsNew)> OfContactAsync(
        Contact contact, string language, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // Two browsers may verify the same new contact at once; the lock makes the second find the first's person.
        await connection.ExecuteAsync(
            "select pg_advisory_xact_lock(hashtextextended(@value, 20))", new { value = contact.Value }, transaction);
        var now = time.GetUtcNow();
        var known = await connection.QuerySingleOrDefaultAsync<Person>(
            $"""
            update pass.contact set verified_at = coalesce(verified_at, @now) where value = @value;
            select {Columns} from pass.person where id = (select person from pass.contact where value = @value)
            """, new { value = contact.Value, now }, transaction);
        if (known is not null)
        {
            await transaction.CommitAsync(cancellation);
            return (known, false);
        }

        var person = NewPerson(Guid.CreateVersion7(now), language, AssuranceLevel.ContactVerified);
        await connection.ExecuteAsync(InsertPerson, person, transaction);
        await connection.ExecuteAsync(
            "insert into pass.contact (value, kind, person, verified_at) values (@value, @kind, @person, @now)",
            new { value = contact.Value, kind = contact.KindName, person = person.Id, now }, transaction);
        await transaction.CommitAsync(cancellation);
        return (person, true);
    }

    /// <summary>Whose contact it is; null for nobody's.</summary>
    public async Task<PersonId?> OwnerOfAsync(Contact contact, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteScalarAsync<Guid?>(new CommandDefinition(
            "select person from pass.contact where value = @Value", new { contact.Value },
            cancellationToken: cancellation)) is { } person ? new PersonId(person) : null;
    }

    /// <summary>Whether a contact waits for its owner's yes after a recovery: it lets nobody in meanwhile.</summary>
    public async Task<bool> IsSetAsideAsync(Contact contact, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "select exists (select from pass.contact where value = @Value and set_aside_at is not null)",
            new { contact.Value }, cancellationToken: cancellation));
    }

    /// <summary>A person without any contact: they have a passkey.</summary>
    public async Task<Person> MakeAsync(Guid id, string language, CancellationToken cancellation)
    {
        var person = NewPerson(id, language, AssuranceLevel.SelfAsserted);
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(InsertPerson, person, cancellationToken: cancellation));
        return person;
    }

    Person NewPerson(Guid id, string language, AssuranceLevel level) => new()
    {
        Id = id, Name = "", Language = language, Roles = [Roles.Resident], CreatedAt = time.GetUtcNow(), Level = level,
    };

    /// <summary>The contacts by which a person is reached.</summary>
    public async Task<IReadOnlyList<Contact>> ContactsAsync(PersonId person, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<(string Kind, string Value)>(new CommandDefinition(
            "select kind, value from pass.contact where person = @person and set_aside_at is null order by value",
            new { person = person.Value }, cancellationToken: cancellation));
        return [.. rows.Select(r => Contact.Of(r.Kind, r.Value))];
    }

    /// <summary>The contacts that a person has proved to be theirs.</summary>
    public async Task<IReadOnlyList<Contact>> ProvedContactsAsync(PersonId person, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<(string Kind, string Value)>(new CommandDefinition(
            """
            select kind, value from pass.contact
            where person = @person and verified_at is not null and set_aside_at is null order by value
            """, new { person = person.Value }, cancellationToken: cancellation));
        return [.. rows.Select(r => Contact.Of(r.Kind, r.Value))];
    }

    public async Task RenameAsync(PersonId person, string name, string language, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            "update pass.person set name = @name, language = @language where id = @person",
            new { person = person.Value, name, language }, cancellationToken: cancellation));
    }

    /// <summary>Gives a person a role; once they have it, this changes nothing.</summary>
    public async Task<Person> GrantAsync(PersonId person, string role, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.QuerySingleAsync<Person>(new CommandDefinition(
            $"""
            update pass.person set roles = case when @role = any(roles) then roles else roles || @role end
            where id = @person returning {Columns}
            """, new { person = person.Value, role }, cancellationToken: cancellation));
    }

    /// <summary>Takes a role from a person; once they have it no more, this changes nothing.</summary>
    public async Task RevokeAsync(PersonId person, string role, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            "update pass.person set roles = array_remove(roles, @role) where id = @person",
            new { person = person.Value, role }, cancellationToken: cancellation));
    }

    /// <summary>Puts the demo's cast in place; what a demo person has changed since stays.</summary>
    public async Task SeedAsync(IEnumerable<CastMember> cast, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        foreach (var member in cast.OrderBy(m => m.Guardian is not null))
        {
            await connection.ExecuteAsync(
                """
                insert into pass.person (id, name, language, roles, born, district, created_at)
                values (@id, @name, 'zh-TW', @roles, @born, @district, @now)
                on conflict (id) do nothing;
                insert into pass.guardianship (child, guardian, asked_at, accepted_at)
                select @id, @guardian, @now, @now where @guardian::uuid is not null
                on conflict do nothing
                """,
                new
                {
                    id = PersonId.OfCast(member.Id).Value,
                    name = member.Names["zh-TW"],
                    roles = RolesOf(member.Role),
                    born = member.Born,
                    district = member.District?.Code,
                    guardian = member.Guardian is { } guardian ? PersonId.OfCast(guardian).Value : (Guid?)null,
                    now = time.GetUtcNow(),
                }, transaction);
            if (Contact.Read(member.Email) is { } contact)
                await connection.ExecuteAsync(
                    """
                    insert into pass.contact (value, kind, person) values (@value, @kind, @person)
                    on conflict (value) do nothing
                    """,
                    new
                    {
                        value = contact.Value,
                        kind = contact.KindName,
                        person = PersonId.OfCast(member.Id).Value,
                    }, transaction);
        }

        await transaction.CommitAsync(cancellation);
    }

    static string[] RolesOf(CastRole role) => role switch
    {
        CastRole.ShopWorker => [Roles.Resident, Roles.ShopWorker],
        CastRole.CityStaff => [Roles.Resident, Roles.CityStaff],
        CastRole.Auditor => [Roles.Resident, Roles.Auditor],
        _ => [Roles.Resident],
    };
}
