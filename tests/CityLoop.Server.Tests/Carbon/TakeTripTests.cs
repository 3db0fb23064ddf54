using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using CityLoop.Server.Carbon;
using CityLoop.Server.Pass;
using CityLoop.Server.Tests.Hosting;
using Dapper;

namespace CityLoop.Server.Tests.Carbon;

public sealed class TakeTripTests(TestCity city) : IClassFixture<TestCity>
{
    readonly PartnerClient _bus = new(city, "dadun-bus");

    [Fact]
    public async Task A_confirmed_trip_is_kept_with_factor_rule_set_and_version_of_that_day()
    {
        var rider = await RiderAsync("dadun-bus", "kept");

        using var answer = await _bus.SendAsync("trips", PartnerClient.Trip("kept-1", rider));

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var trip = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("trip").GetGuid();
        await using var connection = await city.Database.OpenConnectionAsync();
        var savings = (await connection.QueryAsync<TripSaving>(
            "select * from carbon.saving where trip = @trip order by rule_set", new { trip })).ToList();
        savings.Select(s => (s.RuleSet, s.Version, s.Kilograms, s.Unit, s.Source, Math.Round(s.Grams, 6))).ShouldBe(
        [
            ("easycard-passbook", "2023", 0.295, "kgCO2e/segment", "China Times 2023-12-04", 590),
            ("taipei-city", "2023", 0.057, "kgCO2e/km", "China Times 2023-12-04", 570),
        ]);
    }

    [Fact]
    public async Task The_same_message_counts_once()
    {
        var trip = PartnerClient.Trip("replayed-1", await RiderAsync("dadun-bus", "replayed"));

        (await OutcomeAsync(_bus.SendAsync("trips", trip, "replayed"))).ShouldBe("new");
        (await OutcomeAsync(_bus.SendAsync("trips", trip, "replayed"))).ShouldBe("known");
        (await CountAsync("replayed-1")).ShouldBe(1);
    }

    [Fact]
    public async Task The_same_trip_in_another_message_counts_once()
    {
        var trip = PartnerClient.Trip("twice-told-1", await RiderAsync("dadun-bus", "twice-told"));

        (await OutcomeAsync(_bus.SendAsync("trips", trip))).ShouldBe("new");
        (await OutcomeAsync(_bus.SendAsync("trips", trip))).ShouldBe("known");
        (await CountAsync("twice-told-1")).ShouldBe(1);
    }

    [Theory]
    [InlineData("trips", """{"trip":"\ud800","rider":"r"}""")]
    [InlineData("trips", """{"trip":"a\u0000b","rider":"r"}""")]
    [InlineData("riders", """{"code":"\udc00"}""")]
    [InlineData("riders", """{"code":"AB\u0000"}""")]
    public async Task A_signed_message_with_half_a_character_is_refused_by_name(string what, string body) =>
        (await OutcomeAsync(_bus.SendAsync(what, body))).ShouldBe("400 bad_text");

