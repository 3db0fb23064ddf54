using CityLoop.Server.Web.Languages;

namespace CityLoop.Server.Pass.Profile;

/// <summary>A person tells their name and the language of their letters.</summary>
sealed class ProfileForm(PersonStore people, Sessions sessions)
{
    /// <summary>Saves; answers the code of what is wrong, or null.</summary>
    public async Task<string?> SaveAsync(
        PersonId person, string? name, string? language, CancellationToken cancellation)
    {
        var given = string.Join(' ', (name ?? "").Split(default(char[]), StringSplitOptions.RemoveEmptyEntries));
        if (given.Length == 0)
            return "name_missing";
        if (given.Length > Person.NameMax || given.Any(char.IsControl))
            return "name_too_long";
        if (!TextCatalogue.Languages.Contains(language))
            return "language_unknown";
        await people.RenameAsync(person, given, language!, cancellation);
        sessions.Refresh(person);
        return null;
    }
}
