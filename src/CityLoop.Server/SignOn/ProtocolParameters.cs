using Microsoft.Extensions.Primitives;

namespace CityLoop.Server.SignOn;

/// <summary>
/// What a program sent, by name. An empty value counts as none, and what stands twice is refused (RFC 6749, 3.1).
/// </summary>
sealed class ProtocolParameters
{
    /// <summary>Longer than any state, proof or address that a program has reason to send.</summary>
    const int LengthMax = 8_192;

    readonly Dictionary<string, string> _values = [];

    ProtocolParameters(IEnumerable<KeyValuePair<string, StringValues>> sent)
    {
        foreach (var (name, values) in sent)
        {
            if (values.Count > 1)
                Fault = new ProtocolRefusal("invalid_request", "A parameter stands twice.");
            else if (values is [{ Length: > LengthMax }] or [null])
                Fault = new ProtocolRefusal("invalid_request", "A parameter is too long.");
            else if (values is [{ Length: > 0 } value])
                _values[name] = value;
            if (values.Any(value => value?.Contains('\0', StringComparison.Ordinal) == true))
                Fault = new ProtocolRefusal("invalid_request", "A parameter has a character that nobody can read.");
        }
    }

    /// <summary>What is wrong with the parameters as such; null when nothing is.</summary>
    public ProtocolRefusal? Fault { get; private set; }

    public string? this[string name] => _values.GetValueOrDefault(name);

    public bool Has(string name) => _values.ContainsKey(name);

    public static ProtocolParameters Of(IQueryCollection query) => new(query);

    /// <summary>The parameters of a form; of anything else only the fault.</summary>
    public static async Task<ProtocolParameters> OfFormAsync(HttpRequest request, CancellationToken cancellation)
    {
        if (request.ContentType?.Split(';')[0].Trim() is not "application/x-www-form-urlencoded")
            return Broken("Send the parameters as application/x-www-form-urlencoded.");
        try
        {
            return new ProtocolParameters(await request.ReadFormAsync(cancellation));
        }
        catch (InvalidDataException)
        {
            return Broken("The form could not be read.");
        }
    }

    static ProtocolParameters Broken(string description) =>
        new([]) { Fault = new ProtocolRefusal("invalid_request", description) };
}

/// <summary>
/// Why a program's wish was refused, in the words of RFC 6749: a name that programs know, and a sentence in English for
/// who writes them. The pages' own errors are problems (RFC 9457); here the protocol has a form of its own.
/// </summary>
sealed record ProtocolRefusal(string Error, string Description)
{
    /// <summary>As an answer to the program itself.</summary>
    public IResult ToResult(int status = StatusCodes.Status400BadRequest) => Results.Json(
        new Dictionary<string, string> { ["error"] = Error, ["error_description"] = Description }, statusCode: status);
}
