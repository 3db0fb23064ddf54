using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Pass;
using CityLoop.Server.Web;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CityLoop.Server.Carbon;

/// <summary>A partner confirms a trip with a signed message; it counts once, however often it is told.</summary>
static class TakeTrip
{
    /// <summary>The body as a partner writes it; read by <see cref="TripMessage"/>, field by field.</summary>
    /// <param name="Trip">The partner's own name of the trip: 1 to 64 visible ASCII characters.</param>
    /// <param name="Rider">The name that linking gave: 1 to 64 visible ASCII characters.</param>
    /// <param name="Mode">bus, metro or public-bike.</param>
    /// <param name="Kilometres">Above 0, at most 400.</param>
    /// <param name="Segments">Fare segments, 1 to 50; left out where the partner does not count in them.</param>
    public sealed record Request(
        string Trip, string Rider, string Mode, double Kilometres, int? Segments, DateTimeOffset StartedAt,
        DateTimeOffset EndedAt);

    /// <summary>What the partner hears: that the trip is known, and whether this message brought it.</summary>
    public sealed record Response(Guid Trip, bool IsNew);

    /// <summary>What became of a message. In order of precedence.</summary>
    public enum Outcome
    {
        Taken,
        AlreadyTaken,
        RiderUnknown,
        MessageIdUsedWithOtherContent,
        TripConfirmedWithOtherContent,
    }

    public static void Map(IEndpointRouteBuilder partners) => partners.MapPost("/trips", Handle)
        .AllowAnonymous()
        .Accepts<Request>("application/json")
        .WithName("TakeTrip")
        .WithSummary("A partner confirms a trip (signed message)");

    static async Task<Results<Ok<Response>, ProblemHttpResult>> Handle(
        string partner, HttpRequest request, PartnerDoor door, TripBook book, TimeProvider time, Problems problems,
        CancellationToken cancellation)
    {
        var (sender, signed, refused) = await door.OpenAsync(partner, request, cancellation);
        if (refused is not null)
            return refused;
        var (message, wrong) = TripMessage.Read(signed!.Body);
        wrong ??= message!.Doubt(sender!.Mode, time.GetUtcNow());
        if (wrong is not null)
            return problems.Bad(wrong.Code, wrong.Field);

        var (outcome, trip) = await book.TakeAsync(signed, message!, cancellation);
        return outcome switch
        {
            Outcome.Taken or Outcome.AlreadyTaken => TypedResults.Ok(new Response(trip, outcome == Outcome.Taken)),
            Outcome.RiderUnknown => problems.NotFound("rider_unknown", "rider"),
            Outcome.MessageIdUsedWithOtherContent => problems.Refused("message_id_used", "webhook-id"),
            _ => problems.Refused("trip_confirmed_otherwise", "trip"),
        };
    }
}

