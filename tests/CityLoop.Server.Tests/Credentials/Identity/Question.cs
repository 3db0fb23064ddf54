using System.Text.Json;
using CityLoop.Server.Credentials.SdJwts;
using CityLoop.Server.Tests.Hosting;
using Microsoft.AspNetCore.WebUtilities;

namespace CityLoop.Server.Tests.Credentials.Identity;

/// <summary>What the city asks a wallet, as the link says that opens it.</summary>
sealed record Question(string Name, string Audience, string Nonce, string AnswerTo, string Link)
{
    public static Question Of(string link)
    {
        var said = QueryHelpers.ParseQuery(new Uri(link).Query);
        return new Question(
            said["state"].ToString(), said["client_id"].ToString(), said["nonce"].ToString(),
            said["response_uri"].ToString(), link);
    }
}

/// <summary>What a wallet does with a question.</summary>
static class Answering
{
    public static string Present(this TestCity city, WalletCredential held, Question asked) => SdJwt.Present(
        held.SdJwt, ["document_type", "document_number"], held.Holder, asked.Audience, asked.Nonce,
        city.Clock.GetUtcNow());

    /// <summary>As a wallet sends it: from anywhere, without a cookie.</summary>
    public static async Task<HttpResponseMessage> SendAsync(this TestCity city, Question asked, string presentation)
    {
        using var wallet = city.Visit();
        return await wallet.PostAsync(asked.AnswerTo, new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["state"] = asked.Name,
            ["vp_token"] = JsonSerializer.Serialize(new { identity = new[] { presentation } }),
        }));
    }
}
