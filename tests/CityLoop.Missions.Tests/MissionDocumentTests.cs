using System.Text;
using System.Text.Json;
using CityLoop.Missions.Reading;

namespace CityLoop.Missions.Tests;

public sealed class MissionDocumentTests
{
    /// <summary>A small, right document; each test breaks one thing in it.</summary>
    const string Small = """
        {
          "language": 1, "id": "tree-walk", "version": 1,
          "languages": ["zh-TW", "en"],
          "name": { "zh-TW": "看樹", "en": "Trees" },
          "summary": { "zh-TW": "走走", "en": "Walk" },
          "who": "everyone",
          "when": { "from": "2026-11-01", "until": "2026-11-30" },
          "what": [
            { "id": "oak", "where": { "spot": "oak" }, "counts": "once", "proof": { "scan": "spot" } },
            { "id": "elm", "where": { "spot": "elm" }, "counts": "once", "proof": { "scan": "spot", "quiz": {
              "question": { "zh-TW": "幾歲？", "en": "How old?" },
              "choices": [ { "zh-TW": "一", "en": "1" }, { "zh-TW": "百", "en": "100" } ],
              "answer": 2,
              "hint": { "zh-TW": "看牌", "en": "Look" }, "fact": { "zh-TW": "老", "en": "Old" },
              "retry": { "afterSeconds": 0, "perDay": 3 } } } }
          ],
          "earns": [
            { "id": "both", "after": { "stamps": 2 }, "points": { "amount": 5, "currency": "TCP", "budget": "trees" } },
            { "id": "one", "after": { "stamps": 1, "of": ["oak"] }, "tickets": { "draw": "tree", "count": 1 } }
          ],
          "draws": [
            { "id": "tree", "name": { "zh-TW": "樹", "en": "Tree" }, "prize": { "zh-TW": "樹", "en": "A tree" } } ]
        }
        """;

    static readonly CityNames City = new(
        ["oak", "elm"], new Dictionary<string, string> { ["trees"] = "TCP" }, ["TCP", "VCH"], ["zh-TW", "en"]);

    [Fact]
    public void The_right_document_is_a_mission()
    {
        var mission = MissionDocument.Read(Encoding.UTF8.GetBytes(Small), City).Mission.ShouldNotBeNull();
        mission.Name.In("en").ShouldBe("Trees");
        mission.Name.In("ja").ShouldBe("看樹");
        mission.Activities[0].Quiz.ShouldBeNull();
        mission.Activities[1].Quiz!.Retry.ShouldBe(new Retry(0, 3));
        mission.Rewards[1].Of.ShouldBe(["oak"]);
        mission.DrawOf("tree")!.Prize.In("en").ShouldBe("A tree");
    }

