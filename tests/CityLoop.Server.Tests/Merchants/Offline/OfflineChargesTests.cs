using System.Net;
using System.Text.Json;
using CityLoop.Server.Merchants;
using CityLoop.Server.Merchants.Offline;
using CityLoop.Server.Pass.Cards;
using CityLoop.Server.Tests.Hosting;

namespace CityLoop.Server.Tests.Merchants.Offline;

/// <summary>What a till took without network is posted once, as it was taken, or refused with why.</summary>
public sealed class OfflineChargesTests(TestCity city) : IClassFixture<TestCity>, IAsyncLifetime
{
    HttpClient _worker = null!;
    SoftTill _till = null!;
    long _before;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        // What the test before was lent has run out.
        city.Clock.Advance(city.Pack.Offline.Age + TimeSpan.FromMinutes(1));
        await city.SetRebateBudgetAsync(0);
        _worker = await city.SignInAsync(Cast.HuangZhiming);
        _till = await SoftTill.LentAsync(city, _worker);
        _before = await city.TakingsOfAsync(Cast.SunflowerBakery);
    }

    public ValueTask DisposeAsync()
    {
        _till.Dispose();
        _worker.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Codes_and_cards_that_were_taken_in_an_outage_are_paid_hours_later_and_once()
    {
        var (phone, card) = (await Payer.ComesAsync(city, 500), await Payer.ComesAsync(city, 500));
        var first = _till.Take(await phone.CodeAsync(), 60);
        city.Clock.Advance(TimeSpan.FromHours(3));
        var second = _till.Take((await card.CardAsync()).Code, 200);
        var third = _till.Take(await phone.CodeAsync(), 40);
        city.Clock.Advance(TimeSpan.FromHours(3));

        (await _till.PostAsync(first, second, third)).ShouldBe(["certain", "certain", "certain"]);
        (await _till.PostAsync(first, second, third)).ShouldBe(["certain", "certain", "certain"]);

        (await TakenAsync()).ShouldBe(300);
        (await phone.BalanceAsync(), await card.BalanceAsync()).ShouldBe((400, 300));
        (await city.Get<Payments>().FindAsync(first.Id, Stop))!.Amount.ShouldBe(60);
    }

    [Fact]
    public async Task A_charge_that_was_altered_in_storage_is_refused_and_the_others_stand()
    {
        var payer = await Payer.ComesAsync(city, 500);
        var first = _till.Take(await payer.CodeAsync(), 10);
        city.NextCode();
        var second = _till.Take(await payer.CodeAsync(), 20);
        city.NextCode();
        var third = _till.Take(await payer.CodeAsync(), 30);
        foreach (var altered in new[]
        {
            second with { Amount = 200 }, second with { At = second.At + 1 }, second with { Id = Guid.NewGuid() },
            second with { Number = 4 }, second with { Previous = third.Previous }, second with { Code = first.Code },
            second with { Signature = first.Signature }, second with { Signature = "none" },
        })
            (await _till.PostAsync(altered)).ShouldBe(["offline_signature_not_valid"]);

        (await _till.PostAsync(first, second with { Amount = 200 }, third)).ShouldBe(
            ["certain", "offline_signature_not_valid", "certain"]);

        (await TakenAsync()).ShouldBe(40);
    }

    [Fact]
    public async Task A_charge_that_was_doubled_or_moved_pays_nothing_more()
    {
        var payer = await Payer.ComesAsync(city, 500);
        var first = _till.Take(await payer.CodeAsync(), 10);
        city.NextCode();
        var second = _till.Take(await payer.CodeAsync(), 20);

        // The queue's own order is in the charges, not in the batch.
        (await _till.PostAsync(second, first, first)).ShouldBe(["certain", "certain", "certain"]);
        // Even with the key: the same code again under another number, or another charge under a used one.
        (await _till.PostAsync(_till.Take(await payer.CodeAsync(), 20, second.Id))).ShouldBe(["certain"]);
        (await _till.PostAsync(_till.Signed(second with { Amount = 25 }))).ShouldBe(["offline_not_in_order"]);
        (await _till.PostAsync(_till.Signed(first with { Number = 4, Id = Guid.NewGuid() })))
            .ShouldBe(["offline_not_in_order"], "it does not follow the third");

        (await TakenAsync()).ShouldBe(30);
    }

    [Fact]
    public async Task A_charge_that_comes_after_later_ones_is_refused()
    {
        var payer = await Payer.ComesAsync(city, 500);
        var first = _till.Take(await payer.CodeAsync(), 10);
        city.NextCode();
        var second = _till.Take(await payer.CodeAsync(), 20);

        (await _till.PostAsync(second)).ShouldBe(["certain"]);
        (await _till.PostAsync(first)).ShouldBe(["offline_not_in_order"]);
        (await TakenAsync()).ShouldBe(20);
    }

    [Fact]
    public async Task A_code_counts_only_in_the_minute_in_which_it_was_shown()
    {
        var payer = await Payer.ComesAsync(city, 500);
        city.Clock.Advance(TimeSpan.FromHours(1));
        var code = await payer.CodeAsync();

        var shown = city.Clock.GetUtcNow();
        (await _till.PostAsync(_till.Sign(code, 1, shown - TimeSpan.FromMinutes(3)))).ShouldBe(["code_unknown"]);
        city.Clock.Advance(TimeSpan.FromMinutes(3));
        (await _till.PostAsync(_till.Sign(code, 2, shown + TimeSpan.FromMinutes(3)))).ShouldBe(["code_expired"]);
        // A clock that was set back would bring the minute again: the till's own charges stand against it.
        (await _till.PostAsync(_till.Sign(code, 3, shown))).ShouldBe(["offline_time_not_possible"]);
        (await TakenAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task A_charge_is_neither_backdated_nor_postdated_nor_kept_for_days()
    {
        var payer = await Payer.ComesAsync(city, 500);
        var code = await payer.CodeAsync();
        var (lent, tolerance) = (city.Clock.GetUtcNow(), OfflineCharges.Tolerance + TimeSpan.FromSeconds(1));
        (await _till.PostAsync(_till.Sign(code, 1, lent - tolerance))).ShouldBe(["offline_time_not_possible"]);
        (await _till.PostAsync(_till.Sign(code, 1, lent + tolerance))).ShouldBe(["offline_time_not_possible"]);
        var taken = _till.Sign(code, 1, lent);
        var last = _till.Sign(code, 1, lent + city.Pack.Offline.Age + TimeSpan.FromSeconds(1));
        var never = _till.Signed(last with { Number = 6, At = long.MaxValue, Previous = Hash(last) });

        city.Clock.Advance(city.Pack.Offline.Age + TimeSpan.FromSeconds(2));
        _worker = await city.SignInAsync(Cast.HuangZhiming);

        (await _till.PostAsync(taken)).ShouldBe(["offline_too_old"]);
        (await _till.PostAsync(last)).ShouldBe(["offline_too_old"], "it was lent for a day");
        (await _till.PostAsync(never)).ShouldBe(["offline_time_not_possible"]);
        (await TakenAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task A_refusal_stays_one_even_when_the_person_has_points_again()
    {
        var payer = await Payer.ComesAsync(city, 0);
        var charge = _till.Take(await payer.CodeAsync(), 10);
        (await _till.PostAsync(charge)).ShouldBe(["too_few_points"]);

        await city.GiveAsync(payer.Account, 100);

        (await _till.PostAsync(charge)).ShouldBe(["too_few_points"], "the shop may have taken cash since");
        (await TakenAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task A_charge_that_was_sent_before_the_network_went_is_the_same_one()
    {
        var payer = await Payer.ComesAsync(city, 500);
        var (id, code) = (Guid.NewGuid(), await payer.CodeAsync());
        // At this till: another test may have let the baker work at a second one.
        (await _worker.SendAsync("/api/v1/till/charges", JsonSerializer.Serialize(
            new { id, code, amount = 70, shop = Cast.SunflowerBakery }))).ShouldBeDone();
        var queued = _till.Take(code, 70, id, TimeSpan.FromSeconds(9));
        var another = _till.Take(code, 71, id, TimeSpan.FromSeconds(9));
        city.Clock.Advance(TimeSpan.FromHours(2));

        (await _till.PostAsync(queued, another)).ShouldBe(["certain", "id_already_used"]);
        (await _till.PostAsync(queued, another)).ShouldBe(["certain", "id_already_used"]);
        (await TakenAsync()).ShouldBe(70);
    }

    [Fact]
    public async Task A_blocked_card_and_a_sum_that_needs_the_pin_are_refused()
    {
        var payer = await Payer.ComesAsync(city, 5_000);
        var (lost, lostCode) = await payer.CardAsync();
        var charge = _till.Take(lostCode, 10);
        await city.Get<CardStore>().BlockAsync(lost, "lost", Stop);
        (await _till.PostAsync(charge)).ShouldBe(["card_blocked"]);

        var (_, code) = await (await Payer.ComesAsync(city, 5_000)).CardAsync();
        (await _worker.ChargeAsync(code, 300)).ShouldBeDone();
        (await _worker.ChargeAsync(code, 250)).ShouldBeDone();
        (await _till.PostAsync(_till.Take(code, 60))).ShouldBe(["card_pin_needed"], "it pays 600 a day alone");
        (await _till.PostAsync(_till.Take(code, 50))).ShouldBe(["certain"]);
    }

    [Fact]
    public async Task Nobody_but_the_shop_posts_for_its_till_and_nobody_takes_its_name()
    {
        await SecondShop.OpenAsync(city);
        var payer = await Payer.ComesAsync(city, 500);
        var charge = _till.Take(await payer.CodeAsync(), 10);
        using var other = new SoftTill(city, _worker, SecondShop.Code) { Id = _till.Id };
        (await other.AskAsync()).ShouldBeRefused(HttpStatusCode.Conflict, "offline_till_unknown", "till");
        (await other.SendAsync(charge)).ShouldBeRefused(HttpStatusCode.Conflict, "offline_till_unknown", "till");
        using var thief = new SoftTill(city, _worker, Cast.SunflowerBakery) { Id = _till.Id };
        (await thief.AskAsync()).ShouldBeRefused(HttpStatusCode.Conflict, "offline_till_unknown", "till");
        using var stranger = new SoftTill(city, await city.SignInAsync(Cast.LinMeiling), Cast.SunflowerBakery);
        (await stranger.AskAsync()).Status.ShouldBe(HttpStatusCode.Forbidden);
        using var elsewhere = new SoftTill(city, _worker, "old-town-noodles");
        (await elsewhere.AskAsync()).ShouldBeRefused(HttpStatusCode.Forbidden, "no_shop");
        (await elsewhere.SendAsync(charge)).ShouldBeRefused(HttpStatusCode.Forbidden, "no_shop");
        (await _till.AskAsync("AAAA")).ShouldBeRefused(HttpStatusCode.BadRequest, "field_not_valid", "key");

        (await _till.PostAsync(charge with { Code = "AAAA" })).ShouldBe(["offline_signature_not_valid"]);
        (await _till.PostAsync(_till.Signed(charge with { Code = "AAAA" }))).ShouldBe(["code_not_valid"]);
    }

    [Fact]
    public async Task Who_guesses_codes_this_way_waits_as_at_the_counter_and_loses_nothing()
    {
        var payer = await Payer.ComesAsync(city, 500);
        for (var wrong = 0; wrong < WrongCodeLimit.Burst; wrong++)
            (await _till.PostAsync(_till.Take("1234567890123456", 1))).ShouldBe(["code_unknown"]);
        var honest = _till.Take(await payer.CodeAsync(), 10);
        city.NextCode();
        var behind = _till.Take(await payer.CodeAsync(), 20);
        city.Clock.Advance(-TimeSpan.FromSeconds(WalletCodes.StepSeconds));

        (await _till.PostAsync(honest, behind)).ShouldBe(["too_many_wrong_codes"]);

        city.NextCode();
        (await _till.PostAsync(honest, behind)).ShouldBe(["certain", "certain"]);
        (await TakenAsync()).ShouldBe(30);
    }

    static string Hash(SignedCharge charge) => new('f', charge.Previous.Length);

    async Task<long> TakenAsync() => await city.TakingsOfAsync(Cast.SunflowerBakery) - _before;
}
