using System.Net;
using System.Text.RegularExpressions;
using CityLoop.Server.Web;

namespace CityLoop.Server.Tests.Web.Nonsense;

/// <summary>
/// A form as it stands on a page; what it hides is filled in too, but for what says which form it is.
/// </summary>
sealed partial record PageForm(string Action, string Method, IReadOnlyDictionary<string, string> Fields)
{
    /// <summary>Three bytes, each written as a percent sign and two digits, and something for the names.</summary>
    const int BytesOfALetter = 10;

    /// <summary>Forms that sign out or change the language would end the test, not find anything.</summary>
    public bool EndsTheVisit => Action.Contains("sign-out", StringComparison.Ordinal)
        || Action.Contains("sessions/end", StringComparison.Ordinal);

    public static IEnumerable<PageForm> AllIn(string page) => Form().Matches(page).Select(form => new PageForm(
        Attribute(form.Groups["tag"].Value, "action") ?? "",
        Attribute(form.Groups["tag"].Value, "method") ?? "get",
        Field().Matches(form.Groups["inside"].Value).Where(f => Attribute(f.Value, "name") is not null)
            .DistinctBy(f => Attribute(f.Value, "name"))
            .ToDictionary(f => Attribute(f.Value, "name")!, f => Attribute(f.Value, "value") ?? "")));

    /// <summary>Sends it with the same nonsense in every field.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpClient client, Uri page, string value)
    {
        var action = Action.Length > 0 ? new Uri(page, Action) : page;
        // All fields together stay below the largest body: a form that is cut short breaks the connection.
        var longest = (int)(Security.BodyBytesMax / BytesOfALetter / Math.Max(1, Fields.Count));
        value = value.Length > longest ? value[..longest] : value;
        var filled = Fields.Select(f => KeyValuePair.Create(
            f.Key, f.Key is "__RequestVerificationToken" or "_handler" ? f.Value : value));
        return Method.Equals("post", StringComparison.OrdinalIgnoreCase)
            ? client.PostAsync(action, new FormUrlEncodedContent(filled))
            : client.GetAsync(new UriBuilder(action)
            {
                Query = string.Join('&', filled.Select(f => $"{f.Key}={Uri.EscapeDataString(f.Value)}")),
            }.Uri);
    }

    public override string ToString() => $"{Method} {Action} ({string.Join(", ", Fields.Keys)})";

    static string? Attribute(string tag, string name) =>
        Regex.Match(tag, $"\\s{name}=(?:\"([^\"]*)\"|'([^']*)')") is { Success: true } found
            ? WebUtility.HtmlDecode(found.Groups[1].Value + found.Groups[2].Value)
            : null;

    [GeneratedRegex("(?<tag><form[^>]*>)(?<inside>.*?)</form>", RegexOptions.Singleline)]
    private static partial Regex Form();

    [GeneratedRegex("<(input|select|textarea|button)[^>]*>")]
    private static partial Regex Field();
}
