using CityLoop.Server.Pass.Access;
using CityLoop.Server.Pass.Counter;
using CityLoop.Server.Pass.Letters;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Pass.Levels;

/// <summary>What became of a proof of identity, in order of precedence.</summary>
enum IdentityProofOutcome
{
    /// <summary>The document stands behind another pass, or did so lately.</summary>
    OfAnotherPass,

    /// <summary>Two officers have checked whose pass this is: nothing is left to prove.</summary>
    CheckedAtCounter,

    /// <summary>This pass is known by another document, or was lately: it would change its owner.</summary>
    OtherDocument,
    Done,
}

/// <summary>By what a credential proved a person's identity.</summary>
/// <param name="Office">The code of the office that issued it.</param>
/// <param name="SeenAt">When its office last said that it holds.</param>
sealed record IdentityProof(
    Guid Id, Guid Person, string Office, string Type, string StatusList, int StatusIndex, DateTimeOffset SeenAt,
    DateTimeOffset ProvedAt, DateTimeOffset Until);

/// <summary>What a credential said, to be kept of it.</summary>
/// <param name="Document">The kind of document that it names.</param>
/// <param name="Print">Of that document's number.</param>
sealed record NewIdentityProof(
    string Office, string Type, string Document, byte[] Print, string StatusList, int StatusIndex,
    DateTimeOffset Until);

/// <summary>A way to level 2 besides the counter; the capability that has one registers it.</summary>
sealed record LevelRoad(string Address, Func<CancellationToken, Task<bool>> IsOpenAsync);

