using System.Net;
using System.Net.Sockets;

namespace CityLoop.Server.Pass;

/// <summary>How many attempts one network address has in a span of time, counted in this server's memory.</summary>
sealed class AddressLimits(TimeProvider time, int attemptsMax)
{
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    /// <summary>A shopping street or an office shares an address, so many; a machine that guesses needs more.</summary>
    public const int DefaultMax = 100;

    /// <summary>
    /// A /48 is what one organisation is given, with 65,536 networks in it, and what anybody can rent by the month; a
    /// phone company serves a district from one. So it may do as much as ten households.
    /// </summary>
    public const int HouseholdsInSite = 10;

    readonly AddressCounts _households = new(time, Window, attemptsMax);
    readonly AddressCounts _sites = new(time, Window, attemptsMax * HouseholdsInSite);

    /// <summary>Counts one attempt; false when the address has had its share.</summary>
    public bool Allows(IPAddress? address)
    {
        var (household, site) = NetworksOf(address ?? IPAddress.None);
        return _households.Take(household) && (site.Length == 0 || _sites.Take(site));
    }

    /// <summary>Whether the address has had its share, without counting.</summary>
    public bool IsUsedUp(IPAddress? address)
    {
        var (household, site) = NetworksOf(address ?? IPAddress.None);
        return _households.IsFull(household) || (site.Length > 0 && _sites.IsFull(site));
    }

    // One household or phone has a /64 of IPv6 to itself (RFC 6177), so that is what counts as an address.
    static (byte[] Household, byte[] Site) NetworksOf(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        var bytes = address.GetAddressBytes();
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? (bytes[..8], bytes[..6]) : (bytes, []);
    }
}
