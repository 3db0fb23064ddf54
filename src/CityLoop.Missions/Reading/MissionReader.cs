using System.Globalization;
using System.Text.Json;

namespace CityLoop.Missions.Reading;

/// <summary>
/// Turns nodes into a mission and judges the form of every field. What fields say about each other is the work of
/// <see cref="MissionRules"/>.
/// </summary>
sealed class MissionReader(ProblemList problems)
{
    IReadOnlyList<string> _languages = [];

    public Mission Read(Node root)
    {
        var fields = new FieldReader(
            root, problems,
            "$schema", "language", "id", "version", "languages", "name", "summary", "who", "level", "when", "what",
            "earns", "draws");
        if (fields.Optional("$schema") is { } schema)
            fields.Is(schema, JsonTokenType.String, "text");
        fields.Whole("language", 1, 1, "\"language\": 1");
        _languages = [.. fields.List("languages", 1, 20, "\"languages\": [\"zh-TW\", \"en\"]")
            .Select(node => fields.NameIn(node, Names.Language))];
        fields.OneOf("who", "everyone");
        var when = Part(fields, "when", "{ \"from\": \"2026-11-01\", \"until\": \"2026-12-31\" }", "from", "until");
        return new Mission
        {
            Id = fields.Name("id", Names.Plain, "\"id\": \"heritage-rally\""),
            Version = (int)fields.Whole("version", 1, 1_000_000, "\"version\": 1"),
            Languages = _languages,
            Name = Text(fields, "name", 80),
            Summary = Text(fields, "summary", 400),
            Level = (int)(fields.Optional("level") is null
                ? 0 : fields.Whole("level", 0, Mission.IdentityChecked, "\"level\": 1")),
            From = when?.Date("from") ?? default,
            Until = when?.Date("until") ?? default,
            Activities = [.. fields.List("what", 1, 100, "\"what\": [ { \"id\": … } ]").Select(ReadActivity)],
            Rewards = [.. fields.List("earns", 1, 50, "\"earns\": [ { \"id\": … } ]").Select(ReadReward)],
            Draws = fields.Optional("draws") is { } draws ? [.. fields.ListIn(draws, 0, 10).Select(ReadDraw)] : [],
        };
    }

    Activity ReadActivity(Node node)
    {
        var fields = new FieldReader(node, problems, "id", "name", "where", "counts", "proof");
        var where = Part(fields, "where", "{ \"spot\": \"spot-01\" }", "spot");
        var proof = Part(fields, "proof", "{ \"scan\": \"spot\" }", "scan", "quiz");
        proof?.OneOf("scan", "spot");
        return new Activity(
            fields.Name("id", Names.Plain, "\"id\": \"spot-01\""),
            fields.Optional("name") is { } name ? TextIn(name, 80) : null,
            where?.Name("spot", Names.Plain, "\"spot\": \"spot-01\"") ?? "",
            fields.OneOf("counts", "once", "daily") == "daily" ? Counting.Daily : Counting.Once,
            proof?.Optional("quiz") is { } quiz ? ReadQuiz(quiz) : null);
    }

    Quiz ReadQuiz(Node node)
    {
        var fields = new FieldReader(node, problems, "question", "choices", "answer", "hint", "fact", "retry");
        var retry = Part(fields, "retry", "{ \"afterSeconds\": 60, \"perDay\": 5 }", "afterSeconds", "perDay");
        return new Quiz(
            Text(fields, "question", 300),
            [.. fields.List("choices", 2, 6, "\"choices\": [ { … }, { … }, { … } ]").Select(c => TextIn(c, 120))],
            (int)fields.Whole("answer", 1, 6, "\"answer\": 1"),
            Text(fields, "hint", 300),
            Text(fields, "fact", 400),
            new Retry(
                (int)(retry?.Whole("afterSeconds", 0, 86_400, "\"afterSeconds\": 60") ?? 0),
                (int)(retry?.Whole("perDay", 1, 100, "\"perDay\": 5") ?? 1)));
    }

