namespace CityLoop.Server.Pass.Profile;

/// <summary>
/// How a person wants the pages; each is a class of the document, and <see cref="PlainLanguage"/> other texts, too.
/// </summary>
static class Wishes
{
    public const string LargeText = "large_text";
    public const string PlainLanguage = "plain_language";
    public const string Contrast = "contrast";

    public static readonly IReadOnlyList<string> All = [LargeText, PlainLanguage, Contrast];
}
