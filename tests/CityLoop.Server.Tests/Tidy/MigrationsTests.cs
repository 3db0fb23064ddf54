using CityLoop.Server.Shared;

namespace CityLoop.Server.Tests.Tidy;

public sealed class MigrationsTests
{
    /// <summary>Two branches may each take the next free number; the city then starts nowhere.</summary>
    [Fact]
    public void No_two_migrations_have_the_same_number() =>
        SchemaMigrations.BuiltIn.Select(m => m.Number).ShouldBeUnique();
}