    Reward ReadReward(Node node)
    {
        var fields = new FieldReader(node, problems, "id", "after", "every", "points", "tickets");
        var (after, every) = (fields.Optional("after"), fields.Optional("every"));
        if (after is null == every is null && node.Kind == JsonTokenType.StartObject)
            problems.Add(node, ProblemCode.OneOfTwoFields, "after", "every");
        var tickets = fields.Optional("tickets");
        var points = tickets is null
            ? fields.Required("points", "\"points\": { … } or \"tickets\": { … }")
            : fields.Optional("points");

        var count = every is not null
            ? new FieldReader(every, problems, "stamps", "of", "atMost")
            : after is not null ? new FieldReader(after, problems, "stamps", "of") : null;
        return new Reward(
            fields.Name("id", Names.Plain, "\"id\": \"three-stamps\""),
            (int)(count?.Whole("stamps", 1, 1_000, "\"stamps\": 3") ?? 1),
            every is null ? 1 : (int)count!.Whole("atMost", 1, 1_000, "\"atMost\": 20"),
            count?.Optional("of") is { } of
                ? [.. count.ListIn(of, 1, 100).Select(o => count.NameIn(o, Names.Plain))]
                : [],
            points is null ? null : ReadPoints(points),
            tickets is null ? null : ReadTickets(tickets));
    }

    PointsReward ReadPoints(Node node)
    {
        var fields = new FieldReader(node, problems, "amount", "currency", "budget");
        return new PointsReward(
            fields.Whole("amount", 1, 1_000_000_000, "\"amount\": 100"),
            fields.Name("currency", Names.Currency, "\"currency\": \"TCP\""),
            fields.Name("budget", Names.Plain, "\"budget\": \"rally-2026\""));
    }

    TicketsReward ReadTickets(Node node)
    {
        var fields = new FieldReader(node, problems, "draw", "count");
        return new TicketsReward(
            fields.Name("draw", Names.Plain, "\"draw\": \"grand\""),
            (int)fields.Whole("count", 1, 1_000, "\"count\": 1"));
    }

    Draw ReadDraw(Node node)
    {
        var fields = new FieldReader(node, problems, "id", "name", "prize");
        return new Draw(
            fields.Name("id", Names.Plain, "\"id\": \"grand\""), Text(fields, "name", 80), Text(fields, "prize", 200));
    }

    FieldReader? Part(FieldReader fields, string name, string example, params string[] known) =>
        fields.Required(name, $"\"{name}\": {example}") is { } node ? new FieldReader(node, problems, known) : null;

    LocalText Text(FieldReader fields, string name, int max) =>
        fields.Required(name, $"\"{name}\": {{ \"zh-TW\": \"…\" }}") is { } node
            ? TextIn(node, max)
            : new LocalText([]);

    LocalText TextIn(Node node, int max)
    {
        // Without languages, which is a problem of its own, every text would look wrong.
        var spoken = _languages.Count > 0 ? _languages : [.. node.Fields.Select(f => f.Name)];
        var fields = new FieldReader(node, problems, [.. spoken]);
        if (node.Kind != JsonTokenType.StartObject)
            return new LocalText([]);
        List<KeyValuePair<string, string>> texts = [];
        foreach (var language in spoken)
        {
            if (fields.Optional(language) is not { } text)
                problems.Add(node, ProblemCode.LanguageMissing, language);
            else if (fields.Is(text, JsonTokenType.String, "text"))
            {
                CheckText(text, max);
                texts.Add(new(language, text.Text));
            }
        }

        return new LocalText(texts);
    }

    void CheckText(Node text, int max)
    {
        if (string.IsNullOrWhiteSpace(text.Text) || text.Text.EnumerateRunes().Count() > max)
            problems.Add(text, ProblemCode.TextLength, "1", max.ToString(CultureInfo.InvariantCulture));
        else if (text.Text.Any(char.IsControl))
            problems.Add(text, ProblemCode.TextNotPlain);
    }
}
