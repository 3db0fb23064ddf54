using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CityLoop.Ledger;
using CityLoop.Server.Merchants;
using CityLoop.Server.Merchants.Offline;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Cards;
using CityLoop.Server.Tests.Hosting;
using Dapper;

namespace CityLoop.Server.Tests.Merchants.Offline;

/// <summary>A till with a key of its own, as the page is one: it takes and posts charges.</summary>
sealed class SoftTill(TestCity city, HttpClient worker, string shop) : IDisposable
{
    readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    string _previous = SignedCharge.Nothing;
    long _number;

    public Guid Id { get; init; } = Guid.NewGuid();

    public JsonElement Permit { get; private set; }

    public long Allowance => Permit.GetProperty("allowance").GetInt64();

    public static async Task<SoftTill> LentAsync(
        TestCity city, HttpClient worker, string shop = Cast.SunflowerBakery)
    {
        var till = new SoftTill(city, worker, shop);
        (await till.AskAsync()).ShouldBeDone();
        return till;
    }

    public async Task<Answer> AskAsync(string? key = null)
    {
        var answer = await worker.SendAsync("/api/v1/till/offline", JsonSerializer.Serialize(
            new { till = Id, shop, key = key ?? Convert.ToBase64String(_key.ExportSubjectPublicKeyInfo()) }));
        if (answer.Status == HttpStatusCode.OK)
            Permit = answer.Body;
        return answer;
    }

    /// <summary>Takes a charge without network, now by the city's clock unless told otherwise.</summary>
    public SignedCharge Take(string code, long amount, Guid? id = null, TimeSpan late = default) =>
        Sign(code, amount, city.Clock.GetUtcNow() + late, id);

    public SignedCharge Sign(string code, long amount, DateTimeOffset at, Guid? id = null)
    {
        var charge = Signed(new(
            id ?? Guid.NewGuid(), ++_number, at.ToUnixTimeMilliseconds(), _previous, amount, Close(code), ""));
        _previous = SignedCharge.HashOf(charge.Bytes(Id));
        return charge;
    }

    /// <summary>Whoever holds the key can sign anything; whoever has only the storage cannot.</summary>
    public SignedCharge Signed(SignedCharge charge) => charge with
    {
        Signature = Convert.ToBase64String(_key.SignData(charge.Bytes(Id), HashAlgorithmName.SHA256)),
    };

    /// <summary>What became of each: certain, or the code of the refusal.</summary>
    public async Task<string[]> PostAsync(params SignedCharge[] charges) =>
    [
        .. (await SendAsync(charges)).ShouldBeDone().Body.GetProperty("answers").EnumerateArray()
            .Select(a => a.GetProperty("code").GetString() ?? a.GetProperty("state").GetString()!),
    ];

    public Task<Answer> SendAsync(params SignedCharge[] charges) => worker.SendAsync(
        "/api/v1/till/offline/charges",
        JsonSerializer.Serialize(new { till = Id, shop, charges }, JsonSerializerOptions.Web));

    public string Close(string code)
    {
        using var city = RSA.Create();
        city.ImportSubjectPublicKeyInfo(Permit.GetProperty("cityKey").GetBytesFromBase64(), out _);
        return Convert.ToBase64String(city.Encrypt(Encoding.UTF8.GetBytes(code), RSAEncryptionPadding.OaepSHA256));
    }

    public void Dispose() => _key.Dispose();
}

/// <summary>People of a test's own, with points, a code on their phone or a card.</summary>
sealed record Payer(TestCity City, PersonId Person, AccountId Account)
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static async Task<Payer> ComesAsync(TestCity city, long points)
    {
        var person = new PersonId(Guid.NewGuid());
        await using var database = await city.Database.OpenConnectionAsync(Stop);
        await database.ExecuteAsync(
            """
            insert into pass.person (id, name, language, roles, created_at)
            values (@person, '', 'zh-TW', array['resident'], now())
            """, new { person = person.Value });
        var account = await city.Get<PersonAccounts>().OfAsync(person, city.Pack.MainCurrency.Id, Stop);
        if (points > 0)
            await city.GiveAsync(account, points);
        return new(city, person, account);
    }

    /// <summary>The code on their phone now.</summary>
    public async Task<string> CodeAsync() => (await City.Get<WalletCodeKey>().CodesAsync(Stop)).Of(
        new(Account, WalletCodes.StepAt(City.Clock.GetUtcNow())));

    public async Task<(long Serial, string Code)> CardAsync()
    {
        var cards = City.Get<CardStore>();
        var (officer, second) = (PersonId.OfCast(Cast.WangYating), PersonId.OfCast(Cast.ZhangJianguo));
        var (serial, code) = (await cards.PrintAsync(officer, 1, Stop))[0];
        await cards.BindToAsync(officer, serial, Person, isFirst: false, Stop);
        (await cards.ConfirmAsync(second, serial, Stop)).ShouldBe(ConfirmOutcome.Confirmed);
        return (serial, code.Text);
    }

    public Task<long> BalanceAsync() => City.BalanceAsync(Account);
}

static class SecondShop
{
    public const string Code = "green-river";

    /// <summary>The baker works at the bookshop, too.</summary>
    public static async Task OpenAsync(TestCity city)
    {
        var baker = PersonId.OfCast(Cast.HuangZhiming);
        await using var database = await city.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await database.ExecuteAsync(
            "insert into merchants.worker (person, merchant) values (@baker, @shop) on conflict do nothing",
            new { baker = baker.Value, shop = (await city.ShopAsync(Code)).Id });
        city.Get<MerchantStore>().Forget(baker);
    }
}
