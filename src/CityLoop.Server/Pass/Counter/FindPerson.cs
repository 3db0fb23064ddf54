using System.Security.Claims;
using CityLoop.Server.Pass.Access;
using CityLoop.Server.Pass.Cards;
using CityLoop.Server.Pass.Family;
using CityLoop.Server.Pass.Letters;
using CityLoop.Server.Pass.Levels;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace CityLoop.Server.Pass.Counter;

/// <summary>
/// An officer finds the person before them: by the code on their phone, by an e-mail address or phone number typed in
/// full, by their card, or by its number with their name. There is no list to leaf through, who tries many in vain has
/// to wait, and nobody looks without having said why.
/// </summary>
sealed class FindPerson(
    CounterCodes codes, CounterSteps steps, CardStore cards, AccessLog log, OfficerView view, FamilyStore family,
    LetterWriter letters, NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>What one officer may try in vain in ten minutes.</summary>
    public const int WrongTriesMax = 20;

    /// <summary>Wrong codes of one officer in ten minutes after which people are told: few mistype so many.</summary>
    public const int TellAfter = 5;

    readonly AddressCounts _wrongTries = new(time, TimeSpan.FromMinutes(10), WrongTriesMax);
    readonly AddressCounts _wrongCodes = new(time, CounterCodes.KnownFor, TellAfter);

    /// <summary>What became of the search, in order of precedence.</summary>
    public enum Outcome
    {
        /// <summary>Nothing was looked up: a code that was typed still works.</summary>
        PurposeMissing,
        TooManyTries,
        NobodyFound,
        ThatIsYourself,
        Found,
    }

    public static void Map(IEndpointRouteBuilder pages) =>
        pages.MapPost("/counter/find", Handle).RequireAuthorization(Roles.CityStaff)
            .RequireLevel(AssuranceLevel.ContactVerified).ExcludeFromDescription();

    public async Task<(Outcome Outcome, Guid Visit)> FindAsync(
        PersonId officer, string? typed, string? purpose, CancellationToken cancellation)
    {
        if (!OfficerPurposes.AtTheCounter.Contains(purpose))
            return (Outcome.PurposeMissing, default);
        if (_wrongTries.IsFull(officer.Value.ToByteArray()))
            return (Outcome.TooManyTries, default);
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var byCode = await codes.TakeAsync(typed, cancellation);
        var person = byCode ?? await OfContactAsync(connection, Contact.Read(typed), cancellation)
            ?? await cards.OwnerAsync(typed, cancellation);
        if (person is not { } found)
        {
            await CountWrongAsync(officer, typed);
            return (Outcome.NobodyFound, default);
        }

        if (found == officer || await family.LooksAfterAsync(officer, found, cancellation))
            return (Outcome.ThatIsYourself, default);
        var step = byCode is null ? CounterStep.FoundByContact : CounterStep.FoundByCode;
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var visit = await steps.LogAsync(connection, found, officer, step, cancellation, purpose);
        await log.WriteAsync(
            connection, OfficerView.Of(officer, found, purpose!, ["that_you_are_here"]), cancellation);
        await transaction.CommitAsync(cancellation);
        await view.TellAsync(found);
        return (Outcome.Found, visit);
    }

    /// <summary>
    /// Whose code it is, of somebody who stands beside the one who was found; counted with the officer's searches.
    /// </summary>
    public async Task<(Outcome Outcome, PersonId Person)> TakeCodeAsync(
        PersonId officer, string? typed, CancellationToken cancellation)
    {
        if (_wrongTries.IsFull(officer.Value.ToByteArray()))
            return (Outcome.TooManyTries, default);
        if (await codes.TakeAsync(typed, cancellation) is { } person)
            return (Outcome.Found, person);
        await CountWrongAsync(officer, typed);
        return (Outcome.NobodyFound, default);
    }

    // Which of the codes that people show was meant is not known: everybody who showed one is told, once in a run.
    async Task CountWrongAsync(PersonId officer, string? typed)
    {
        var name = officer.Value.ToByteArray();
        _wrongTries.Take(name);
        if (!CounterCodes.IsLike(typed) || !_wrongCodes.Take(name) || !_wrongCodes.IsFull(name))
            return;
        foreach (var person in await codes.ShownLatelyAsync(CancellationToken.None))
            await letters.TellAsync(person, Topic.Safety, "counterCodeGuessed", CancellationToken.None);
    }

    static async Task<PersonId?> OfContactAsync(
        NpgsqlConnection connection, Contact? contact, CancellationToken cancellation) =>
        contact is not null && await connection.ExecuteScalarAsync<Guid?>(new CommandDefinition(
            "select person from pass.contact where value = @Value and set_aside_at is null", new { contact.Value },
            cancellationToken: cancellation)) is { } person
                ? new PersonId(person)
                : null;

    static async Task<RedirectHttpResult> Handle(
        [FromForm] string? who, [FromForm] string? purpose, ClaimsPrincipal officer, FindPerson search,
        CancellationToken cancellation)
    {
        var (outcome, visit) = await search.FindAsync(officer.PersonId(), who, purpose, cancellation);
        return TypedResults.Redirect(outcome switch
        {
            Outcome.Found => $"/counter/visits/{visit}",
            Outcome.PurposeMissing => "/counter?problem=purpose_missing",
            Outcome.TooManyTries => "/counter?problem=too_many_searches",
            Outcome.ThatIsYourself => "/counter?problem=not_of_yourself",
            _ => "/counter?problem=nobody_found",
        });
    }
}
