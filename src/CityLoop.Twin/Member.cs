using CityLoop.Ledger;
using CityLoop.Missions;

namespace CityLoop.Twin;

/// <summary>A synthetic person who has joined.</summary>
sealed class Member(int number)
{
    /// <summary>The number in the population.</summary>
    public int Number => number;

    /// <summary>The identifier that missions see.</summary>
    public Guid Id { get; } = DerivedId.From(
        "twin-person", number.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>Never spends what they earn.</summary>
    public bool Forgets { get; init; }

    /// <summary>What they have done in the mission.</summary>
    public PersonState State { get; set; } = PersonState.Empty;

    /// <summary>Where their points are; null before the first one.</summary>
    public AccountId? Account { get; set; }
}
