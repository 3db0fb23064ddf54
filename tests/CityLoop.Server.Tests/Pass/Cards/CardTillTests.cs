using System.Net;
using System.Text.Json;
using CityLoop.Ledger;
using CityLoop.Server.Ledger;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Cards;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Merchants;
using Dapper;
using Npgsql;

namespace CityLoop.Server.Tests.Pass.Cards;

/// <summary>An elder without a phone pays with a card; whoever finds or guesses one gets little or nothing.</summary>
public sealed class CardTillTests(TestCity city) : IClassFixture<TestCity>, IAsyncLifetime
{
    const string Pin = "274918";

    /// <summary>An elder of each test's own: the day's sums are theirs alone.</summary>
    readonly PersonId _elder = new(Guid.NewGuid());

    HttpClient _till = null!;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    static PersonId Officer => PersonId.OfCast(Cast.WangYating);

    static PersonId SecondOfficer => PersonId.OfCast(Cast.ZhangJianguo);

    CardStore Store => city.Get<CardStore>();

    public async ValueTask InitializeAsync()
    {
        await using var database = await city.Database.OpenConnectionAsync(Stop);
        await database.ExecuteAsync(
            """
            insert into pass.person (id, name, language, roles, created_at)
            values (@elder, '', 'zh-TW', array['resident'], now())
            """, new { elder = _elder.Value });
        _till = await city.SignInAsync(Cast.HuangZhiming);
    }

