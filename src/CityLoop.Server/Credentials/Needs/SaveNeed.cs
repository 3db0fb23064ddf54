using System.Text;
using System.Text.Json;
using CityLoop.Server.Credentials.Offices;
using CityLoop.Server.Pass;
using CityLoop.Server.Shared.Jose;
using CityLoop.Server.SignOn;
using Microsoft.AspNetCore.DataProtection;

namespace CityLoop.Server.Credentials.Needs;

/// <summary>
/// An officer writes what a service needs, new or in other words; another approves it before anybody is asked.
/// </summary>
sealed class SaveNeed(
    NeedStore needs, ServiceStore services, OfficeStore offices, HostedKeys keys, TimeProvider time)
{
    /// <summary>Keeps what was typed for the second officer; answers the need, or the code of what is wrong.</summary>
    public async Task<(Need? Saved, string? Problem)> SaveAsync(
        NeedDraft draft, Guid? id, PersonId officer, CancellationToken cancellation)
    {
        var versions = id is null ? [] : await needs.VersionsAsync(id.Value, cancellation);
        var last = versions.Count > 0 ? versions[0] : null;
        var approved = versions.FirstOrDefault(version => version.IsApproved == true);
        // Whose need it is and what it is called stay: posters and programs know it by that.
        if (last is not null)
            draft = draft with { Service = last.Service.ToString(), Code = last.Code, IsHosted = last.IsHosted };
        var service = await services.FindAsync(draft.Service, cancellation);
        if (draft.Fault(service, await offices.AllAsync(cancellation)) is { } fault)
            return (null, fault);
        if (last is { DecidedAt: null })
            return (null, "need_waits_already");
        var (publicKey, sealedKey) = !draft.IsHosted ? (draft.EncryptionKey, null)
            : last is not null ? (last.EncryptionKey, last.SealedKey) : keys.New();
        var need = new Need
        {
            Id = id ?? Guid.CreateVersion7(time.GetUtcNow()),
            Service = service!.Id,
            Code = draft.Code,
            Version = (last?.Version ?? 0) + 1,
            Terms = approved?.Terms ?? 1,
            Names = draft.Name.Names,
            Purposes = draft.Purpose.Names,
            Basis = NeedStore.ReadBasis(draft.Basis)!.Value,
            Asked = draft.ToAsked(),
            LevelMin = NeedDraft.Number(draft.Level, 0, Levels.Max)!.Value,
            ConsentDays = NeedDraft.Number(draft.ConsentDays, 1, int.MaxValue)!.Value,
            KeptDays = NeedDraft.Number(draft.KeptDays, 0, int.MaxValue)!.Value,
            ReturnAddresses = draft.IsHosted ? [] : draft.ReturnAddresses,
            EncryptionKey = publicKey,
            SealedKey = sealedKey,
            Rule = draft.IsHosted ? draft.ToRule() : null,
            WrittenBy = officer.Value,
            WrittenAt = time.GetUtcNow(),
        };
        if (approved is not null && !approved.AsksTheSameAs(need))
            need = need with { Terms = approved.Terms + 1 };
        return await needs.WriteAsync(need, cancellation) ? (need, null) : (null, "need_code_not_taken");
    }
}

/// <summary>The keys of hosted services: made here, kept sealed, and used by nobody but the rule.</summary>
sealed class HostedKeys(IDataProtectionProvider protection)
{
    readonly IDataProtector _seal = protection.CreateProtector("credentials.hosted-key");

    /// <summary>A new pair: the public half as a JWK set, the private half sealed.</summary>
    public (string Public, string Sealed) New()
    {
        var pkcs8 = DecryptionKey.NewPkcs8();
        return (SetOf(new DecryptionKey(pkcs8).Public), _seal.Protect(Convert.ToBase64String(pkcs8)));
    }

    public DecryptionKey Open(Need need) =>
        new(Convert.FromBase64String(_seal.Unprotect(need.SealedKey!)));

    static string SetOf(PublicKey key)
    {
        using var set = new MemoryStream();
        using (var json = new Utf8JsonWriter(set))
        {
            json.WriteStartObject();
            json.WriteStartArray("keys");
            json.WriteStartObject();
            json.WriteString("kid", key.Kid);
            key.WriteTo(json);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(set.ToArray());
    }
}
