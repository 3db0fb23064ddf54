using CityLoop.Server.Web.Languages;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.WebUtilities;

namespace CityLoop.Server.Web;

/// <summary>
/// What the API answers when it cannot do what was asked (RFC 9457): a stable <c>code</c>, the <c>field</c> at fault
/// and a sentence in the reader's language that says what to do. The sentence stands in a Texts.json under
/// <c>problem.{code}</c>.
/// </summary>
sealed class Problems(Texts texts)
{
    public ProblemHttpResult Of(int status, string code, string? field = null, params object?[] values)
    {
        var extensions = new Dictionary<string, object?> { ["code"] = code };
        if (field is not null)
            extensions["field"] = field;
        return TypedResults.Problem(
            detail: Say(code, values),
            statusCode: status,
            title: ReasonPhrases.GetReasonPhrase(status),
            extensions: extensions);
    }

    /// <summary>What was sent cannot be taken: 400.</summary>
    public ProblemHttpResult Bad(string code, string? field = null, params object?[] values) =>
        Of(StatusCodes.Status400BadRequest, code, field, values);

    /// <summary>What was named is not there: 404.</summary>
    public ProblemHttpResult NotFound(string code, string? field = null, params object?[] values) =>
        Of(StatusCodes.Status404NotFound, code, field, values);

    /// <summary>The city's rules refuse it: 409.</summary>
    public ProblemHttpResult Refused(string code, string? field = null, params object?[] values) =>
        Of(StatusCodes.Status409Conflict, code, field, values);

    /// <summary>The sentence alone, for a page that shows the same refusal.</summary>
    public string Say(string code, params object?[] values) => texts[$"problem.{code}", values];
}
