using System.Globalization;

namespace CityLoop.Missions.Reading;

/// <summary>One thing to mend in a mission document.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1, in characters.</param>
/// <param name="Path">Where it stands, as a JSON path: <c>$.what[0].proof.quiz.answer</c>.</param>
/// <param name="Code">Which rule it breaks.</param>
/// <param name="Arguments">What goes into the sentences of any language.</param>
public sealed record Problem(int Line, int Column, string Path, ProblemCode Code, IReadOnlyList<string> Arguments)
{
    /// <summary>What is wrong, in English.</summary>
    public string Wrong => Say(ProblemSentences.Of(Code).Wrong);

    /// <summary>What to write instead, in English.</summary>
    public string Write => Say(ProblemSentences.Of(Code).Write);

    /// <summary>True where an argument is one of <see cref="Words"/>, to be translated.</summary>
    public bool IsWord(int argument) => Code switch
    {
        ProblemCode.WrongKind or ProblemCode.NameForm => true,
        ProblemCode.NotOfThisCity => argument == 1,
        _ => false,
    };

    /// <summary>Every word that can be an argument.</summary>
    public static IEnumerable<string> Words => ProblemSentences.Words.Keys;

    /// <summary>As a compiler would say it: <c>12:7 $.when.until: … …</c>.</summary>
    public override string ToString() => $"{Line}:{Column} {Path}: {Wrong} {Write}";

    string Say(string sentence) => string.Format(
        CultureInfo.InvariantCulture, sentence,
        [.. Arguments.Select((argument, i) => IsWord(i) ? ProblemSentences.Words[argument] : argument)]);
}

/// <summary>The rules of the mission language.</summary>
public enum ProblemCode
{
    /// <summary>The text is not JSON. Argument 0: near what.</summary>
    NotJson,

    /// <summary>The document is longer than {0} bytes.</summary>
    TooLarge,

    /// <summary>Brackets stand inside each other more than {0} deep.</summary>
    TooDeep,

    /// <summary>The field {0} stands twice in one object.</summary>
    FieldTwice,

    /// <summary>The field {0} is not part of the language here; known are {1}.</summary>
    FieldUnknown,

    /// <summary>The field {0} is missing; an example is {1}.</summary>
    FieldMissing,

    /// <summary>Neither or both of the fields {0} and {1} are there.</summary>
    OneOfTwoFields,

    /// <summary>{0} is expected, {1} was found.</summary>
    WrongKind,

    /// <summary>A text must have {0} to {1} characters.</summary>
    TextLength,

    /// <summary>A text holds a line break or another control character.</summary>
    TextNotPlain,

    /// <summary>A name does not have the form {0}.</summary>
    NameForm,

    /// <summary>A number must be from {0} to {1}.</summary>
    NumberRange,

    /// <summary>A value is none of {0}.</summary>
    NotOneOf,

    /// <summary>A text is not a date.</summary>
    NotADate,

    /// <summary>A list must have {0} to {1} members.</summary>
    ListLength,

    /// <summary>The last day stands before the first, or more than {0} days behind it.</summary>
    PeriodLength,

    /// <summary>A text does not speak the language {0}.</summary>
    LanguageMissing,

    /// <summary>The name {0} is given twice.</summary>
    NameTwice,

    /// <summary>{0} is not the name of anything in this document; known are {1}.</summary>
    NameUnknown,

    /// <summary>{0} is not a {1} of this city; known are {2}.</summary>
    NotOfThisCity,

    /// <summary>The budget {0} holds the currency {1}.</summary>
    BudgetHoldsAnotherCurrency,

    /// <summary>The reward asks for {0} stamps, but only {1} can be had.</summary>
    StampsOutOfReach,

    /// <summary>The right answer is number {0}, but there are {1} choices.</summary>
    AnswerIsNotAChoice,
}
