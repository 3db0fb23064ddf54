using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using CityLoop.Server.City;
using CityLoop.Server.Credentials.Needs;
using CityLoop.Server.Credentials.Offices;
using CityLoop.Server.SignOn;

namespace CityLoop.Server.Credentials.Sharing;

using Words = IReadOnlyDictionary<string, string>;

/// <summary>One field on the page: what programs and what people call it.</summary>
sealed record NoticeField(string Name, Words Names, bool IsSensitive)
{
    [JsonIgnore]
    public LocalNames Called => new(Names);
}

/// <summary>What one office gives: these fields, and those of the same credential that stay there.</summary>
sealed record NoticePart(
    string Type, Words TypeNames, string Office, Words OfficeNames, IReadOnlyList<NoticeField> Fields,
    IReadOnlyList<NoticeField> KeptBack)
{
    [JsonIgnore]
    public LocalNames TypeCalled => new(TypeNames);

    [JsonIgnore]
    public LocalNames OfficeCalled => new(OfficeNames);
}

/// <summary>
/// What a person reads before they decide, and what is kept with their consent. The page and the answer are both made
/// from it, so that nothing travels that was not shown.
/// </summary>
sealed record ConsentNotice
{
    public required Guid Service { get; init; }

    public required Words ServiceNames { get; init; }

    /// <summary>Null in what was agreed to before services said it.</summary>
    public NoticeParty? Controller { get; init; }

    public required string Need { get; init; }

    public required int Version { get; init; }

    public required Words NeedNames { get; init; }

    public required Words Purposes { get; init; }

    public required string Basis { get; init; }

    public required int ConsentDays { get; init; }

    public required int KeptDays { get; init; }

    public required bool IsHosted { get; init; }

    public required IReadOnlyList<NoticePart> Parts { get; init; }

    /// <summary>In which language it was read; empty until somebody has.</summary>
    public string Language { get; init; } = "";

    [JsonIgnore]
    public LocalNames ServiceCalled => new(ServiceNames);

    [JsonIgnore]
    public LocalNames NeedCalled => new(NeedNames);

    [JsonIgnore]
    public LocalNames Purpose => new(Purposes);

    /// <summary>The same for the same words, whoever reads them.</summary>
    [JsonIgnore]
    public string Fingerprint => Base64Url.EncodeToString(SHA256.HashData(
        JsonSerializer.SerializeToUtf8Bytes(this with { Language = "" })));
}

/// <summary>Makes notices of what is registered now.</summary>
sealed class Notices(OfficeStore offices)
{
    /// <summary>The notice; null when an office that is asked certifies this no more, or is suspended.</summary>
    public async Task<ConsentNotice?> OfAsync(Need need, Service service, CancellationToken cancellation)
    {
        var parts = new List<NoticePart>();
        foreach (var asked in need.Asked)
        {
            if (await offices.FindTypeAsync(asked.Type, cancellation) is not var (office, type)
                || office.SuspendedAt is not null || asked.Fields.Except(type.Fields.Select(f => f.Name)).Any())
                return null;
            var fields = type.Fields.ToLookup(field => asked.Fields.Contains(field.Name), field =>
                new NoticeField(field.Name, NoticeParty.Sorted(field.Names), field.IsSensitive));
            parts.Add(new NoticePart(
                type.Code, NoticeParty.Sorted(type.Names), office.Code, NoticeParty.Sorted(office.Names),
                [.. fields[true]], [.. fields[false]]));
        }

        return new ConsentNotice
        {
            Service = service.Id,
            ServiceNames = NoticeParty.Sorted(service.Names),
            Controller = NoticeParty.Of(service.Controller),
            Need = need.Code,
            Version = need.Version,
            NeedNames = NoticeParty.Sorted(need.Names),
            Purposes = NoticeParty.Sorted(need.Purposes),
            Basis = NeedStore.Written(need.Basis),
            ConsentDays = need.ConsentDays,
            KeptDays = need.KeptDays,
            IsHosted = need.IsHosted,
            Parts = parts,
        };
    }
}
