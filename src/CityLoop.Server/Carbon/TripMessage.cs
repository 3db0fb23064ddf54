using System.Globalization;
using System.Text.Json;
using CityLoop.Carbon;

namespace CityLoop.Server.Carbon;

/// <summary>A trip as a partner tells it: what is needed to work out the grams, and nothing about the person.</summary>
/// <param name="Trip">The partner's own name of the trip, so that it counts once.</param>
/// <param name="Rider">The opaque name under which the partner knows the person.</param>
sealed record TripMessage(
    string Trip, string Rider, Activity Activity, DateTimeOffset StartedAt, DateTimeOffset EndedAt)
{
    const int MaxNameLength = 64;

    /// <summary>The oldest trip that is taken: a partner delivers at least once a quarter.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromDays(92);

    static readonly TimeSpan MaxDuration = TimeSpan.FromHours(24);

    /// <summary>No bus, metro or bicycle of a city is faster on the whole way.</summary>
    const double MaxKilometresPerHour = 150;

    /// <summary>Reads the body; what is wrong is told by code and field.</summary>
    public static (TripMessage? Message, Wrong? Wrong) Read(byte[] body)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 4 });
        }
        catch (JsonException)
        {
            return (null, new Wrong("message_not_json", null));
        }

        using (document)
        {
            var fields = new Fields(document.RootElement);
            var trip = fields.Name("trip");
            var rider = fields.Name("rider");
            var mode = fields.Name("mode");
            var kilometres = fields.Number("kilometres");
            var segments = fields.OptionalWhole("segments");
            var startedAt = fields.Instant("startedAt");
            var endedAt = fields.Instant("endedAt");
            if (fields.Wrong is { } wrong)
                return (null, wrong);
            if (TravelModes.Find(mode) is not { } known)
                return (null, new Wrong("mode_unknown", "mode"));
            return (new TripMessage(trip, rider, new Activity(known, kilometres, segments), startedAt, endedAt), null);
        }
    }

    /// <summary>The first thing about the trip that cannot be believed; null when there is none.</summary>
    public Wrong? Doubt(TravelMode modeOfPartner, DateTimeOffset now) => Activity.Check() switch
    {
        ActivityOutcome.ModeIsUnknown => new("mode_unknown", "mode"),
        ActivityOutcome.KilometresAreNotANumber or ActivityOutcome.KilometresAreNotPositive
            or ActivityOutcome.KilometresAreTooMany => new("kilometres_out_of_range", "kilometres"),
        ActivityOutcome.SegmentsAreOutOfRange => new("segments_out_of_range", "segments"),
        _ when Activity.Mode != modeOfPartner => new("mode_not_of_partner", "mode"),
        _ when EndedAt <= StartedAt || EndedAt - StartedAt > MaxDuration => new("trip_times_not_valid", "endedAt"),
        _ when EndedAt > now + SignedMessage.Window => new("trip_in_the_future", "endedAt"),
        _ when StartedAt < now - MaxAge => new("trip_too_old", "startedAt"),
        _ when Activity.Kilometres / (EndedAt - StartedAt).TotalHours > MaxKilometresPerHour =>
            new("trip_too_fast", "kilometres"),
        _ => null,
    };

    /// <summary>What is wrong with a message: a stable code and the field at fault.</summary>
    internal sealed record Wrong(string Code, string? Field);

    /// <summary>The fields of the body; remembers the first that cannot be read.</summary>
    sealed class Fields(JsonElement body)
    {
        public Wrong? Wrong { get; private set; } =
            body.ValueKind == JsonValueKind.Object ? null : new("message_not_json", null);

        public string Name(string field)
        {
            var text = Of(field) is { ValueKind: JsonValueKind.String } value ? value.GetString()! : "";
            if (text.Length is 0 or > MaxNameLength || !text.All(c => c is > ' ' and <= '~'))
                Note("field_not_a_name", field);
            return text;
        }

        public double Number(string field)
        {
            if (Of(field) is { ValueKind: JsonValueKind.Number } value && value.TryGetDouble(out var number))
                return number;
            Note("field_not_a_number", field);
            return 0;
        }

        public int? OptionalWhole(string field)
        {
            if (Of(field) is not { ValueKind: not JsonValueKind.Null } value)
                return null;
            if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number))
                return number;
            Note("field_not_a_whole_number", field);
            return null;
        }

        public DateTimeOffset Instant(string field)
        {
            var text = Of(field) is { ValueKind: JsonValueKind.String } value ? value.GetString()! : "";
            // Without an offset a time means another instant in every city.
            var hasOffset = text.EndsWith('Z') || (text.Length > 6 && text[^6] is '+' or '-');
            if (hasOffset && text.Length <= MaxNameLength && DateTimeOffset.TryParse(
                text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var instant))
                return instant.ToUniversalTime();
            Note("field_not_a_time", field);
            return default;
        }

        JsonElement? Of(string field) =>
            body.ValueKind == JsonValueKind.Object && body.TryGetProperty(field, out var value) ? value : null;

        void Note(string code, string field) => Wrong ??= new(code, field);
    }
}
