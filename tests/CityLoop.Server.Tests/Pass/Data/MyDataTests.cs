using System.Text.Json.Nodes;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Data;
using CityLoop.Server.Tests.Hosting;
using CityLoop.Server.Tests.Merchants;
using CityLoop.Server.Tests.Pass.Counter;
using Dapper;
using Microsoft.Extensions.DependencyInjection;

namespace CityLoop.Server.Tests.Pass.Data;

/// <summary>What the city holds about somebody: all of it can be downloaded, and nothing is left out.</summary>
public sealed class MyDataTests(TestCity city) : IClassFixture<TestCity>
{
    /// <summary>Walks the database itself: a new table of people fails until its capability registers it.</summary>
    [Fact]
    public async Task Every_column_that_says_whose_a_row_is_is_registered()
    {
        await using var connection = await city.Database.OpenConnectionAsync();
        var columns = (await connection.QueryAsync<string>(
            """
            select c.table_schema || '.' || c.table_name || '.' || c.column_name
            from information_schema.columns c
            join information_schema.tables t using (table_schema, table_name)
            where t.table_type = 'BASE TABLE'
              and (c.column_name in ('person', 'contact') or c.data_type = 'uuid' and c.column_name ~ '(_by|officer)$')
              and c.table_schema not in ('pg_catalog', 'information_schema', 'ledger')
            union
            select k.conrelid::regclass::text || '.' || a.attname
            from pg_constraint k join pg_attribute a on a.attrelid = k.conrelid and a.attnum = any(k.conkey)
            where k.contype = 'f' and k.confrelid = 'pass.person'::regclass
            """)).ToHashSet();
        columns.Count.ShouldBeGreaterThan(20, "the walk is broken");

        var known = Tables().Select(table => $"{table.Name}.{table.Column}").ToList();

        // A letter on its way is found by its person; the contact that it goes to is part of it.
        columns.Remove("pass.letter.contact");
        // The bookings by which a payout left and came back.
        columns.ExceptWith(["merchants.settlement_line.debited_by", "merchants.settlement_line.returned_by"]);
        columns.Except(known).ShouldBeEmpty("register a HeldTable where the capability is put together");
        known.Except(columns).ShouldBe(
            ["pass.person.id", "pass.card_use.serial", "pass.card_pin_try.serial", "credentials.register_row.print",
                "credentials.status_place.print", "credentials.consent_event.consent",
                "pass.erased_document.document_print", "merchants.application.id"],
            ignoreOrder: true, "registered, but not there");
        known.ShouldBeUnique();
        Tables().Where(table => table.Then == AtErasure.Keep).ShouldAllBe(table => table.Why != null);
    }

    [Fact]
    public async Task No_key_and_no_hash_is_told()
    {
        await using var connection = await city.Database.OpenConnectionAsync();
        foreach (var table in Tables().Where(table => table.IsTold))
        {
            var columns = (await connection.QueryAsync<(string Name, string Type)>(
                """
                select column_name, data_type from information_schema.columns
                where table_schema || '.' || table_name = @Name
                """, new { table.Name })).ToList();
            columns.Where(column => column.Type == "bytea").Select(column => column.Name)
                .Except(table.Secret).ShouldBeEmpty(table.Name);
            table.Secret.Except(columns.Select(column => column.Name)).ShouldBeEmpty(table.Name);
        }
    }

    [Fact]
    public async Task The_download_holds_all_of_it_and_nothing_of_anybody_else()
    {
        await city.GiveAsync(Cast.LinMeiling, 321);
        using var meiling = await city.SignInAsync(Cast.LinMeiling);
        using var other = await city.SignInAsync(Cast.HuangZhiming);

        using var answer = await meiling.GetAsync("/me/data.json");

        answer.Content.Headers.ContentDisposition!.FileName.ShouldBe("my-data.json");
        var text = await answer.Content.ReadAsStringAsync();
        var held = JsonNode.Parse(text)!;
        held["person"]!.GetValue<Guid>().ShouldBe(PersonId.OfCast(Cast.LinMeiling).Value);
        foreach (var table in Tables().Where(table => table.IsTold))
            held["held"]![table.Name].ShouldNotBeNull(table.Name);
        text.ShouldContain("林美玲");
        text.ShouldContain("meiling@example.org");
        text.ShouldNotContain("zhiming");
        text.ShouldNotContain((await other.IdAsync()).Value.ToString());
        held["held"]!["carbon.trip"]!.AsArray().Count.ShouldBeGreaterThan(0);
        held["accounts"]!.AsArray().SelectMany(account => account!["transfers"]!.AsArray())
            .Select(line => line!["amount"]!.GetValue<long>()).ShouldContain(321);
    }

    [Fact]
    public async Task A_phone_found_unlocked_gives_nothing_away()
    {
        using var client = city.Visit();
        await client.SignInAsync(city, "left-behind@example.org");
        city.Clock.Advance(Sessions.FreshFor + TimeSpan.FromSeconds(1));

        using var answer = await client.GetAsync("/me/data.json");

        answer.RequestMessage!.RequestUri!.AbsolutePath.ShouldBe("/sign-in");
    }

    IEnumerable<HeldTable> Tables() => city.Services.GetServices<HeldTable>();
}
