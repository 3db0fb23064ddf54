using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace CityLoop.Server.Pass;

/// <summary>How many attempts one network address has in a span of time, counted in this server's memory.</summary>
sealed class AddressLimits(TimeProvider time, int attemptsMax)
{
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    /// <summary>A shopping street or an office shares an address, so many; a machine that guesses needs more.</summary>
    public const int DefaultMax = 100;

    const int AddressesMax = 100_000;

    readonly ConcurrentDictionary<IPAddress, (DateTimeOffset Since, int Count)> _attempts = new();

    /// <summary>Counts one attempt; false when the address has had its share.</summary>
    public bool Allows(IPAddress? address)
    {
        var now = time.GetUtcNow();
        if (_attempts.Count >= AddressesMax)
            Forget(now);
        var counted = _attempts.AddOrUpdate(
            NetworkOf(address ?? IPAddress.None), (now, 1),
            (_, before) => now - before.Since >= Window ? (now, 1) : (before.Since, before.Count + 1));
        return counted.Count <= attemptsMax;
    }

    void Forget(DateTimeOffset now)
    {
        foreach (var (address, (since, _)) in _attempts)
            if (now - since >= Window)
                _attempts.TryRemove(address, out _);
    }

    // One household or phone has a /64 of IPv6 to itself (RFC 6177), so that is what is counted.
    static IPAddress NetworkOf(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address;
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }
}
