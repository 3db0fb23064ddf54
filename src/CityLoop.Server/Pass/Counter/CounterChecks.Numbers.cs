using System.Security.Cryptography;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Pass.Counter;

/// <summary>What numbers say: the second officer's, those that the city knows, and how often one may try.</summary>
sealed partial class CounterChecks
{
    async Task<CheckOutcome> RefusalOfSecondNumberAsync(
        NpgsqlConnection connection, PersonId officer, CounterCheck check, string? number,
        CancellationToken cancellation)
    {
        var noted = await connection.QuerySingleAsync<byte[]>(new CommandDefinition(
            "select document_print from pass.identity_check where id = @Id", new { check.Id },
            cancellationToken: cancellation));
        var typed = await prints.OfAsync(check.Document, number ?? "", cancellation);
        return await RefusalOfNumberAsync(connection, officer, check.Person, noted, typed, cancellation);
    }

    // A national number is a person's for life: who shows another one is somebody else. Passports are renewed, and on a
    // health card may stand its own number.
    async Task<CheckOutcome> RefusalOfRecordAsync(
        NpgsqlConnection connection, PersonId officer, PersonId person, bool isRecovery, bool isNational,
        byte[]? noted, CancellationToken cancellation)
    {
        var known = !isNational ? [] : (await connection.QueryAsync<byte[]>(new CommandDefinition(
            """
            select document_print from pass.identity_check
            where person = @person and purpose = 'identity' and document_print is not null
              and approved_at is not null and waits_until is null
              -- One that ended with childhood still says whose number it is.
              and (withdrawn_at is null or withdrawn_by is null)
              and (document in ('national_id', 'household_register') or @isRecovery and document = 'health_card')
            union
            -- A credential is no officer's word: beside one, another number waits.
            select document_print from pass.known_document
            where @isRecovery and person = @person and is_live
              and document in ('national_id', 'health_card', 'household_register')
            """, new { person = person.Value, isRecovery }, cancellationToken: cancellation))).ToList();
        if (known.Count == 0 || known.Any(print => CryptographicOperations.FixedTimeEquals(noted, print)))
            return await RefusalOfNumberAsync(connection, officer, person, noted, noted, cancellation);
        if (await HasTypedTooManyAsync(connection, officer, person, cancellation))
            return CheckOutcome.TooManyNumbers;
        await steps.LogAsync(connection, person, officer, CounterStep.NumberNotTheirs, cancellation);
        return CheckOutcome.NumberNotTheirs;
    }

    // In the caller's transaction, which is to be committed: a number in vain is written down and counted.
    async Task<CheckOutcome> RefusalOfNumberAsync(
        NpgsqlConnection connection, PersonId officer, PersonId person, byte[]? noted, byte[]? typed,
        CancellationToken cancellation)
    {
        if (noted is null)
            return CheckOutcome.Done;
        if (await HasTypedTooManyAsync(connection, officer, person, cancellation))
            return CheckOutcome.TooManyNumbers;
        var (refusal, step) = !CryptographicOperations.FixedTimeEquals(noted, typed)
            ? (CheckOutcome.NumbersDiffer, CounterStep.NumberDiffered)
            : await DocumentPrints.ProvesAnotherAsync(connection, person, noted, cancellation)
            ? (CheckOutcome.DocumentOfAnother, CounterStep.DocumentOfAnother)
            : (CheckOutcome.Done, default);
        if (refusal != CheckOutcome.Done)
            await steps.LogAsync(connection, person, officer, step, cancellation);
        return refusal;
    }

    // Numbers in vain, and those of this person that no second officer has confirmed: whether one was taken tells
    // whether it is known. Until the caller's transaction ends the officer's next number waits.
    async Task<bool> HasTypedTooManyAsync(
        NpgsqlConnection connection, PersonId officer, PersonId person, CancellationToken cancellation)
    {
        var values = new
        {
            officer = officer.Value, person = person.Value, since = time.GetUtcNow() - WrongNumbersWithin,
        };
        await connection.ExecuteAsync(new CommandDefinition(
            "select pg_advisory_xact_lock(hashtextextended(@officer::text, 68))", values,
            cancellationToken: cancellation));
        return await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            """
            select (select count(*) from pass.counter_step
                    where officer = @officer and at > @since
                      and step in ('NumberDiffered', 'NumberNotTheirs', 'DocumentOfAnother'))
              + (select count(*) from pass.identity_check
                 where person = @person and first_officer = @officer and recorded_at > @since
                   and document_print is not null and approved_at is null)
            """, values, cancellationToken: cancellation)) >= WrongNumbersMax;
    }
}
