using CityLoop.Server.Pass;

namespace CityLoop.Server.SignOn;

/// <summary>How many strangers may arrive from one network address in ten minutes, sent by services.</summary>
sealed class ArrivalLimits(TimeProvider time)
{
    /// <summary>Six for each code that the address may ask for then: who arrives need not go on.</summary>
    public const int Max = 6 * AddressLimits.DefaultMax;

    public AddressLimits Limits { get; } = new(time, Max);
}
