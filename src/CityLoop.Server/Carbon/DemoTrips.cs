using System.Globalization;
using System.Text.Json;
using CityLoop.Carbon;
using CityLoop.Ledger;
using CityLoop.Server.City;
using CityLoop.Server.Pass;
using Npgsql;

namespace CityLoop.Server.Carbon;

/// <summary>
/// The demo's trips: 林美玲 by bus, metro and bicycle, and forty others of whom the desk sees sums only. Each comes in
/// as a real partner's would: a link code handed in, a message signed with the partner's key.
/// </summary>
static class DemoTrips
{
    const int Others = 40;
    const int DaysBack = 80;

    public static async Task PlantAsync(IServiceProvider services, CancellationToken cancellation)
    {
        var city = services.GetRequiredService<CityPack>();
        var database = services.GetRequiredService<NpgsqlDataSource>();
        if (city.People.All(person => person.Id != "lin-meiling") || await HasTripsAsync(database, cancellation))
            return;

        var planting = new Planting(
            services.GetRequiredService<PartnerKeys>(), services.GetRequiredService<RiderLinks>(),
            services.GetRequiredService<TripBook>(), services.GetRequiredService<CityClock>());
        // Several at once share a commit of the database: a city that opens is waited for.
        await Parallel.ForEachAsync(
            RidersOf(services.GetRequiredService<CityRules>().Partners),
            new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = 8 },
            async (rider, ends) => await planting.PlantAsync(rider.Partner, rider.Person, rider.EveryDays, ends));
    }

    static IEnumerable<(Partner Partner, PersonId Person, int EveryDays)> RidersOf(IEnumerable<Partner> partners)
    {
        foreach (var partner in partners)
        {
            yield return (partner, PersonId.OfCast("lin-meiling"), 4);
            for (var i = 0; i < Others; i++)
                // Three modes for three kinds of people; half of them ride a bicycle now and then.
                if ((i + (int)partner.Mode) % 3 == 0 || (partner.Mode == TravelMode.PublicBike && i % 2 == 0))
                    yield return (partner, new PersonId(DerivedId.From("demo-rider", Text(i))), 9 + (i % 7));
        }
    }

    static async Task<bool> HasTripsAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select exists (select from carbon.trip)");
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    sealed class Planting(PartnerKeys keys, RiderLinks links, TripBook book, CityClock clock)
    {
        public async Task PlantAsync(
            Partner partner, PersonId person, int everyDays, CancellationToken cancellation)
        {
            var code = await links.MakeCodeAsync(partner, person, cancellation);
            var rider = (await links.RedeemAsync(partner.Id, code, cancellation))!;
            var key = await keys.OfAsync(partner, cancellation);
            // A person's own luck, the same at every start: where in the week they ride, and how far.
            var luck = DerivedId.From("demo-trips", partner.Id, person.ToString()).ToByteArray();
            for (var back = 1 + (luck[0] % everyDays); back < DaysBack; back += everyDays)
            {
                var body = Body(partner, rider, luck, back);
                var (message, _) = TripMessage.Read(body);
                var signed = SignedMessage.Sign(
                    partner.Id, key, DerivedId.From("demo-message", partner.Id, message!.Trip).ToString(), clock.Now,
                    body);
                if (signed.Check(key, clock.Now) == SignatureOutcome.Fine)
                    await book.TakeAsync(signed, message, cancellation);
            }
        }

        byte[] Body(Partner partner, string rider, byte[] luck, int back)
        {
            var day = clock.Today.AddDays(-back);
            var random = luck[1 + (back % 15)];
            var started = clock.StartOf(day).AddHours(7 + (random % 12)).AddMinutes(random % 60);
            var kilometres = partner.Mode switch
            {
                TravelMode.Bus => 3 + (random % 120 / 10.0),
                TravelMode.Metro => 4 + (random % 100 / 10.0),
                _ => 1 + (random % 35 / 10.0),
            };
            var minutes = kilometres * (partner.Mode == TravelMode.Metro ? 2 : 4);
            return JsonSerializer.SerializeToUtf8Bytes(new
            {
                trip = $"{day:yyyyMMdd}-{rider}",
                rider,
                mode = partner.Mode.Name(),
                kilometres,
                segments = partner.Mode == TravelMode.Bus
                    ? (int?)Math.Ceiling(kilometres / Activity.KilometresPerSegment)
                    : null,
                startedAt = started,
                endedAt = started.AddMinutes(Math.Ceiling(minutes)),
            });
        }
    }
}
