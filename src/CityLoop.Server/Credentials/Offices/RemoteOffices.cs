using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using CityLoop.Server.City;
using CityLoop.Server.Credentials.SdJwts;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Access;
using CityLoop.Server.Shared.Jose;
using CityLoop.Server.SignOn;
using CityLoop.Server.Web.Languages;
using Npgsql;

namespace CityLoop.Server.Credentials.Offices;

/// <summary>
/// Offices with a system of their own: the city asks in a request that it signs, and takes the answer only if the
/// office signed it with a registered key, for the holder and the place that were asked, with registered fields.
/// </summary>
sealed partial class RemoteOffices(
    OfficeKeys keys, StatusLists lists, SigningKeys cityKeys, AccessLog accesses, TextCatalogue texts,
    NpgsqlDataSource database, TimeProvider time, ILogger<RemoteOffices> log) : IDisposable
{
    public const string RequestType = "credential-request+jwt";

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    static readonly TimeSpan RequestLives = TimeSpan.FromMinutes(1);

    readonly ILogger _log = log;
    readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(3),
    })
    {
        Timeout = Patience,
        MaxResponseContentBufferSize = StatusList.LengthMax,
    };

    /// <summary>
    /// What the office issues to whoever has one of these fingerprints; null when it knows nobody. Before it hears of
    /// the person, they can read that it did.
    /// </summary>
    public async Task<IssuedCredential?> AskAsync(
        PersonId person, Office office, CredentialType type, IReadOnlyList<byte[]> prints, PublicKey holder,
        string issuerBase, CancellationToken cancellation)
    {
        await using (var connection = await database.OpenConnectionAsync(cancellation))
            await accesses.WriteAsync(connection, AccessOf(person, office, type), cancellation);
        var until = time.GetUtcNow().AddDays(type.ValidDays);
        foreach (var print in prints)
        {
            var (number, place) = await lists.TakeAsync(office, type.Code, print, until, cancellation);
            var status = new StatusPlace(OfficeAddresses.StatusList(issuerBase, office.Code, number), place);
            var request = await RequestAsync(office, type, print, holder, status, until, issuerBase, cancellation);
            if (await SendAsync(office, request, cancellation) is not { } answer)
                continue;
            var expected = await keys.ExpectedAsync(issuerBase, office, type, cancellation);
            var (credential, refusal) = SdJwt.VerifyIssued(answer, expected, time.GetUtcNow());
            if (credential is null || !Fits(credential, type, holder, status, until) || !IssuedForm.Fits(answer))
            {
                LogNotBelieved(office.Code, credential is null ? $"{refusal}" : "it is not what was asked for");
                throw new OfficeUnreachableException(office, $"its answer is not believed ({refusal})");
            }

            return new IssuedCredential(answer, number, place, credential.Until);
        }

        return null;
    }

    /// <summary>
    /// The list on which an office says what it has taken back of credentials that lie in people's wallets; null when
    /// it is not there now, or not on the machine that the office registered.
    /// </summary>
    public async Task<string?> StatusListAsync(Office office, Uri list, CancellationToken cancellation)
    {
        if (office.Address?.GetLeftPart(UriPartial.Authority) != list.GetLeftPart(UriPartial.Authority))
            return null;
        using var message = new HttpRequestMessage(HttpMethod.Get, list);
        message.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(StatusList.MediaType));
        try
        {
            using var answer = await _http.SendAsync(message, cancellation);
            return answer.StatusCode == HttpStatusCode.OK
                ? (await answer.Content.ReadAsStringAsync(cancellation)).Trim()
                : null;
        }
        catch (Exception failed) when (failed is HttpRequestException
            || (failed is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            LogNoAnswer(office.Code, failed is HttpRequestException ? "no connection" : "too slow");
            return null;
        }
    }

    public void Dispose() => _http.Dispose();

    Access AccessOf(PersonId person, Office office, CredentialType type) => new()
    {
        Person = person,
        Kind = AccessBy.Office,
        By = office.Code,
        What = ["document_print"],
        Purpose = AccessText.Of(new LocalNames(type.Names.InEveryLanguage.ToDictionary(
            name => name.Key, name => texts.Say(name.Key, "office.certifies", name.Value)))),
    };

    async Task<string> RequestAsync(
        Office office, CredentialType type, byte[] print, PublicKey holder, StatusPlace status, DateTimeOffset until,
        string issuerBase, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        return SignedToken.Write(await cityKeys.CurrentAsync(cancellation), RequestType, claims =>
        {
            claims.WriteString("iss", issuerBase);
            claims.WriteString("aud", office.Address!.AbsoluteUri);
            claims.WriteNumber("iat", now.ToUnixTimeSeconds());
            claims.WriteNumber("exp", (now + RequestLives).ToUnixTimeSeconds());
            claims.WriteString("jti", Guid.CreateVersion7(now));
            claims.WriteString("fingerprint", Base64Url.EncodeToString(print));
            claims.WriteStartObject("credential");
            claims.WriteString("iss", OfficeAddresses.Issuer(issuerBase, office.Code));
            claims.WriteString("vct", OfficeAddresses.Type(issuerBase, type.Code));
            claims.WriteNumber("exp", until.ToUnixTimeSeconds());
            claims.WriteStartObject("cnf");
            claims.WriteStartObject("jwk");
            holder.WriteTo(claims);
            claims.WriteEndObject();
            claims.WriteEndObject();
            claims.WriteStartObject("status");
            claims.WriteStartObject("status_list");
            claims.WriteNumber("idx", status.Index);
            claims.WriteString("uri", status.List.AbsoluteUri);
            claims.WriteEndObject();
            claims.WriteEndObject();
            claims.WriteEndObject();
        });
    }

    // Null when the office knows nobody with this fingerprint. What it says otherwise may quote a person: only the
    // status is kept.
    async Task<string?> SendAsync(Office office, string request, CancellationToken cancellation)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, office.Address)
        {
            Content = new StringContent(request, Encoding.ASCII, "application/jwt"),
        };
        message.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/dc+sd-jwt"));
        try
        {
            using var answer = await _http.SendAsync(message, cancellation);
            if (answer.StatusCode == HttpStatusCode.NotFound)
                return null;
            if (answer.StatusCode == HttpStatusCode.OK)
                return (await answer.Content.ReadAsStringAsync(cancellation)).Trim();
            LogNoAnswer(office.Code, $"{(int)answer.StatusCode}");
            throw new OfficeUnreachableException(office, $"it answered {(int)answer.StatusCode}");
        }
        catch (Exception failed) when (failed is HttpRequestException
            || (failed is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            LogNoAnswer(office.Code, failed is HttpRequestException ? "no connection" : "too slow");
            throw new OfficeUnreachableException(office, "it does not answer");
        }
    }

    static bool Fits(
        VerifiedCredential credential, CredentialType type, PublicKey holder, StatusPlace status,
        DateTimeOffset until) =>
        credential.Holder.IsSameAs(holder) && credential.Status == status && credential.Until <= until
        && credential.AlwaysShown.Count == 0
        && credential.Fields.Keys.All(name => type.Fields.Any(field => field.Name == name));

    [LoggerMessage(Level = LogLevel.Warning, Message = "The office {Office} did not issue: {Why}.")]
    partial void LogNoAnswer(string office, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "What the office {Office} answered is not believed: {Why}.")]
    partial void LogNotBelieved(string office, string why);
}