    [Fact]
    public async Task Twenty_copies_at_once_count_once()
    {
        var trip = PartnerClient.Trip("at-once-1", await RiderAsync("dadun-bus", "at-once"));

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20)
            .Select(i => OutcomeAsync(_bus.SendAsync("trips", trip, i < 10 ? "at-once" : $"at-once-{i}"))));

        outcomes.Count(outcome => outcome == "new").ShouldBe(1);
        outcomes.ShouldAllBe(outcome => outcome == "new" || outcome == "known");
        (await CountAsync("at-once-1")).ShouldBe(1);
    }

    [Fact]
    public async Task Another_content_under_a_used_name_is_refused_and_changes_nothing()
    {
        var rider = await RiderAsync("dadun-bus", "other-content");
        var trip = PartnerClient.Trip("other-content-1", rider);
        (await OutcomeAsync(_bus.SendAsync("trips", trip, "other-content"))).ShouldBe("new");
        trip["kilometres"] = 20.0;

        (await OutcomeAsync(_bus.SendAsync("trips", trip, "other-content"))).ShouldBe("409 message_id_used");
        (await OutcomeAsync(_bus.SendAsync("trips", trip))).ShouldBe("409 trip_confirmed_otherwise trip");
        await using var connection = await city.Database.OpenConnectionAsync();
        (await connection.QuerySingleAsync<double>(
            "select kilometres from carbon.trip where trip = 'other-content-1'")).ShouldBe(10);
    }

    [Fact]
    public async Task A_message_that_was_refused_may_come_again_when_it_is_right()
    {
        var trip = PartnerClient.Trip("again-1", "nobody");
        (await OutcomeAsync(_bus.SendAsync("trips", trip, "again"))).ShouldBe("404 rider_unknown rider");
        trip["rider"] = await RiderAsync("dadun-bus", "again");

        (await OutcomeAsync(_bus.SendAsync("trips", trip, "again"))).ShouldBe("new");
    }

    [Fact]
    public async Task Only_the_partners_own_signature_opens_the_door()
    {
        var body = JsonSerializer.Serialize(PartnerClient.Trip("forged-1", await RiderAsync("dadun-bus", "forged")));
        var otherPartner = await new PartnerClient(city, "green-bikes").KeyAsync();
        var honest = SignedMessage.Sign(
            "dadun-bus", await _bus.KeyAsync(), "honest", city.Clock.GetUtcNow(),
            System.Text.Encoding.UTF8.GetBytes(body));

        (await OutcomeAsync(_bus.SendAsync("trips", body, key: RandomNumberGenerator.GetBytes(32)))).ShouldBe(Refused);
        (await OutcomeAsync(_bus.SendAsync("trips", body, key: otherPartner))).ShouldBe(Refused);
        (await OutcomeAsync(_bus.SendAsync("trips", body, sentBody: body + " "))).ShouldBe(Refused);
        (await OutcomeAsync(_bus.SendAsync("trips", honest with { Id = "other" }, body))).ShouldBe(Refused);
        (await OutcomeAsync(_bus.SendAsync("trips", honest with { Signatures = "" }, body))).ShouldBe(Refused);
        (await OutcomeAsync(_bus.SendAsync("trips", honest with { Signatures = "v1,!!" }, body))).ShouldBe(Refused);
        (await OutcomeAsync(_bus.SendAsync(
            "trips", honest with { Signatures = "v1," + new string('A', 4_000) }, body))).ShouldBe(Refused);
        (await OutcomeAsync(new PartnerClient(city, "nobody").SendAsync("trips", honest, body))).ShouldBe(Refused);
        (await CountAsync("forged-1")).ShouldBe(0);
    }

    [Theory]
    [InlineData(-301, false)]
    [InlineData(-299, true)]
    [InlineData(299, true)]
    [InlineData(301, false)]
    public async Task A_message_is_good_for_five_minutes(int secondsOff, bool isTaken)
    {
        var trip = PartnerClient.Trip($"window-{secondsOff}", await RiderAsync("dadun-bus", $"window-{secondsOff}"));

        var outcome = await OutcomeAsync(_bus.SendAsync(
            "trips", JsonSerializer.Serialize(trip), clockOff: TimeSpan.FromSeconds(secondsOff)));

        outcome.ShouldBe(isTaken ? "new" : "401 timestamp_not_fresh");
    }

    [Theory]
    [InlineData("kilometres", -3.2, "400 kilometres_out_of_range kilometres")]
    [InlineData("kilometres", 0, "400 kilometres_out_of_range kilometres")]
    [InlineData("kilometres", 401, "400 kilometres_out_of_range kilometres")]
    [InlineData("kilometres", 1e300, "400 kilometres_out_of_range kilometres")]
    [InlineData("kilometres", 399, "400 trip_too_fast kilometres")]
    [InlineData("kilometres", "10", "400 field_not_a_number kilometres")]
    [InlineData("kilometres", "NaN", "400 field_not_a_number kilometres")]
    [InlineData("kilometres", null, "400 field_not_a_number kilometres")]
    [InlineData("segments", 0, "400 segments_out_of_range segments")]
    [InlineData("segments", 51, "400 segments_out_of_range segments")]
    [InlineData("segments", 1.5, "400 field_not_a_whole_number segments")]
    [InlineData("segments", 99999999999, "400 field_not_a_whole_number segments")]
    [InlineData("mode", "rocket", "400 mode_unknown mode")]
    [InlineData("mode", "metro", "400 mode_not_of_partner mode")]
    [InlineData("mode", 1, "400 field_not_a_name mode")]
    [InlineData("trip", "", "400 field_not_a_name trip")]
    [InlineData("trip", "a b", "400 field_not_a_name trip")]
    [InlineData("trip", "行程", "400 field_not_a_name trip")]
    [InlineData("trip", Long, "400 field_not_a_name trip")]
    [InlineData("rider", 7, "400 field_not_a_name rider")]
    [InlineData("rider", "unknown-rider", "404 rider_unknown rider")]
    [InlineData("startedAt", "2026-11-20T08:10:00", "400 field_not_a_time startedAt")]
    [InlineData("startedAt", "yesterday", "400 field_not_a_time startedAt")]
    [InlineData("startedAt", "2026-08-01T08:10:00+08:00", "400 trip_times_not_valid endedAt")]
    [InlineData("endedAt", "2026-11-20T08:10:00+08:00", "400 trip_times_not_valid endedAt")]
    [InlineData("endedAt", "2026-11-21T09:10:00+08:00", "400 trip_times_not_valid endedAt")]
    public async Task What_cannot_be_believed_is_refused_with_code_and_field(
        string field, object? value, string outcome)
    {
        var trip = PartnerClient.Trip("unbelievable-1", await RiderAsync("dadun-bus", "unbelievable"));
        trip[field] = value;

        (await OutcomeAsync(_bus.SendAsync("trips", trip))).ShouldBe(outcome);
    }

    [Theory]
    [InlineData("2026-11-21T09:30:00+08:00", "2026-11-21T09:40:00+08:00", "400 trip_in_the_future endedAt")]
    [InlineData("2026-08-20T08:10:00+08:00", "2026-08-20T08:40:00+08:00", "400 trip_too_old startedAt")]
    public async Task A_trip_lies_behind_us_and_not_too_far(string startedAt, string endedAt, string outcome)
    {
        var trip = PartnerClient.Trip("when-1", await RiderAsync("dadun-bus", "when"));
        (trip["startedAt"], trip["endedAt"]) = (startedAt, endedAt);

        (await OutcomeAsync(_bus.SendAsync("trips", trip))).ShouldBe(outcome);
    }

    [Theory]
    [InlineData("", "400 message_not_json")]
    [InlineData("[]", "400 message_not_json")]
    [InlineData("{\"trip\": \"x\"", "400 message_not_json")]
    [InlineData("{\"kilometres\": NaN}", "400 message_not_json")]
    [InlineData("{}", "400 field_not_a_name trip")]
    public async Task A_body_that_is_no_trip_is_refused(string body, string outcome) =>
        (await OutcomeAsync(_bus.SendAsync("trips", body))).ShouldBe(outcome);

    [Fact]
    public async Task A_message_that_is_too_long_is_refused_before_it_is_read() =>
        (await OutcomeAsync(_bus.SendAsync("trips", new string(' ', 20_000)))).ShouldBe("413 message_too_long");

    const string Refused = "401 signature_not_valid";

    const string Long = "12345678901234567890123456789012345678901234567890123456789012345";

    async Task<string> RiderAsync(string partner, string who)
    {
        var rules = city.Get<CityRules>();
        var links = city.Get<RiderLinks>();
        var person = new PersonId(CityLoop.Ledger.DerivedId.From("take-trip-tests", who));
        var code = await links.MakeCodeAsync(rules.PartnerOf(partner)!, person, CancellationToken.None);
        return (await links.RedeemAsync(partner, code, CancellationToken.None))!;
    }

    async Task<int> CountAsync(string trip)
    {
        await using var connection = await city.Database.OpenConnectionAsync();
        return await connection.QuerySingleAsync<int>(
            "select count(*)::int from carbon.trip where trip = @trip", new { trip });
    }

    /// <summary>"new", "known", or the status with code and field of the problem.</summary>
    static async Task<string> OutcomeAsync(Task<HttpResponseMessage> sent)
    {
        using var answer = await sent;
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        if (answer.IsSuccessStatusCode)
            return body.GetProperty("isNew").GetBoolean() ? "new" : "known";
        body.GetProperty("detail").GetString().ShouldNotBeNullOrEmpty();
        var field = body.TryGetProperty("field", out var name) && name.GetString() is not "webhook-id"
            ? $" {name.GetString()}"
            : "";
        return $"{(int)answer.StatusCode} {body.GetProperty("code").GetString()}{field}";
    }
}
