using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace CityLoop.Missions.Reading;

/// <summary>
/// Reads the fields of one object. A problem is noted and reading goes on with a value that is never used, so that
/// an officer sees every problem at once.
/// </summary>
sealed class FieldReader
{
    readonly Node _node;
    readonly ProblemList _problems;

    /// <param name="known">Every field that has a meaning in this object.</param>
    public FieldReader(Node node, ProblemList problems, params string[] known)
    {
        (_node, _problems) = (node, problems);
        if (Is(node, JsonTokenType.StartObject, "object"))
            foreach (var field in node.Fields.Where(f => !known.Contains(f.Name)))
                problems.Add(
                    field.Offset, field.Value.Path, ProblemCode.FieldUnknown, field.Name, string.Join(", ", known));
    }

    public Node Node => _node;

    public Node? Optional(string name) => _node.Fields.Find(f => f.Name == name)?.Value;

    public Node? Required(string name, string example)
    {
        var node = Optional(name);
        if (node is null && _node.Kind == JsonTokenType.StartObject)
            _problems.Add(_node.Offset, $"{_node.Path}.{name}", ProblemCode.FieldMissing, name, example);
        return node;
    }

    public long Whole(string name, long min, long max, string example)
    {
        if (Required(name, example) is not { } node || !Is(node, JsonTokenType.Number, "whole-number"))
            return min;
        if (node.Number is { } number && number >= min && number <= max)
            return number;
        _problems.Add(node, ProblemCode.NumberRange, Say(min), Say(max));
        return min;
    }

    public string Name(string name, Names form, string example) =>
        Required(name, example) is { } node ? NameIn(node, form) : "";

    public string NameIn(Node node, Names form)
    {
        if (!Is(node, JsonTokenType.String, "text"))
            return "";
        if (!form.Pattern.IsMatch(node.Text))
            _problems.Add(node, ProblemCode.NameForm, form.Word);
        return node.Text;
    }

    public string OneOf(string name, params string[] words)
    {
        if (Required(name, $"\"{name}\": \"{words[0]}\"") is not { } node
            || !Is(node, JsonTokenType.String, "text"))
            return words[0];
        if (words.Contains(node.Text))
            return node.Text;
        _problems.Add(node, ProblemCode.NotOneOf, string.Join(", ", words));
        return words[0];
    }

    public DateOnly Date(string name)
    {
        if (Required(name, $"\"{name}\": \"2026-11-21\"") is not { } node
            || !Is(node, JsonTokenType.String, "text"))
            return default;
        if (DateOnly.TryParseExact(
                node.Text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            return day;
        _problems.Add(node, ProblemCode.NotADate);
        return default;
    }

    public List<Node> List(string name, int min, int max, string example) =>
        Required(name, example) is { } node ? ListIn(node, min, max) : [];

    public List<Node> ListIn(Node node, int min, int max)
    {
        if (!Is(node, JsonTokenType.StartArray, "list"))
            return [];
        if (node.Members.Count < min || node.Members.Count > max)
            _problems.Add(node, ProblemCode.ListLength, Say(min), Say(max));
        return node.Members;
    }

    public bool Is(Node node, JsonTokenType kind, string needed)
    {
        if (node.Kind == kind)
            return true;
        _problems.Add(node, ProblemCode.WrongKind, needed, node.Kind switch
        {
            JsonTokenType.StartObject => "object",
            JsonTokenType.StartArray => "list",
            JsonTokenType.String => "text",
            JsonTokenType.Number => "number",
            JsonTokenType.Null => "null",
            _ => "true-or-false",
        });
        return false;
    }

    static string Say(long number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>The form of a name, for the machine and for people.</summary>
sealed partial record Names(Regex Pattern, string Word)
{
    public static readonly Names Plain = new(PlainPattern(), "plain-name");
    public static readonly Names Currency = new(CurrencyPattern(), "currency-code");
    public static readonly Names Language = new(LanguagePattern(), "language-tag");

    [GeneratedRegex("^[a-z][a-z0-9-]{0,47}\\z")]
    private static partial Regex PlainPattern();

    [GeneratedRegex("^[A-Z]{2,12}\\z")]
    private static partial Regex CurrencyPattern();

    [GeneratedRegex("^[a-z]{2,3}(-[A-Z][A-Za-z]{1,7})?\\z")]
    private static partial Regex LanguagePattern();
}
