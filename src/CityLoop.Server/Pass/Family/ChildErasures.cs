using CityLoop.Server.City;
using CityLoop.Server.Pass.Data;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Pass.Family;

/// <summary>What became of a guardian's wish to have a child's pass erased, in order of precedence.</summary>
enum ChildErasureOutcome
{
    /// <summary>Not a guardian of a child that is still small when the week is over: then it decides itself.</summary>
    NotTheirChild,

    /// <summary>It waits for the other guardian.</summary>
    AsksTheOther,

    /// <summary>The week has begun.</summary>
    Asked,
}

/// <summary>
/// Erasing a small child's pass. Every guardian has to want it: of two the second agrees, within a week. After that it
/// is an erasure like any other, with a week in which either guardian can take it back alone.
/// </summary>
sealed class ChildErasures(
    NpgsqlDataSource database, FamilyStore family, Erasures erasures, CityPack city, CityClock clock)
{
    /// <summary>Who asked the other guardian and has no answer yet; null for nobody.</summary>
    public async Task<PersonId?> AskedByAsync(PersonId child, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await AskedByAsync(connection, child, cancellation);
    }

    /// <summary>A guardian wants it; or agrees, when the other one has asked.</summary>
    public async Task<ChildErasureOutcome> AskAsync(
        PersonId guardian, PersonId child, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // Both may ask at this moment: the second one agrees. Nor does a guardian come or go meanwhile.
        await FamilyStore.LockAsync(connection, transaction, child, cancellation);
        if (!await MayAsync(guardian, child, clock.Today.AddDays(Erasures.CanBeTakenBackFor.Days), cancellation))
            return ChildErasureOutcome.NotTheirChild;
        var others = (await family.GuardiansOfAsync(child, cancellation)).Count(one => one.Id != guardian.Value);
        var askedBy = await AskedByAsync(connection, child, cancellation);
        var outcome = others == 0 || (askedBy is { } asker && asker != guardian)
            ? ChildErasureOutcome.Asked : ChildErasureOutcome.AsksTheOther;
        await connection.ExecuteAsync(new CommandDefinition(
            outcome == ChildErasureOutcome.Asked
                ? "delete from pass.erasure_ask where child = @child"
                : """
                insert into pass.erasure_ask (child, asked_by, asked_at) values (@child, @guardian, @now)
                on conflict (child) do update set asked_by = excluded.asked_by, asked_at = excluded.asked_at
                """,
            new { child = child.Value, guardian = guardian.Value, now = clock.Now.ToUniversalTime() },
            cancellationToken: cancellation));
        if (outcome == ChildErasureOutcome.Asked
            && await erasures.AskAsync(child, cancellation) != ErasureOutcome.Asked)
            return ChildErasureOutcome.NotTheirChild;
        await transaction.CommitAsync(cancellation);
        return outcome;
    }

    /// <summary>
    /// A guardian does not want it: what was asked counts no more, and what has begun is taken back. False when there
    /// was nothing.
    /// </summary>
    public async Task<bool> KeepAsync(PersonId guardian, PersonId child, CancellationToken cancellation)
    {
        if (!await MayAsync(guardian, child, clock.Today, cancellation))
            return false;
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var withdrawn = await connection.ExecuteAsync(new CommandDefinition(
            "delete from pass.erasure_ask where child = @Value", child, cancellationToken: cancellation));
        return await erasures.TakeBackAsync(child, cancellation) || withdrawn == 1;
    }

    // Until a day on which the child uses its pass itself.
    async Task<bool> MayAsync(PersonId guardian, PersonId child, DateOnly day, CancellationToken cancellation) =>
        await family.SmallChildAsync(guardian, child, cancellation) is { } small
        && small.AgeOn(day) < city.Family.ActsUntil;

    // An ask of somebody who is a guardian no more counts for nothing.
    async Task<PersonId?> AskedByAsync(NpgsqlConnection connection, PersonId child, CancellationToken cancellation) =>
        await connection.ExecuteScalarAsync<Guid?>(new CommandDefinition(
            """
            select a.asked_by from pass.erasure_ask a join pass.guardianship g
              on g.child = a.child and g.guardian = a.asked_by and g.ground = 'child' and g.ended_at is null
            where a.child = @child and a.asked_at > @since
            """,
            new { child = child.Value, since = clock.Now.ToUniversalTime() - GuardianAsks.AskLasts },
            cancellationToken: cancellation)) is { } asker ? new PersonId(asker) : null;
}
