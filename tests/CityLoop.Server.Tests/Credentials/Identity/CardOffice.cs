using System.Text.Json;
using CityLoop.Server.Credentials.Offices;
using CityLoop.Server.Credentials.SdJwts;
using CityLoop.Server.Pass;
using CityLoop.Server.Shared.Jose;
using CityLoop.Server.Tests.Credentials.SdJwts;
using CityLoop.Server.Tests.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CityLoop.Server.Tests.Credentials.Identity;

/// <summary>
/// An office that sees people itself, puts credentials into their wallets and says on a list of its own what it has
/// taken back.
/// </summary>
sealed class CardOffice : IAsyncDisposable
{
    readonly TestCity _city;
    readonly WebApplication _web;
    readonly SigningKey _key = TamperedCredential.NewKey();
    int _next;

    CardOffice(TestCity city, string code)
    {
        (_city, Code) = (city, code);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _web = builder.Build();
    }

    public string Code { get; }

    public string Type => $"{Code}-id";

    /// <summary>The places of what was taken back.</summary>
    public HashSet<int> Revoked { get; } = [];

    public bool IsSilent { get; set; }

    string Base => _city.Address.ToString().TrimEnd('/');

    Uri List => new(new Uri(_web.Urls.First()), "/status/1");

    public static async Task<CardOffice> OpenAsync(TestCity city, string code, bool isMarked = true)
    {
        var office = new CardOffice(city, code);
        office._web.Urls.Add("http://127.0.0.1:0");
        office._web.MapGet("/status/1", () => office.IsSilent ? Results.StatusCode(503) : Results.Text(StatusList.Write(
            office._key, office.List, office.Revoked, city.Clock.GetUtcNow(), TimeSpan.FromMinutes(5))));
        await office._web.StartAsync();
        var draft = new OfficeDraft
        {
            Code = code, Name = new("戶政所"), Source = new("國民身分證"), Refresh = "at_once",
            Address = $"{office._web.Urls.First()}/issue",
            PublicKeys = new System.Text.Json.Nodes.JsonObject
            {
                ["keys"] = new System.Text.Json.Nodes.JsonArray(TamperedCredential.JwkOf(office._key.Public)),
            }.ToJsonString(),
        };
        draft.Fault().ShouldBeNull();
        await city.Get<OfficeChanges>().AskForOfficeAsync(
            PersonId.OfCast(Cast.WangYating), Guid.CreateVersion7(), draft, default);
        await office.ApproveAsync();
        await office.MarkAsync(isMarked);
        return office;
    }

    /// <summary>Two officers say that its credentials prove identities, or that they do not.</summary>
    public async Task MarkAsync(bool isMarked)
    {
        var office = (await _city.Get<OfficeStore>().FindAsync(Code, default))!;
        var draft = new TypeDraft
        {
            Code = Type, Name = new("數位身分證"), ValidDays = "60", ProvesIdentity = isMarked,
            Fields = "document_type | 證件\ndocument_number | 號碼\nborn | 生日",
        };
        draft.Fault(office).ShouldBeNull();
        await _city.Get<OfficeChanges>().AskForTypeAsync(PersonId.OfCast(Cast.WangYating), office, draft, default);
        await ApproveAsync();
    }

    /// <summary>What somebody's wallet holds.</summary>
    public WalletCredential Issue(string number, string document = "national_id", int days = 30)
    {
        var (pkcs8, now, place) = (SigningKey.NewPkcs8(), _city.Clock.GetUtcNow(), _next++);
        var holder = new SigningKey(pkcs8, DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue);
        return new WalletCredential(holder, pkcs8, place, SdJwt.Issue(_key, new SdJwtContent
        {
            Issuer = OfficeAddresses.Issuer(Base, Code), Type = OfficeAddresses.Type(Base, Type), IssuedAt = now,
            Until = now.AddDays(days), Holder = holder.Public, Status = new StatusPlace(List, place),
            Fields =
            [
                KeyValuePair.Create("document_type", JsonSerializer.SerializeToElement(document)),
                KeyValuePair.Create("document_number", JsonSerializer.SerializeToElement(number)),
                KeyValuePair.Create("born", JsonSerializer.SerializeToElement("1990-01-01")),
            ],
        }));
    }

    public async ValueTask DisposeAsync() => await _web.DisposeAsync();

    async Task ApproveAsync()
    {
        foreach (var waiting in await _city.Get<OfficeChanges>().WaitingAsync(default))
            await _city.Get<OfficeChanges>().DecideAsync(
                PersonId.OfCast(Cast.ZhangJianguo), waiting.Id, isApproved: true, default);
    }
}

/// <summary>A credential in somebody's wallet, and the key that it is bound to.</summary>
sealed record WalletCredential(SigningKey Holder, byte[] Pkcs8, int Place, string SdJwt);
