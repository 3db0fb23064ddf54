using System.Collections.Frozen;
using static CityLoop.Missions.Reading.ProblemCode;

namespace CityLoop.Missions.Reading;

/// <summary>The English sentences of each rule; pages say them in every language.</summary>
static class ProblemSentences
{
    /// <summary>Words that stand in sentences as arguments.</summary>
    public static readonly FrozenDictionary<string, string> Words = new Dictionary<string, string>
    {
        ["object"] = "an object { … }",
        ["list"] = "a list [ … ]",
        ["text"] = "a text \"…\"",
        ["number"] = "a number",
        ["whole-number"] = "a whole number",
        ["null"] = "null",
        ["true-or-false"] = "true or false",
        ["plain-name"] = "small letters, digits and hyphens, a letter first, up to 48",
        ["currency-code"] = "2 to 12 capital letters A to Z",
        ["language-tag"] = "a language tag such as zh-TW, en or ja",
        ["spot"] = "spot",
        ["budget"] = "budget",
        ["currency"] = "currency",
    }.ToFrozenDictionary();

    public static (string Wrong, string Write) Of(ProblemCode code) => code switch
    {
        NotJson => ("This is not JSON: {0}.", "Look for a missing comma, quote or bracket here or just before."),
        TooLarge => ("The document is longer than {0} bytes.", "Make it shorter, or split it into two missions."),
        TooDeep => ("Brackets stand more than {0} deep.", "Take the innermost ones away."),
        FieldTwice => ("The field \"{0}\" stands here a second time.", "Keep one of the two."),
        FieldUnknown => ("The field \"{0}\" has no meaning here.", "Take it away, or write one of: {1}."),
        FieldMissing => ("The field \"{0}\" is missing.", "Add it: {1}."),
        OneOfTwoFields => ("Exactly one of \"{0}\" and \"{1}\" must stand here.", "Write one of them."),
        WrongKind => ("Here stands {1}, but {0} is needed.", "Write {0}."),
        TextLength => ("The text is too short or too long.", "Write {0} to {1} characters."),
        TextNotPlain => ("The text holds a line break or another control character.", "Write it on one line."),
        NameForm => ("This is not a name.", "Write {0}."),
        NumberRange => ("The number is too small, too large or not whole.", "Write a whole number from {0} to {1}."),
        NotOneOf => ("This word has no meaning here.", "Write one of: {0}."),
        NotADate => ("This is not a date of the calendar.", "Write year-month-day, such as \"2026-11-21\"."),
        ListLength => ("The list is too short or too long.", "Write {0} to {1} members."),
        PeriodLength => ("The last day is before the first day, or too far behind it.",
            "Write a day from the first day to {0} days after it."),
        LanguageMissing => ("This text does not speak the language \"{0}\".", "Add \"{0}\": \"…\"."),
        NameTwice => ("The name \"{0}\" is given a second time.", "Choose another name."),
        NameUnknown => ("Nothing in this document is named \"{0}\".", "Write one of: {1}."),
        NotOfThisCity => ("\"{0}\" is not a {1} of this city.", "Write one of: {2}."),
        BudgetHoldsAnotherCurrency => ("The budget \"{0}\" holds {1}.", "Write \"{1}\", or name another budget."),
        StampsOutOfReach => ("The reward needs {0} stamps, but only {1} can be had.", "Write 1 to {1}."),
        AnswerIsNotAChoice => ("The right answer is number {0}, but there are {1} choices.", "Write 1 to {1}."),
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, "A rule without a sentence."),
    };
}