/// <summary>The confirmed trips, each with what it saved under every rule set as of the day it was taken.</summary>
sealed class TripBook(NpgsqlDataSource database, CityRules rules, CityClock clock, TimeProvider time)
{
    /// <summary>Writes a trip down with its savings, unless it stands there already.</summary>
    public async Task<(TakeTrip.Outcome Outcome, Guid Trip)> TakeAsync(
        SignedMessage signed, TripMessage message, CancellationToken cancellation)
    {
        var trip = DerivedId.From("carbon-trip", signed.Partner, message.Trip);
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // The message goes in first: a copy of it that comes at the same time waits here for our commit.
        var isNewMessage = await connection.ExecuteAsync(
            """
            insert into carbon.message (partner, id, digest, trip, taken_at)
            values (@Partner, @Id, @digest, @trip, @now) on conflict do nothing
            """, new { signed.Partner, signed.Id, digest = signed.Digest(), trip, now = time.GetUtcNow() },
            transaction) == 1;
        if (!isNewMessage)
            return (await IsSameMessageAsync(connection, transaction, signed)
                ? TakeTrip.Outcome.AlreadyTaken
                : TakeTrip.Outcome.MessageIdUsedWithOtherContent, trip);

        var person = await connection.QuerySingleOrDefaultAsync<Guid?>(
            "select person from carbon.rider where partner = @Partner and rider = @Rider",
            new { signed.Partner, message.Rider }, transaction);
        if (person is null)
            return (TakeTrip.Outcome.RiderUnknown, trip);

        var values = Values(trip, signed.Partner, new PersonId(person.Value), message);
        var isNewTrip = await connection.ExecuteAsync(
            """
            insert into carbon.trip
              (id, person, started_at, ended_at, taken_at, kilometres, day, mode, segments, partner, trip, rider)
            values (@trip, @person, @StartedAt, @EndedAt, @now, @Kilometres, @day, @mode, @segments, @partner, @name,
              @Rider)
            on conflict do nothing
            """, values, transaction) == 1;
        if (isNewTrip)
            await WriteSavingsAsync(connection, transaction, trip, message);
        else if (!await IsSameTripAsync(connection, transaction, values))
            return (TakeTrip.Outcome.TripConfirmedWithOtherContent, trip);
        await transaction.CommitAsync(cancellation);
        return (isNewTrip ? TakeTrip.Outcome.Taken : TakeTrip.Outcome.AlreadyTaken, trip);
    }

    DynamicParameters Values(Guid trip, string partner, PersonId person, TripMessage message)
    {
        var values = new DynamicParameters(new { message.StartedAt, message.EndedAt, message.Rider });
        values.Add("trip", trip);
        values.Add("person", person.Value);
        values.Add("now", time.GetUtcNow());
        values.Add("Kilometres", message.Activity.Kilometres);
        values.Add("day", clock.DayOf(message.StartedAt));
        values.Add("mode", (short)message.Activity.Mode);
        values.Add("segments", (short?)message.Activity.Segments, System.Data.DbType.Int16);
        values.Add("partner", partner);
        values.Add("name", message.Trip);
        return values;
    }

    static Task<bool> IsSameMessageAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, SignedMessage signed) =>
        connection.QuerySingleAsync<bool>(
            "select digest = @digest from carbon.message where partner = @Partner and id = @Id",
            new { signed.Partner, signed.Id, digest = signed.Digest() }, transaction);

    static Task<bool> IsSameTripAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, DynamicParameters values) =>
        connection.QuerySingleAsync<bool>(
            """
            select rider = @Rider and mode = @mode and kilometres = @Kilometres
              and segments is not distinct from @segments and started_at = @StartedAt and ended_at = @EndedAt
            from carbon.trip where partner = @partner and trip = @name
            """, values, transaction);

    async Task WriteSavingsAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Guid trip, TripMessage message)
    {
        foreach (var named in rules.RuleSets)
            if (named.Rules.SavingOf(message.Activity) is { } saving)
                await connection.ExecuteAsync(
                    """
                    insert into carbon.saving
                      (trip, rule_set, version, factor, kilograms, deviation, deviation_is_default, unit, year, source,
                       confirmed, note, amount, amount_is_estimated, grams, measurement_deviation, factor_deviation)
                    values (@trip, @RuleSet, @Version, @factor, @Kilograms, @StandardDeviation, @isDefault, @unit,
                       @Year, @Source, @Confirmed, @Note, @amount, @Estimated, @Value, @MeasurementDeviation,
                       @FactorDeviation)
                    """,
                    new
                    {
                        trip,
                        saving.RuleSet,
                        saving.Version,
                        factor = saving.Factor.Id,
                        saving.Factor.Kilograms,
                        saving.Factor.StandardDeviation,
                        isDefault = saving.Factor.PublishedDeviation is null,
                        unit = saving.Factor.Unit.ToString(),
                        saving.Factor.Year,
                        saving.Factor.Source,
                        saving.Factor.Confirmed,
                        saving.Factor.Note,
                        amount = saving.Amount.Value,
                        saving.Amount.Estimated,
                        saving.Value,
                        saving.MeasurementDeviation,
                        saving.FactorDeviation,
                    }, transaction);
    }
}
