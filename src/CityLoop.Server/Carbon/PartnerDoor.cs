using System.Security.Cryptography;
using CityLoop.Server.Web;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CityLoop.Server.Carbon;

/// <summary>Lets in what a partner has signed, and nothing else.</summary>
sealed class PartnerDoor(CityRules rules, PartnerKeys keys, TimeProvider time, Problems problems)
{
    /// <summary>Reads a request and checks who sent it.</summary>
    /// <returns>The partner and the message, or the refusal.</returns>
    public async Task<(Partner? Sender, SignedMessage? Message, ProblemHttpResult? Refused)> OpenAsync(
        string partner, HttpRequest request, CancellationToken cancellation)
    {
        if (await SignedMessage.ReadAsync(partner, request, cancellation) is not { } message)
            return (null, null, problems.Of(StatusCodes.Status413PayloadTooLarge, "message_too_long"));
        return await CheckAsync(message, cancellation);
    }

    async Task<(Partner?, SignedMessage?, ProblemHttpResult?)> CheckAsync(
        SignedMessage message, CancellationToken cancellation)
    {
        var sender = rules.PartnerOf(message.Partner);
        // An unknown partner is told the same as a wrong signature, after the same work.
        var key = sender is null ? RandomNumberGenerator.GetBytes(32) : await keys.OfAsync(sender, cancellation);
        return message.Check(key, time.GetUtcNow()) switch
        {
            SignatureOutcome.Fine when sender is not null => (sender, message, null),
            SignatureOutcome.TimestampIsNotFresh => (null, null, Unauthorized("timestamp_not_fresh")),
            _ => (null, null, Unauthorized("signature_not_valid")),
        };
    }

    ProblemHttpResult Unauthorized(string code) => problems.Of(StatusCodes.Status401Unauthorized, code);
}