    [Theory]
    // A field that is missing is told at the object that lacks it.
    [InlineData("\"when\": { \"from\": \"2026-11-01\", \"until\"",
        "\"when\": ▲{ \"from\": \"2026-11-01\", ▲\"untill\"",
        "$.when.until FieldMissing; $.when.untill FieldUnknown")]
    [InlineData("\"points\": { \"amount\": 5, \"currency\": \"TCP\", \"budget\": \"trees\" }",
        "\"points\": ▲{ \"amount\": 5, \"currency\": \"TCP\" }",
        "$.earns[0].points.budget FieldMissing")]
    [InlineData("\"counts\": \"once\", \"proof\": { \"scan\": \"spot\", ",
        "\"counts\": \"once\", \"proof\": ▲{ ",
        "$.what[1].proof.scan FieldMissing")]
    // All else is told where it stands.
    [InlineData("\"answer\": 2,", "\"answer\": ▲3,", "$.what[1].proof.quiz.answer AnswerIsNotAChoice")]
    [InlineData("\"answer\": 2,", "\"answer\": ▲\"2\",", "$.what[1].proof.quiz.answer WrongKind")]
    [InlineData("\"answer\": 2,", "\"answer\": ▲1.5,", "$.what[1].proof.quiz.answer NumberRange")]
    [InlineData("\"answer\": 2,", "\"answer\": 2, ▲\"answer\": 1,", "$.what[1].proof.quiz.answer FieldTwice")]
    [InlineData("\"answer\": 2,", "\"answer\": 2, ▲\"\\u0061nswer\": 1,", "$.what[1].proof.quiz.answer FieldTwice")]
    [InlineData("\"id\": \"elm\"", "\"id\": ▲\"oak\"", "$.what[1].id NameTwice")]
    [InlineData("\"spot\": \"elm\"", "\"spot\": ▲\"elk\"", "$.what[1].where.spot NotOfThisCity")]
    [InlineData("\"budget\": \"trees\"", "\"budget\": ▲\"Trees\"", "$.earns[0].points.budget NameForm")]
    [InlineData("\"budget\": \"trees\"", "\"budget\": ▲\"woods\"", "$.earns[0].points.budget NotOfThisCity")]
    [InlineData("\"currency\": \"TCP\"", "\"currency\": ▲\"XXX\"", "$.earns[0].points.currency NotOfThisCity")]
    [InlineData("\"currency\": \"TCP\"", "\"currency\": ▲\"VCH\"",
        "$.earns[0].points.currency BudgetHoldsAnotherCurrency")]
    [InlineData("\"amount\": 5", "\"amount\": ▲0", "$.earns[0].points.amount NumberRange")]
    [InlineData("\"amount\": 5", "\"amount\": ▲-5", "$.earns[0].points.amount NumberRange")]
    [InlineData("\"amount\": 5", "\"amount\": ▲99999999999999999999", "$.earns[0].points.amount NumberRange")]
    [InlineData("\"stamps\": 2", "\"stamps\": ▲3", "$.earns[0].after.stamps StampsOutOfReach")]
    [InlineData("[\"oak\"]", "[▲\"ash\"]", "$.earns[1].after.of[0] NameUnknown")]
    [InlineData("\"draw\": \"tree\"", "\"draw\": ▲\"bush\"", "$.earns[1].tickets.draw NameUnknown")]
    [InlineData("{ \"id\": \"both\", \"after\": { \"stamps\": 2 }, ",
        "▲{ \"id\": \"both\", ",
        "$.earns[0] OneOfTwoFields")]
    [InlineData("{ \"id\": \"both\", ",
        "▲{ \"id\": \"both\", \"every\": { \"stamps\": 1, \"atMost\": 1 }, ",
        "$.earns[0] OneOfTwoFields")]
    [InlineData("\"2026-11-30\"", "▲\"2026-02-30\"", "$.when.until NotADate")]
    [InlineData("\"2026-11-30\"", "▲\"2026-10-30\"", "$.when.until PeriodLength")]
    [InlineData("\"2026-11-30\"", "▲\"2029-11-30\"", "$.when.until PeriodLength")]
    [InlineData("{ \"zh-TW\": \"看樹\", ", "▲{ ", "$.name LanguageMissing")]
    [InlineData("\"zh-TW\": \"看樹\", ", "\"zh-TW\": \"看樹🌳🌳\", ▲\"fr\": \"arbres\", ", "$.name.fr FieldUnknown")]
    [InlineData("\"en\": \"Trees\"", "\"en\": ▲\" \"", "$.name.en TextLength")]
    [InlineData("\"en\": \"Trees\"", "\"en\": ▲\"a\\u0000b\"", "$.name.en TextNotPlain")]
    [InlineData("\"everyone\"", "▲\"nobody\"", "$.who NotOneOf")]
    [InlineData("\"everyone\"", "\"everyone\", \"level\": ▲3", "$.level NumberRange")]
    [InlineData("\"language\": 1", "\"language\": ▲2", "$.language NumberRange")]
    [InlineData("[\"zh-TW\", \"en\"]", "▲[]", "$.languages ListLength")]
    // What is not JSON is told where reading stopped.
    [InlineData("\"everyone\",\n  \"when\"", "\"everyone\"\n  ▲\"when\"", "$ NotJson")]
    [InlineData("\"who\"", "▲who", "$ NotJson")]
    [InlineData("\"Trees\"", "▲\"\\ud800\"", "$ NotJson")]
    [InlineData("\"version\": 1,", "\"version\": 1, ▲// first", "$ NotJson")]
    public void A_broken_document_is_told_by_line_column_and_path(string old, string broken, string expected)
    {
        Small.Split(old).Length.ShouldBe(2, "the test must break exactly one place");
        // ▲ marks where the problem is; the place is counted here in another way than the reader does it.
        var marked = Small.Replace(old, broken);
        var places = marked.Split('▲').SkipLast(1)
            .Aggregate(new List<string>(), (before, part) => [.. before, before.LastOrDefault() + part])
            .ConvertAll(before => $"{before.Split('\n').Length}:{before.Split('\n')[^1].Length + 1}");
        Problems(marked.Replace("▲", ""))
            .ShouldBe(expected.Split("; ").Select((problem, i) => $"{places[i]} {problem}"));
    }

