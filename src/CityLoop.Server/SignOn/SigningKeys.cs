using CityLoop.Server.Shared.Jose;
using Microsoft.AspNetCore.DataProtection;
using Npgsql;

namespace CityLoop.Server.SignOn;

/// <summary>The keys that ID tokens are signed with, and whatever else the city says in its own name.</summary>
sealed class SigningKeys(NpgsqlDataSource database, IDataProtectionProvider protection, TimeProvider time)
    : RotatingKeys(database, protection.CreateProtector("sign-on.signing-key"), time, Series)
{
    /// <summary>Longer than an ID token lives, and long enough to sign out with it.</summary>
    public static readonly TimeSpan PublishedAfter = TimeSpan.FromDays(7);

    static readonly KeySeries Series = new("sign_on.signing_key", PublishedAfter, LockNumber: 30);
}
