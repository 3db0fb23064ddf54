using CityLoop.Server.City;

namespace CityLoop.Server.Pass.Access;

/// <summary>
/// What services and issuing offices are called, by what <see cref="Access.By"/> says. The pass knows neither: each
/// capability that has some registers this when it is put together.
/// </summary>
sealed record AccessNames(
    AccessBy Kind, Func<CancellationToken, Task<IReadOnlyDictionary<string, LocalNames>>> AllAsync);