    public ValueTask DisposeAsync()
    {
        _till.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_card_pays_small_sums_alone_and_larger_ones_with_its_pin()
    {
        await GiveAsync(5_000);
        var (_, code) = await CardAsync(Pin);

        (await ChargeAsync(code, 300)).ShouldBeDone().Back.ShouldBe(9);
        (await ChargeAsync(code, 301)).ShouldBeRefused(HttpStatusCode.Conflict, "card_pin_needed", "pin");
        (await ChargeAsync(code, 300)).ShouldBeDone();
        (await ChargeAsync(code, 1)).ShouldBeRefused(HttpStatusCode.Conflict, "card_pin_needed", "pin");
        (await ChargeAsync(code, 301, Pin)).ShouldBeDone();
        (await ChargeAsync(code, 1, Pin)).ShouldBeDone();

        city.Clock.Advance(TimeSpan.FromDays(1));
        _till = await city.SignInAsync(Cast.HuangZhiming);
        (await ChargeAsync(code, 300)).ShouldBeDone();
    }

    [Fact]
    public async Task A_till_that_asks_again_under_one_id_charges_once_and_counts_once()
    {
        await GiveAsync(5_000);
        var (_, code) = await CardAsync(Pin);
        var (small, large) = (Guid.NewGuid(), Guid.NewGuid());
        for (var i = 0; i < 3; i++)
        {
            (await ChargeAsync(code, 300, id: small)).ShouldBeDone();
            // A page that was loaded anew has forgotten the PIN; the charge stands all the same.
            (await ChargeAsync(code, 900, i == 0 ? Pin : null, large)).ShouldBeDone();
        }

        (await ChargeAsync(code, 299, id: small)).ShouldBeRefused(HttpStatusCode.Conflict, "id_already_used", "id");
        (await BalanceAsync()).ShouldBe(5_000 - 1_200 + 36);
        (await ChargeAsync(code, 300)).ShouldBeDone();
    }

    [Fact]
    public async Task What_the_books_refuse_does_not_count_for_the_day()
    {
        await GiveAsync(200);
        var (_, code) = await CardAsync(Pin);
        for (var i = 0; i < 3; i++)
            (await ChargeAsync(code, 300)).ShouldBeRefused(HttpStatusCode.Conflict, "too_few_points", "amount");
        (await ChargeAsync(code, 190)).ShouldBeDone();
    }

    [Fact]
    public async Task Many_tills_at_once_do_not_pass_the_sum_of_the_day()
    {
        await GiveAsync(50_000);
        var (_, code) = await CardAsync(Pin);
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => ChargeAsync(code, 100)));
        answers.Count(a => a.Status == HttpStatusCode.OK).ShouldBe(6);
        answers.Where(a => a.Status != HttpStatusCode.OK).ShouldAllBe(a => a.Code == "card_pin_needed");
    }

    [Fact]
    public async Task A_lost_card_pays_nothing_from_that_moment_and_the_new_one_has_the_balance()
    {
        await GiveAsync(500);
        var (lost, lostCode) = await CardAsync(Pin);
        (await ChargeAsync(lostCode, 100)).ShouldBeDone();

        (await Store.BlockAsync(lost, "lost", Stop)).ShouldBeTrue();
        (await ChargeAsync(lostCode, 100)).ShouldBeRefused(HttpStatusCode.Conflict, "card_blocked", "code");
        (await ChargeAsync(lostCode, 100, Pin)).ShouldBeRefused(HttpStatusCode.Conflict, "card_blocked", "code");

        var (_, newCode) = await CardAsync(Pin);
        (await ChargeAsync(newCode, 403, Pin)).ShouldBeDone();
    }

    [Fact]
    public async Task A_card_pays_only_when_a_second_person_has_said_yes_and_takes_the_place_of_the_one_before()
    {
        await GiveAsync(500);
        var (old, oldCode) = await CardAsync(Pin);
        var (serial, code) = (await Store.PrintAsync(Officer, 1, Stop))[0];
        (await Store.BindToAsync(Officer, serial, _elder, isFirst: false, Stop)).ShouldBe(BindOutcome.WaitsForSecond);

        (await ChargeAsync(code.Text, 10)).ShouldBeRefused(HttpStatusCode.Conflict, "card_not_ready", "code");
        (await ChargeAsync(oldCode, 10)).ShouldBeDone();
        (await Store.ConfirmAsync(Officer, serial, Stop)).ShouldBe(ConfirmOutcome.NeedsSecondOfficer);
        (await Store.ConfirmAsync(SecondOfficer, serial, Stop)).ShouldBe(ConfirmOutcome.Confirmed);

        (await ChargeAsync(code.Text, 10)).ShouldBeDone();
        (await ChargeAsync(oldCode, 10)).ShouldBeRefused(HttpStatusCode.Conflict, "card_blocked", "code");
        (await Store.FindAsync(old, Stop))!.BlockedWhy.ShouldBe("replaced");
        (await Store.ConfirmAsync(SecondOfficer, serial, Stop)).ShouldBe(ConfirmOutcome.NothingWaits);
    }

    [Fact]
    public async Task An_officer_binds_no_card_to_themselves_none_twice_and_none_that_is_blocked()
    {
        var cards = await Store.PrintAsync(Officer, 2, Stop);
        var (first, second) = (cards[0].Serial, cards[1].Serial);
        (await Store.BindToAsync(Officer, first, Officer, true, Stop)).ShouldBe(BindOutcome.NotOneself);
        (await Store.BindToAsync(Officer, first, _elder, true, Stop)).ShouldBe(BindOutcome.Bound);
        (await Store.BindToAsync(Officer, first, _elder, true, Stop)).ShouldBe(BindOutcome.Bound);
        (await Store.BindToAsync(Officer, first, PersonId.OfCast(Cast.EmmaDubois), true, Stop))
            .ShouldBe(BindOutcome.CardTaken);
        (await Store.BindToAsync(Officer, 99_999_999, _elder, true, Stop)).ShouldBe(BindOutcome.CardUnknown);
        (await Store.BindToAsync(Officer, second, PersonId.OfCast(Cast.EmmaDubois), false, Stop))
            .ShouldBe(BindOutcome.WaitsForSecond);
        await Store.BlockAsync(second, "refused", Stop);
        (await Store.BindToAsync(Officer, second, _elder, true, Stop)).ShouldBe(BindOutcome.CardBlocked);
    }

    [Fact]
    public async Task The_table_itself_refuses_one_officer_who_binds_and_confirms()
    {
        var (serial, _) = (await Store.PrintAsync(Officer, 1, Stop))[0];
        await Store.BindToAsync(Officer, serial, _elder, isFirst: false, Stop);
        await using var database = await city.Database.OpenConnectionAsync(Stop);
        (await Should.ThrowAsync<PostgresException>(() => database.ExecuteAsync(
            "update pass.card set confirmed_by = bound_by, confirmed_at = now() where serial = @serial",
            new { serial }))).SqlState.ShouldBe(PostgresErrorCodes.CheckViolation);
    }

    [Fact]
    public async Task A_pin_is_chosen_at_the_first_use_in_the_first_days_and_later_only_at_a_counter()
    {
        await GiveAsync(5_000);
        var (_, code) = await CardAsync(pin: null);
        (await ChargeAsync(code, 900)).ShouldBeRefused(HttpStatusCode.Conflict, "card_pin_needed", "pin");
        (await ChargeAsync(code, 900, "111111"))
            .ShouldBeRefused(HttpStatusCode.BadRequest, "card_pin_too_simple", "pin");
        (await ChargeAsync(code, 900, "12345"))
            .ShouldBeRefused(HttpStatusCode.BadRequest, "card_pin_not_valid", "pin");
        (await ChargeAsync(code, 900, Pin)).ShouldBeDone();
        (await ChargeAsync(code, 900, "918274")).ShouldBeRefused(HttpStatusCode.Conflict, "card_pin_wrong", "pin");

        var (_, late) = await CardAsync(pin: null);
        city.Clock.Advance(CardTill.FirstUse);
        _till = await city.SignInAsync(Cast.HuangZhiming);
        (await ChargeAsync(late, 900, Pin)).ShouldBeRefused(HttpStatusCode.Conflict, "card_pin_not_set", "code");
        (await ChargeAsync(late, 900)).ShouldBeRefused(HttpStatusCode.Conflict, "card_pin_not_set", "code");
        (await ChargeAsync(late, 90)).ShouldBeDone();
    }

    [Theory]
    [InlineData("123456", true)]
    [InlineData("654321", true)]
    [InlineData("000000", true)]
    [InlineData("112233", false)]
    [InlineData("274918", false)]
    public void A_pin_that_a_thief_tries_first_is_refused(string pin, bool isTooSimple) =>
        CardPin.IsTooSimple(pin).ShouldBe(isTooSimple);

    [Fact]
    public void A_code_is_read_as_people_type_it_and_nothing_else_is_one()
    {
        var code = CardCode.New();
        var typed = string.Join(' ', code.Text.Chunk(4).Select(part => new string(part))).ToLowerInvariant();
        CardCode.Read(typed)!.Hash.SequenceEqual(code.Hash).ShouldBeTrue();
        var all = code.Text;
        foreach (var wrong in new[] { null, "", "1234 5678 1234 5678", all[1..], all + "0", all[1..] + "U" })
            CardCode.Read(wrong).ShouldBeNull();
        Enumerable.Range(0, 1_000).Select(_ => CardCode.New().Text).Distinct().Count().ShouldBe(1_000);
    }

    /// <summary>The elder's next card, in use.</summary>
    async Task<(long Serial, string Code)> CardAsync(string? pin)
    {
        var (serial, code) = (await Store.PrintAsync(Officer, 1, Stop))[0];
        await Store.BindToAsync(Officer, serial, _elder, isFirst: false, Stop);
        (await Store.ConfirmAsync(SecondOfficer, serial, Stop)).ShouldBe(ConfirmOutcome.Confirmed);
        if (pin is not null)
            (await Store.SetPinAsync(serial, pin, Stop)).ShouldBeTrue();
        return (serial, code.Text);
    }

    async Task GiveAsync(long amount)
    {
        var account = await city.Get<PersonAccounts>().OfAsync(_elder, city.Pack.MainCurrency.Id, Stop);
        var budget = await city.Get<CityBudgets>().AccountAsync("net-zero-2026", Stop);
        await city.PostAsync(new Transfer(Guid.NewGuid(), budget, account, amount, TransferCode.Earn));
    }

    async Task<long> BalanceAsync() => await city.BalanceAsync(
        await city.Get<PersonAccounts>().OfAsync(_elder, city.Pack.MainCurrency.Id, Stop));

    Task<Answer> ChargeAsync(string code, long amount, string? pin = null, Guid? id = null) => _till.SendAsync(
        "/api/v1/till/charges",
        JsonSerializer.Serialize(new { id = id ?? Guid.NewGuid(), code, amount, pin }));
}
