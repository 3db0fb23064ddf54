using System.Text.Json;
using CityLoop.Server.City;
using CityLoop.Server.SignOn;

namespace CityLoop.Server.Credentials.Needs;

/// <summary>A wording as the table holds it. Properties, not a constructor: an array is known by its values.</summary>
sealed class NeedRow
{
    public Guid Id { get; init; }
    public Guid Service { get; init; }
    public string Code { get; init; } = "";
    public DateTimeOffset? SuspendedAt { get; init; }
    public int Version { get; init; }
    public int Terms { get; init; }
    public string Name { get; init; } = "";
    public string NameEn { get; init; } = "";
    public string NameJa { get; init; } = "";
    public string Purpose { get; init; } = "";
    public string PurposeEn { get; init; } = "";
    public string PurposeJa { get; init; } = "";
    public string Basis { get; init; } = "";
    public string Asked { get; init; } = "[]";
    public short LevelMin { get; init; }
    public int ConsentDays { get; init; }
    public int KeptDays { get; init; }
    public string[] ReturnAddresses { get; init; } = [];
    public string EncryptionKey { get; init; } = "";
    public string? SealedKey { get; init; }
    public string? Rule { get; init; }
    public Guid WrittenBy { get; init; }
    public DateTimeOffset WrittenAt { get; init; }
    public Guid? DecidedBy { get; init; }
    public DateTimeOffset? DecidedAt { get; init; }
    public bool? IsApproved { get; init; }

    public Need ToNeed() => new()
    {
        Id = Id,
        Service = Service,
        Code = Code,
        SuspendedAt = SuspendedAt,
        Version = Version,
        Terms = Terms,
        Names = LocalNames.Of(Name, NameEn, NameJa),
        Purposes = LocalNames.Of(Purpose, PurposeEn, PurposeJa),
        Basis = NeedStore.ReadBasis(Basis)!.Value,
        Asked = JsonSerializer.Deserialize<AskedCredential[]>(Asked)!,
        LevelMin = LevelMin,
        ConsentDays = ConsentDays,
        KeptDays = KeptDays,
        ReturnAddresses = ReturnAddresses,
        EncryptionKey = EncryptionKey,
        SealedKey = SealedKey,
        Rule = Rule is null ? null : JsonSerializer.Deserialize<NeedRule>(Rule),
        WrittenBy = WrittenBy,
        WrittenAt = WrittenAt,
        DecidedBy = DecidedBy,
        DecidedAt = DecidedAt,
        IsApproved = IsApproved,
    };
}
