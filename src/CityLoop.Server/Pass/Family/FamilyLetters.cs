using CityLoop.Server.Pass.Letters;

namespace CityLoop.Server.Pass.Family;

/// <summary>Tells guardians what changes about who they are, whoever pressed the button.</summary>
sealed class FamilyLetters(LetterWriter letters, PersonStore people)
{
    public async Task TellAsync(Guardian guardian, string letter, PersonId child, object about) =>
        await letters.TellAsync(
            new PersonId(guardian.Id), Topic.Safety, letter, CancellationToken.None, await NameOfAsync(child), about);

    /// <summary>To somebody who was asked.</summary>
    public async Task TellAskedAsync(PersonId asked, string by, PersonId child) =>
        await letters.TellAsync(
            asked, Topic.Safety, "guardianAsked", CancellationToken.None, by, await NameOfAsync(child));

    /// <summary>To who is represented and to who represents: {0} and {1} are their names.</summary>
    public async Task TellBothAsync(string letter, PersonId person, PersonId representative)
    {
        var about = await NameOfAsync(representative);
        foreach (var reader in new[] { person, representative })
            await TellAsync(new Guardian(reader.Value, ""), letter, person, about);
    }

    /// <summary>To both sides of each mandate and ask that ended without either of them pressing for it.</summary>
    public async Task TellEndedAsync(PersonId person, EndedMandates ended)
    {
        foreach (var representative in ended.Representatives)
            await TellBothAsync("representativeEnded", person, representative);
        foreach (var contact in ended.Asked)
        {
            await TellAsync(new Guardian(person.Value, ""), "mandateAskEnded", person, contact.Masked());
            if (await people.OwnerOfAsync(contact, CancellationToken.None) is { } owner)
                await TellAsync(new Guardian(owner.Value, ""), "mandateAskEnded", person, contact.Masked());
        }
    }

    async Task<string> NameOfAsync(PersonId child) => (await people.FindAsync(child, CancellationToken.None))!.Name;
}
