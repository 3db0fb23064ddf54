using CityLoop.Server.Shared;
using CityLoop.Server.Tests.Hosting;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace CityLoop.Server.Tests.Shared;

public sealed class SchemaMigrationsTests(TestCity city) : IClassFixture<TestCity>
{
    static readonly SchemaMigration Known = new(9001, "trial", "CREATE TABLE trial (id int PRIMARY KEY)");

    [Fact]
    public async Task Every_file_is_applied_once_in_the_order_of_its_number()
    {
        await ApplyAsync(SchemaMigrations.BuiltIn);

        await using var connection = await city.Database.OpenConnectionAsync();
        var applied = await connection.QueryAsync<int>(
            "SELECT number FROM public.schema_migration ORDER BY applied_at, number");
        applied.ShouldBe(SchemaMigrations.BuiltIn.Select(m => m.Number));
    }

    [Fact]
    public async Task Two_servers_that_start_at_once_apply_each_file_once()
    {
        var slow = Known with { Number = 9002, Sql = "SELECT pg_sleep(0.2); CREATE TABLE twice (id int PRIMARY KEY)" };

        await Task.WhenAll(
            ApplyAsync([.. SchemaMigrations.BuiltIn, slow]), ApplyAsync([.. SchemaMigrations.BuiltIn, slow]));

        await ForgetAsync(slow, "DROP TABLE twice");
    }

    [Fact]
    public async Task A_file_changed_after_it_was_applied_is_refused()
    {
        await ApplyAsync([.. SchemaMigrations.BuiltIn, Known]);

        var changed = new SchemaMigration(Known.Number, Known.Name, Known.Sql + " -- better");
        var refused = await Should.ThrowAsync<CannotStartException>(
            () => ApplyAsync([.. SchemaMigrations.BuiltIn, changed]));
        refused.Message.ShouldStartWith("The file Migrations/9001_trial.sql was changed");

        (await Should.ThrowAsync<CannotStartException>(() => ApplyAsync(SchemaMigrations.BuiltIn)))
            .Message.ShouldContain("newer than this program: it has migration 9001_trial");
        await ForgetAsync(Known, "DROP TABLE trial");
    }

    [Fact]
    public async Task A_file_that_fails_halfway_leaves_nothing()
    {
        var broken = new SchemaMigration(9003, "broken", "CREATE TABLE half (id int); SELECT 1 / 0");

        await Should.ThrowAsync<PostgresException>(() => ApplyAsync([.. SchemaMigrations.BuiltIn, broken]));

        await using var connection = await city.Database.OpenConnectionAsync();
        (await connection.ExecuteScalarAsync<bool>("SELECT to_regclass('half') IS NULL")).ShouldBeTrue();
        await ApplyAsync(SchemaMigrations.BuiltIn);
    }

    Task ApplyAsync(IReadOnlyList<SchemaMigration> migrations) => SchemaMigrations.ApplyAsync(
        city.Database, migrations, NullLogger.Instance, CancellationToken.None);

    async Task ForgetAsync(SchemaMigration migration, string undo)
    {
        await using var connection = await city.Database.OpenConnectionAsync();
        (await connection.ExecuteAsync(
            $"{undo}; DELETE FROM public.schema_migration WHERE number = @Number", migration)).ShouldBe(1);
    }
}