    [Fact]
    public void Every_problem_is_told_at_once_in_the_order_of_the_document() =>
        Problems(Small.Replace("\"id\": \"tree-walk\", ", "").Replace("\"everyone\"", "7")
                .Replace("\"amount\": 5", "\"amount\": true"))
            .ShouldBe(["1:1 $.id FieldMissing", "6:10 $.who WrongKind", "18:69 $.earns[0].points.amount WrongKind"]);

    [Theory]
    [InlineData("", "NotJson")]
    [InlineData("null", "WrongKind")]
    [InlineData("[]", "WrongKind")]
    [InlineData("{} {}", "NotJson")]
    [InlineData("{", "NotJson")]
    public void What_is_no_document_at_all_is_told_too(string text, string code) =>
        Problems(text).ShouldContain(problem => problem.EndsWith(code));

    [Fact]
    public void A_document_that_is_too_long_or_too_deep_is_refused_before_it_costs_anything()
    {
        Problems(new string(' ', 256 * 1024) + Small).ShouldBe(["1:1 $ TooLarge"]);
        Problems(string.Concat(Enumerable.Repeat("[", 100))).Single().ShouldEndWith("TooDeep");
        Problems(string.Concat(Enumerable.Repeat("{\"a\":", 100))).Single().ShouldEndWith("TooDeep");
    }

    [Fact]
    public void A_byte_that_is_not_utf_8_is_told_and_a_byte_order_mark_is_not_minded()
    {
        byte[] bytes = Encoding.UTF8.GetBytes(Small);
        MissionDocument.Read([0xEF, 0xBB, 0xBF, .. bytes], City).Mission.ShouldNotBeNull();
        bytes[Encoding.UTF8.GetByteCount(Small[..(Small.IndexOf("Trees", StringComparison.Ordinal) + 4)])] = 0xFF;
        MissionDocument.Read(bytes, City).Problems.Single().ToString().ShouldStartWith("4:39 $: This is not JSON");
    }

    [Fact]
    public void A_document_cut_anywhere_is_refused_and_never_breaks_the_reader()
    {
        var bytes = Encoding.UTF8.GetBytes(Small);
        for (var length = 0; length < bytes.Length - 1; length++)
            MissionDocument.Read(bytes[..length], City).Problems.ShouldNotBeEmpty();
    }

    [Fact]
    public void Every_rule_says_what_is_wrong_and_what_to_write()
    {
        var problem = MissionDocument.Read(
            Encoding.UTF8.GetBytes(Small.Replace(", \"budget\": \"trees\"", "")), City).Problems.Single();
        problem.ToString().ShouldBe(
            "18:57 $.earns[0].points.budget: The field \"budget\" is missing. Add it: \"budget\": \"rally-2026\".");
        foreach (var code in Enum.GetValues<ProblemCode>())
            new Problem(1, 1, "$", code, ["text", "number", "list"]).ToString().Length.ShouldBeGreaterThan(20);
    }

    [Fact]
    public void The_published_schema_is_json_and_names_its_address() =>
        JsonDocument.Parse(MissionDocument.Schema).RootElement.GetProperty("$id").GetString()
            .ShouldBe("/schemas/mission-1.json");

    static List<string> Problems(string text) =>
        [.. MissionDocument.Read(Encoding.UTF8.GetBytes(text), City).Problems
            .Select(p => $"{p.Line}:{p.Column} {p.Path} {p.Code}")];
}
