using System.Security.Claims;
using CityLoop.Server.City;
using CityLoop.Server.Pass.Letters;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace CityLoop.Server.Pass.Profile;

/// <summary>A person tells how they want the pages, where they belong, and which letters they want.</summary>
static class ChangeProfile
{
    public static void Map(IEndpointRouteBuilder pages)
    {
        var me = pages.MapGroup("/me").RequireAuthorization(Roles.Resident).ExcludeFromDescription();
        me.MapPost("/wishes", SaveWishes);
        me.MapPost("/residence", SaveResidence);
        me.MapPost("/letters", SaveLetters);
    }

    static async Task<RedirectHttpResult> SaveWishes(
        IFormCollection form, ClaimsPrincipal who, NpgsqlDataSource database, Sessions sessions,
        CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            "update pass.person set wishes = @wishes where id = @person",
            new { wishes = Wishes.All.Intersect(form["wish"]).ToArray(), person = who.PersonId().Value },
            cancellationToken: cancellation));
        sessions.Refresh(who.PersonId());
        return TypedResults.Redirect("/me/profile?done=saved");
    }

    static async Task<RedirectHttpResult> SaveResidence(
        [FromForm] string? kind, [FromForm] string? district, ClaimsPrincipal who, Residences residences, CityPack city,
        CancellationToken cancellation)
    {
        await residences.TellAsync(
            who.PersonId(), Residences.Kinds.FirstOrDefault(known => known == kind),
            city.Districts.FirstOrDefault(known => known.Code == district)?.Code, cancellation);
        return TypedResults.Redirect("/me/profile?done=saved");
    }

    /// <summary>The boxes name what is wanted; what is not ticked rests.</summary>
    static async Task<RedirectHttpResult> SaveLetters(
        IFormCollection form, ClaimsPrincipal who, LetterChoices choices, CancellationToken cancellation)
    {
        await choices.SaveAsync(who.PersonId(), form["wanted"].OfType<string>(), cancellation);
        return TypedResults.Redirect("/me/letters?done=saved");
    }
}
