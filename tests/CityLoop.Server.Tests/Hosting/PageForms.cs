using System.Net;
using System.Text.RegularExpressions;

namespace CityLoop.Server.Tests.Hosting;

/// <summary>Fills in and sends the forms of a page, as a browser without scripts does.</summary>
public static partial class PageForms
{
    /// <summary>Opens a page, finds the form whose text contains something, fills fields in and sends it.</summary>
    /// <param name="containing">Whatever tells the form from the page's others: <c>name="Contact"</c>.</param>
    public static async Task<HttpResponseMessage> SubmitAsync(
        this HttpClient client, string page, string containing, params (string Name, string Value)[] fields)
    {
        using var shown = await client.GetAsync(page);
        shown.StatusCode.ShouldBe(HttpStatusCode.OK, page);
        var text = await shown.Content.ReadAsStringAsync();
        return await client.SendFormAsync(shown.RequestMessage!.RequestUri!, text, containing, fields);
    }

    /// <summary>Fills in and sends a form of a page that was read before.</summary>
    public static Task<HttpResponseMessage> SendFormAsync(
        this HttpClient client, Uri page, string text, string containing, params (string Name, string Value)[] fields)
    {
        var form = Form().Matches(text).FirstOrDefault(f => f.Value.Contains(containing, StringComparison.Ordinal))
            ?? throw new ArgumentException($"{page} has no form with {containing}.");
        var values = Input().Matches(form.Groups["inside"].Value)
            .Where(i => Attribute(i.Value, "type") == "hidden" && fields.All(f => f.Name != Attribute(i.Value, "name")))
            .Select(i => KeyValuePair.Create(Attribute(i.Value, "name")!, Attribute(i.Value, "value") ?? ""))
            .Concat(fields.Select(f => KeyValuePair.Create(f.Name, f.Value)));
        var action = Attribute(form.Groups["tag"].Value, "action") is { Length: > 0 } address
            ? new Uri(page, address) : page;
        return client.PostAsync(action, new FormUrlEncodedContent(values));
    }

    /// <summary>Sends a form of a page with a file in it.</summary>
    public static async Task<HttpResponseMessage> SubmitFileAsync(
        this HttpClient client, string page, string containing, string field, HttpContent file, string fileName)
    {
        var text = await client.GetStringAsync(page);
        var form = Form().Matches(text).First(f => f.Value.Contains(containing, StringComparison.Ordinal));
        using var sent = new MultipartFormDataContent();
        foreach (var hidden in Input().Matches(form.Groups["inside"].Value)
            .Where(i => Attribute(i.Value, "type") == "hidden"))
            sent.Add(
                new StringContent(Attribute(hidden.Value, "value") ?? ""), Attribute(hidden.Value, "name")!);
        sent.Add(file, field, fileName);
        return await client.PostAsync(page, sent);
    }

    static string? Attribute(string tag, string name) =>
        Regex.Match(tag, $"\\s{name}=(?:\"([^\"]*)\"|'([^']*)')") is { Success: true } found
            ? WebUtility.HtmlDecode(found.Groups[1].Value + found.Groups[2].Value)
            : null;

    [GeneratedRegex("(?<tag><form[^>]*>)(?<inside>.*?)</form>", RegexOptions.Singleline)]
    private static partial Regex Form();

    [GeneratedRegex("<input[^>]*>")]
    private static partial Regex Input();
}