/// <summary>
/// Identities that were proved by a credential instead of at a counter. Whoever is let in here was verified before;
/// this keeps one document to one pass, and the person informed.
/// </summary>
sealed class IdentityProofs(
    NpgsqlDataSource database, AccessLog log, LetterWriter letters, Sessions sessions, TimeProvider time)
{
    const string Columns =
        "id, person, office, type, status_list, status_index, seen_at, proved_at, until";

    const string IsChecked =
        """
        select exists (select from pass.identity_check
                       where person = @person and purpose = 'identity' and approved_at is not null
                         and waits_until is null and withdrawn_at is null)
        """;

    /// <summary>Whether two officers have checked who somebody is, so that a credential adds nothing.</summary>
    public async Task<bool> IsCheckedAtCounterAsync(PersonId person, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            IsChecked, new { person = person.Value }, cancellationToken: cancellation));
    }

    /// <summary>The person is known by this from now on; an earlier proof of theirs is replaced.</summary>
    public async Task<IdentityProofOutcome> TakeAsync(
        PersonId person, NewIdentityProof proof, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await using (var connection = await database.OpenConnectionAsync(cancellation))
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            var values = new
            {
                id = Guid.CreateVersion7(now), person = person.Value, proof.Office, proof.Type, proof.Document,
                proof.Print, proof.StatusList, proof.StatusIndex, proof.Until, now,
            };
            // One pass may be proved by two documents at this moment: the second sees the first.
            await connection.ExecuteAsync(
                "select pg_advisory_xact_lock(hashtextextended(@person::text, 50))", values, transaction);
            if (await DocumentPrints.ProvesAnotherAsync(connection, person, proof.Print, cancellation)
                || await connection.ExecuteScalarAsync<bool>(
                    """
                    select exists (select from pass.known_document
                                   where document_print = @Print and person is distinct from @person
                                     and taken_until > @now)
                    """, values, transaction))
                return IdentityProofOutcome.OfAnotherPass;
            if (await connection.ExecuteScalarAsync<bool>(IsChecked, values, transaction))
                return IdentityProofOutcome.CheckedAtCounter;
            // Whatever its kind, and though it was just given up: who does that may have found a phone unlocked.
            if (await connection.ExecuteScalarAsync<bool>(
                """
                select exists (select from pass.known_document
                               where person = @person and document_print <> @Print and taken_until > @now)
                """, values, transaction))
                return IdentityProofOutcome.OtherDocument;
            await connection.ExecuteAsync(
                """
                update pass.identity_proof set ended_at = @now, end_reason = 'replaced'
                where person = @person and ended_at is null;
                insert into pass.identity_proof (id, person, office, type, document, document_print, status_list,
                  status_index, seen_at, proved_at, until)
                values (@id, @person, @Office, @Type, @Document, @Print, @StatusList, @StatusIndex, @now, @now, @Until)
                """, values, transaction);
            await log.WriteAsync(
                connection,
                new Access.Access
                {
                    Person = person, Kind = AccessBy.Office, By = proof.Office,
                    What = ["document", "document_number"], Purpose = "identity_proof",
                }, cancellation);
            await transaction.CommitAsync(cancellation);
        }

        sessions.Refresh(person);
        await letters.TellAsync(person, Topic.Safety, "identityProved", CancellationToken.None);
        return IdentityProofOutcome.Done;
    }

    /// <summary>By what a person is known now; null when by nothing of this kind.</summary>
    public async Task<IdentityProof?> FindAsync(PersonId person, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.QuerySingleOrDefaultAsync<IdentityProof>(new CommandDefinition(
            $"select {Columns} from pass.identity_proof where person = @Value and ended_at is null", person,
            cancellationToken: cancellation));
    }

    /// <summary>All that hold now.</summary>
    public async Task<IReadOnlyList<IdentityProof>> LiveAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return [.. await connection.QueryAsync<IdentityProof>(new CommandDefinition(
            $"select {Columns} from pass.identity_proof where ended_at is null", cancellationToken: cancellation))];
    }

    /// <summary>Their office has said just now that they hold.</summary>
    public async Task SeenAsync(IReadOnlyList<Guid> proofs, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            "update pass.identity_proof set seen_at = @now where id = any(@proofs) and ended_at is null",
            new { proofs = proofs.ToArray(), now = time.GetUtcNow() }, cancellationToken: cancellation));
    }

    /// <summary>
    /// Ends what was proved since two officers last checked the person, who had not their pass to themselves perhaps.
    /// The documents stand behind them no more; the person is told.
    /// </summary>
    public async Task EndSinceCheckAsync(PersonId person, CancellationToken cancellation)
    {
        await using (var connection = await database.OpenConnectionAsync(cancellation))
            if (!(await connection.QueryAsync<bool>(new CommandDefinition(
                """
                with since as (
                  select p.id, p.ended_at is null as was_live from pass.identity_proof p
                  where p.person = @person and p.proved_at >= (
                    select coalesce(max(c.approved_at), '-infinity') from pass.identity_check c
                    where c.person = @person and c.purpose = 'identity' and c.waits_until is null
                      and c.withdrawn_at is null)
                  for update)
                update pass.identity_proof p set ended_at = coalesce(ended_at, @now), end_reason = 'recovered'
                from since where since.id = p.id returning since.was_live
                """, new { person = person.Value, now = time.GetUtcNow() }, cancellationToken: cancellation)))
                .Any(wasLive => wasLive))
                return;
        sessions.Refresh(person);
        await letters.TellAsync(person, Topic.Safety, "identityProofEnded", CancellationToken.None);
    }

    /// <summary>Forgets the documents of those who were erased, once anybody may prove a pass by them again.</summary>
    public async Task ForgetErasedAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            "delete from pass.erased_document where pass.document_taken_until(ended_at) <= @now",
            new { now = time.GetUtcNow() }, cancellationToken: cancellation));
    }

    /// <summary>It holds no more; the person is told. Twice changes nothing.</summary>
    /// <param name="reason">As the table names it.</param>
    public async Task EndAsync(IdentityProof proof, string reason, CancellationToken cancellation)
    {
        await using (var connection = await database.OpenConnectionAsync(cancellation))
            if (await connection.ExecuteAsync(new CommandDefinition(
                """
                update pass.identity_proof set ended_at = @now, end_reason = @reason
                where id = @Id and ended_at is null
                """, new { proof.Id, reason, now = time.GetUtcNow() }, cancellationToken: cancellation)) == 0)
                return;
        sessions.Refresh(new PersonId(proof.Person));
        await letters.TellAsync(
            new PersonId(proof.Person), Topic.Safety, "identityProofEnded", CancellationToken.None);
    }
}
