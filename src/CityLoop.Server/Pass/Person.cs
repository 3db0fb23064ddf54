using CityLoop.Server.Pass.Levels;

namespace CityLoop.Server.Pass;

/// <summary>Someone with a pass: resident, child, visitor, shop worker, staff.</summary>
sealed class Person
{
    public required Guid Id { get; init; }

    /// <summary>What they want to be called; empty until they tell.</summary>
    public required string Name { get; set; }

    /// <summary>The language of the letters that the city writes to them.</summary>
    public required string Language { get; set; }

    /// <summary>See <see cref="Pass.Roles"/>.</summary>
    public required string[] Roles { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>How they want the pages: see <see cref="Profile.Wishes"/>.</summary>
    public string[] Wishes { get; init; } = [];

    /// <summary>As of when this was read; see <see cref="AssuranceLevel"/>.</summary>
    public AssuranceLevel Level { get; init; }

    /// <summary>Longer names are cut by no form; this is refused.</summary>
    public const int NameMax = 60;
}
