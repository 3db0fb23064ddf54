using System.Text.RegularExpressions;
using CityLoop.Server.Pass.Letters;
using CityLoop.Server.Tests.Tidy;
using CityLoop.Server.Web.Languages;

namespace CityLoop.Server.Tests.Pass.Letters;

/// <summary>The texts of all letters beside the places that write them.</summary>
public sealed class LetterTextsTests
{
    static readonly TextCatalogue Texts = new();

    /// <summary>The letters that have texts; a sign-in code is written to a contact before there is a person.</summary>
    static readonly IReadOnlyList<string> Letters =
        [.. Texts.Keys.Select(key => Regex.Match(key, @"^letter\.(\w+)\.subject$")).Where(match => match.Success)
            .Select(match => match.Groups[1].Value).Where(letter => letter != "code").Order(StringComparer.Ordinal)];

    /// <summary>Where a letter is written, with how many values, about what.</summary>
    sealed record Site(string File, string Letter, int Values, string Topic);

    [Fact]
    public void Every_letter_is_filled_to_its_last_place_in_every_language_wherever_it_is_written()
    {
        var sites = Sites().ToList();
        sites.Select(site => site.Letter).Distinct().Order(StringComparer.Ordinal).ShouldBe(Letters);

        foreach (var site in sites)
            foreach (var key in Texts.Keys.Where(key => key.StartsWith($"letter.{site.Letter}.", default)))
                foreach (var language in TextCatalogue.Languages)
                {
                    var values = Enumerable.Range(0, site.Values).Select(object? (i) => $"<{i}>").ToArray();
                    Should.NotThrow(() => Texts.Say(language, key, values), $"{key}, written in {site.File}")
                        .ShouldNotMatch(@"\{\d|^\s*$", $"{key} in {language}, written in {site.File}");
                }
    }

    [Fact]
    public void Whatever_people_are_asked_about_is_written_about() =>
        LetterChoices.Topics.Select(topic => $"{topic}").Except(Sites().Select(site => site.Topic)).ShouldBeEmpty();

    /// <summary>
    /// Every call that writes a letter. Where it names none, its letters are the others that its file names. A call
    /// without a topic goes through <c>FamilyLetters</c> or <c>ShopStaff</c>, which add it and always two values.
    /// </summary>
    static IEnumerable<Site> Sites()
    {
        foreach (var file in SourceTree.In(["src/CityLoop.Server"], ".cs", ".razor"))
        {
            var text = SourceTree.Text(file);
            var calls = Regex.Matches(text, @"(?<!Task(<\w+>)? )\bTell\w*Async\(")
                .Select(call => ArgumentsFrom(text, call.Index + call.Length)).ToList();
            var named = calls.SelectMany(NamedIn).ToHashSet();
            foreach (var arguments in calls)
            {
                var topic = arguments.FirstOrDefault(one => one.StartsWith("Topic.", default))?[6..];
                var token = arguments.FindIndex(one => Regex.IsMatch(one, @"^(cancellation|CancellationToken\.None)$"));
                var values = topic is null ? 2 : arguments.Count - token - 1;
                var letters = NamedIn(arguments).ToList();
                if (letters.Count == 0 && topic is not null)
                    letters = [.. NamedIn([text]).Where(letter => !named.Contains(letter))];
                foreach (var letter in letters)
                    yield return new Site(file, letter, values, topic ?? "Safety");
            }
        }
    }

    static IEnumerable<string> NamedIn(IEnumerable<string> code) =>
        code.SelectMany(part => Regex.Matches(part, "\"(\\w+)\"").Select(match => match.Groups[1].Value))
            .Where(Letters.Contains).Distinct();

    /// <summary>The arguments of the call whose bracket is open at a place.</summary>
    static List<string> ArgumentsFrom(string text, int at)
    {
        var (arguments, begin, depth) = (new List<string>(), at, 0);
        for (var i = at; depth >= 0; i++)
        {
            if (depth == 0 && (text[i] is ',' or ')'))
            {
                arguments.Add(text[begin..i].Trim());
                begin = i + 1;
            }

            depth += text[i] switch { '(' or '[' or '{' => 1, ')' or ']' or '}' => -1, _ => 0 };
        }

        return arguments;
    }
}
