using CityLoop.Server.Pass.Letters;

namespace CityLoop.Server.Pass.Family;

/// <summary>Tells guardians what changes about who they are, whoever pressed the button.</summary>
sealed class FamilyLetters(LetterWriter letters, PersonStore people)
{
    public async Task TellAsync(Guardian guardian, string letter, PersonId child, string about) =>
        await letters.TellAsync(
            new PersonId(guardian.Id), Topic.Safety, letter, CancellationToken.None, await NameOfAsync(child), about);

    /// <summary>To somebody who was asked.</summary>
    public async Task TellAskedAsync(PersonId asked, string by, PersonId child) =>
        await letters.TellAsync(
            asked, Topic.Safety, "guardianAsked", CancellationToken.None, by, await NameOfAsync(child));

    async Task<string> NameOfAsync(PersonId child) => (await people.FindAsync(child, CancellationToken.None))!.Name;
}
