using System.Globalization;
using System.Text.Json;
using CityLoop.Server.City;
using CityLoop.Server.Credentials.Needs;
using CityLoop.Server.Credentials.Offices;
using CityLoop.Server.Credentials.SdJwts;
using CityLoop.Server.Shared.Jose;
using CityLoop.Server.SignOn;

namespace CityLoop.Server.Credentials.Sharing;

/// <summary>What a hosted service decided: nothing else of what it saw is kept.</summary>
sealed record HostedDecision(bool IsEntitled, DateOnly LastDay);

/// <summary>
/// The program of a service that has none: it opens what was sealed for it, believes nothing that it has not verified,
/// lets the rule decide and forgets the rest.
/// </summary>
sealed partial class HostedServices(
    HostedKeys keys, VerifyCredential verify, CityClock clock, TimeProvider time, ILogger<HostedServices> log)
{
    /// <summary>The decision; null when what was sealed cannot be believed.</summary>
    public async Task<HostedDecision?> DecideAsync(
        Need need, Service service, string answer, string nonce, string issuer, CancellationToken cancellation)
    {
        if (EncryptedToken.Decrypt(keys.Open(need), answer) is not { } opened)
            return null;
        using var read = JsonDocument.Parse(opened);
        var (rule, shown) = (need.Rule!, default(VerifiedCredential));
        foreach (var asked in need.Asked)
        {
            var text = read.RootElement.GetProperty("vp_token").GetProperty(asked.Type)[0].GetString()!;
            var (credential, refusal) = await verify.VerifyAsync(
                text, asked.Type, service.ClientId, nonce, issuer, cancellation);
            if (refusal != SdJwtRefusal.None)
            {
                NotBelieved(log, need.Code, refusal);
                return null;
            }

            if (asked.Type == rule.Type)
                shown = credential;
        }

        return shown is null ? null : Decide(rule, shown, clock.DayOf(time.GetUtcNow()), clock);
    }

    /// <summary>The rule alone, on what was shown.</summary>
    public static HostedDecision Decide(NeedRule rule, VerifiedCredential shown, DateOnly today, CityClock clock)
    {
        // What the office says of its decision holds longer than the proof of it; without that, the proof's end counts.
        // On the day on which it ends it still holds for some hours: the day before is the last whole one.
        var lastDay = clock.DayOf(shown.Until).AddDays(-1);
        if (rule.LastDayField is { } field && (Text(shown, field) is not { } written
            || !DateOnly.TryParseExact(
                written, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out lastDay)))
            return new HostedDecision(false, today);
        if (today.AddDays(rule.Days) is var longest && longest < lastDay)
            lastDay = longest;
        return new HostedDecision(
            lastDay >= today && Text(shown, rule.Field) is { } value && Holds(rule, value), lastDay);
    }

    static bool Holds(NeedRule rule, string value) => rule.Operator switch
    {
        "one_of" => rule.Values.Contains(value, StringComparer.Ordinal),
        "at_least" => Number(value) >= Number(rule.Values[0]),
        "at_most" => Number(value) <= Number(rule.Values[0]),
        _ => false,
    };

    static decimal? Number(string text) =>
        decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out var number) ? number : null;

    static string? Text(VerifiedCredential shown, string field) =>
        !shown.Fields.TryGetValue(field, out var value) ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : value.GetRawText();

    [LoggerMessage(Level = LogLevel.Error, Message = "What was shown for '{Need}' is not believed: {Refusal}.")]
    static partial void NotBelieved(ILogger log, string need, SdJwtRefusal refusal);
}
