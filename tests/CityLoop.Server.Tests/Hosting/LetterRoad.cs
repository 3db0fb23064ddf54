using CityLoop.Server.Pass;
using Dapper;

namespace CityLoop.Server.Tests.Hosting;

/// <summary>What the city has written to somebody: the postman carries letters in their own time.</summary>
public static class LetterRoad
{
    /// <summary>Waits for a letter to a contact whose subject says something.</summary>
    public static async Task<string> LetterAsync(this TestCity city, string contact, string subject)
    {
        string? body = null;
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                body = await city.LettersAsync(contact, subject) is [.., var newest] ? newest : null;
                return body is not null;
            },
            TimeSpan.FromSeconds(20), $"no letter '{subject}' to {contact}");
        return body!;
    }

    /// <summary>The letters that a contact has by now.</summary>
    public static async Task<IReadOnlyList<string>> LettersAsync(this TestCity city, string contact, string subject)
    {
        await using var connection = await city.Database.OpenConnectionAsync();
        return [.. await connection.QueryAsync<string>(
            "select body from pass.outbox where contact = @contact and strpos(subject, @subject) > 0 order by number",
            new { contact = Contact.Read(contact)!.Value, subject })];
    }

    /// <summary>Until nothing is left to carry.</summary>
    public static Task LettersGoneAsync(this TestCity city) => Eventually.BecomesTrueAsync(
        async () =>
        {
            await using var connection = await city.Database.OpenConnectionAsync();
            return await connection.ExecuteScalarAsync<long>("select count(*) from pass.letter") == 0;
        }, TimeSpan.FromSeconds(20), "letters wait");
}
