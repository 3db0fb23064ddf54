using CityLoop.Server.Shared;

namespace CityLoop.Server.City;

/// <summary>One thing that is wrong in a city pack: where it stands, and what to write instead.</summary>
sealed record PackProblem(string File, int Line, string Wrong, string WriteInstead)
{
    public override string ToString() => $"{File}, line {Line}: {Wrong}. {WriteInstead}.";
}

/// <summary>The city pack cannot be used; every problem found is listed, so that one reading mends all.</summary>
sealed class CityPackException(string folder, IReadOnlyList<PackProblem> problems)
    : CannotStartException($"The city pack {folder} cannot be used:\n  {string.Join("\n  ", problems)}")
{
    public IReadOnlyList<PackProblem> Problems => problems;
}
