using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using CityLoop.Server.City;

namespace CityLoop.Server.Missions;

/// <summary>
/// The codes printed at spots. A code is a keyed hash of the spot's name, so that nobody can work out one spot's code
/// from another's, and a reprint years later gives the same code.
/// </summary>
sealed class SpotCodes(CityPack city, MissionStore store)
{
    // Crockford's 32 signs: none is read as another. 16 of them carry 80 bits, far beyond guessing.
    const string Signs = "0123456789abcdefghjkmnpqrstvwxyz";
    const int Length = 16;

    FrozenDictionary<string, Spot> _spots = FrozenDictionary<string, Spot>.Empty;
    FrozenDictionary<string, string> _codes = FrozenDictionary<string, string>.Empty;

    /// <summary>Reads the city's secret, or makes it on the city's first day.</summary>
    public async Task LoadAsync(CancellationToken cancellation)
    {
        var secret = await store.SpotSecretAsync(RandomNumberGenerator.GetBytes(32), cancellation);
        _codes = city.Spots.ToFrozenDictionary(spot => spot.Id, spot => CodeOf(secret, spot.Id));
        _spots = city.Spots.ToFrozenDictionary(spot => _codes[spot.Id]);
    }

    /// <summary>What is printed at a spot.</summary>
    public string Of(Spot spot) => _codes[spot.Id];

    /// <summary>The spot whose code this is, also when it was typed in capitals; null when there is none.</summary>
    public Spot? Find(string code) =>
        code.Length == Length ? _spots.GetValueOrDefault(code.ToLowerInvariant()) : null;

    static string CodeOf(byte[] secret, string spot)
    {
        var hash = HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes($"spot:{spot}"));
        return string.Create(Length, hash, static (code, hash) =>
        {
            var bits = new System.Numerics.BigInteger(hash.AsSpan(0, 10), isUnsigned: true);
            for (var i = 0; i < code.Length; i++, bits >>= 5)
                code[i] = Signs[(int)(bits & 31)];
        });
    }
}
