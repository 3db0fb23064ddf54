using CityLoop.Ledger;
using CityLoop.Server.Pass.Counter;
using CityLoop.Server.Pass.Letters;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Pass.Access;

/// <summary>
/// The way by which officers' pages come to show anything about people: it is written down first, and who wants to hear
/// of it gets a letter. A page that goes around it is found by tests.
/// </summary>
sealed class OfficerView(
    AccessLog log, CounterSteps steps, LetterWriter letters, NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>The pages that somebody opens one after the other in one visit make one letter.</summary>
    static readonly TimeSpan OneLetterFor = CounterSteps.VisitLasts;

    /// <summary>Writes down that an officer is about to see these things about these people.</summary>
    public async Task OpenAsync(
        PersonId officer, IEnumerable<PersonId> people, string purpose, IReadOnlyList<string> what,
        CancellationToken cancellation)
    {
        var seen = people.Distinct().Where(person => person != officer).ToList();
        if (seen.Count == 0)
            return;
        List<PersonId> told = [];
        await using (var connection = await database.OpenConnectionAsync(cancellation))
        await using (var transaction = await connection.BeginTransactionAsync(cancellation))
        {
            foreach (var person in seen)
            {
                if (await IsNewAsync(connection, officer, person, purpose))
                    told.Add(person);
                await log.WriteAsync(connection, Of(officer, person, purpose, what), cancellation);
            }

            await transaction.CommitAsync(cancellation);
        }

        foreach (var person in told)
            await TellAsync(person);
    }

    /// <summary>A letter to somebody who wants to hear that an officer looked.</summary>
    public Task TellAsync(PersonId person) =>
        letters.TellAsync(person, Topic.Access, "officerLooked", CancellationToken.None);

    /// <summary>
    /// The visit of a person whom some officer found just now, with what a page shows of them written down. Null when
    /// it is over, and that the officer was refused is written down; null for the officer's own, too.
    /// </summary>
    public async Task<Visit?> VisitAsync(
        Guid id, PersonId officer, IReadOnlyList<string> what, CancellationToken cancellation)
    {
        if (await steps.FindAsync(id, cancellation) is not { } visit || visit.Person == officer)
            return null;
        var purpose = visit.PurposeOf(officer);
        if (time.GetUtcNow() - visit.At < CounterSteps.VisitLasts)
        {
            await OpenAsync(officer, [visit.Person], purpose, what, cancellation);
            return visit;
        }

        await using var connection = await database.OpenConnectionAsync(cancellation);
        await log.WriteAsync(
            connection, Of(officer, visit.Person, purpose, what) with { IsGiven = false }, cancellation);
        return null;
    }

    /// <summary>
    /// The same for accounts of the books: whose they are is looked up here and told to nobody. An account of nobody's
    /// is no access.
    /// </summary>
    public async Task OpenAccountsAsync(
        PersonId officer, IEnumerable<AccountId> accounts, IReadOnlyList<string> what, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var people = await connection.QueryAsync<Guid>(new CommandDefinition(
            "select person from pass.account where account = any(@accounts)",
            new { accounts = accounts.Select(account => account.Value).ToArray() }, cancellationToken: cancellation));
        await OpenAsync(
            officer, people.Select(person => new PersonId(person)), OfficerPurposes.Books, what, cancellation);
    }

    /// <summary>
    /// What officers did with an account of the books: written down for whose it is, who gets a letter at once. Nobody
    /// else is told whose that is; an account of nobody's is no access.
    /// </summary>
    /// <param name="what">What was done, and the reason: <see cref="AccessText"/>.</param>
    /// <param name="letter">The letter's texts; the reason is in it.</param>
    public async Task TellOfAccountAsync(
        IEnumerable<PersonId> officers, AccountId account, string what, string letter, string reason,
        CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        if (await connection.QuerySingleOrDefaultAsync<Guid?>(new CommandDefinition(
            "select person from pass.account where account = @Value", account, cancellationToken: cancellation))
            is not { } owner)
            return;
        var person = new PersonId(owner);
        foreach (var officer in officers.Distinct().Where(officer => officer != person))
            await log.WriteAsync(
                connection, Of(officer, person, OfficerPurposes.Account, [what]), cancellation);
        await letters.TellAsync(person, Topic.Safety, letter, CancellationToken.None, reason);
    }

    /// <summary>An officer's access, for who writes it in a transaction of their own.</summary>
    public static Access Of(PersonId officer, PersonId person, string purpose, IReadOnlyList<string> what) => new()
    {
        Person = person, Kind = AccessBy.Officer, By = officer.ToString(), What = what, Purpose = purpose,
    };

    Task<bool> IsNewAsync(NpgsqlConnection connection, PersonId officer, PersonId person, string purpose) =>
        connection.ExecuteScalarAsync<bool>(
            """
            select not exists (select from pass.access where person = @person and officer = @officer
                                 and purpose = @purpose and is_given and at > @since)
            """,
            new
            {
                person = person.Value, officer = officer.Value, purpose, since = time.GetUtcNow() - OneLetterFor,
            });
}
