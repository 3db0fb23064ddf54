using CityLoop.Carbon;
using CityLoop.Server.Pass;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Carbon;

/// <summary>A person's trips, newest first, each with what it saved under every rule set and why.</summary>
static class ListTrips
{
    /// <summary>Whose, and which: those of some days, or one alone.</summary>
    public sealed record Request(PersonId Person, DateOnly From, DateOnly Until, Guid? Trip = null);

    /// <summary>The trips of one page of the list.</summary>
    public const int Max = 200;

    public static async Task<IReadOnlyList<Trip>> Handle(
        Request request, NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var values = new
        {
            person = request.Person.Value, from = request.From, until = request.Until, trip = request.Trip, max = Max,
        };
        var trips = (await connection.QueryAsync<Trip>(new CommandDefinition(
            """
            select id, started_at, ended_at, taken_at, kilometres, day, mode, segments, partner
            from carbon.trip
            where person = @person and day between @from and @until and (@trip::uuid is null or id = @trip)
            order by started_at desc, id limit @max
            """, values, cancellationToken: cancellation))).ToDictionary(trip => trip.Id);
        var savings = await connection.QueryAsync<TripSaving>(new CommandDefinition(
            "select * from carbon.saving where trip = any(@ids)",
            new { ids = trips.Keys.ToArray() }, cancellationToken: cancellation));
        foreach (var saving in savings)
            trips[saving.Trip].Savings[saving.RuleSet] = saving;
        return [.. trips.Values];
    }
}

/// <summary>A confirmed trip as its person sees it.</summary>
sealed class Trip
{
    public Guid Id { get; init; }
    public DateTimeOffset StartedAt { get; init; }
    public DateTimeOffset EndedAt { get; init; }
    public DateTimeOffset TakenAt { get; init; }
    public double Kilometres { get; init; }
    public DateOnly Day { get; init; }
    public short Mode { get; init; }
    public short? Segments { get; init; }
    public required string Partner { get; init; }

    /// <summary>By rule set.</summary>
    public SortedDictionary<string, TripSaving> Savings { get; } = new(StringComparer.Ordinal);

    public TravelMode TravelMode => (TravelMode)Mode;
}

/// <summary>What a trip saved under one rule set, with the factor as it was on the day the trip was taken.</summary>
sealed class TripSaving
{
    public Guid Trip { get; init; }
    public required string RuleSet { get; init; }
    public required string Version { get; init; }
    public required string Factor { get; init; }
    public double Kilograms { get; init; }
    public double Deviation { get; init; }
    public bool DeviationIsDefault { get; init; }
    public required string Unit { get; init; }
    public required string Year { get; init; }
    public required string Source { get; init; }
    public bool Confirmed { get; init; }
    public required string Note { get; init; }
    public double Amount { get; init; }
    public bool AmountIsEstimated { get; init; }
    public double Grams { get; init; }
    public double MeasurementDeviation { get; init; }
    public double FactorDeviation { get; init; }

    public AvoidedGrams Avoided => new AvoidedGrams(Grams, MeasurementDeviation) + new AvoidedGrams(0, FactorDeviation);
}
