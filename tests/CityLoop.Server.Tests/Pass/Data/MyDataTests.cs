using System.Text.Json.Nodes;
using CityLoop.Ledger;
using CityLoop.Server.Ledger;
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
    /// <summary>Columns of such a name that need no way of their own, and why.</summary>
    static readonly Dictionary<string, string> NeedNoWay = new()
    {
        ["pass.account.account"] = "the link itself, registered by its person",
        ["pass.card.serial"] = "the card itself, registered by its person",
        ["carbon.trip.trip"] = "what the partner calls the trip, registered by its person",
        ["credentials.entitlement.consent"] = "registered by its person",
        ["credentials.request.consent"] = "registered by its person",
        ["pass.access.consent"] = "registered by its person",
        ["imports.member.account"] = "of a scheme before this one: no pass leads to these accounts",
        ["merchants.account_change.bank_account"] = "a shop's",
        ["merchants.application.bank_account"] = "a shop's; the application is registered by its person",
        ["merchants.bank_entry.account"] = "the city's at its bank",
        ["merchants.merchant.account"] = "a shop's",
        ["merchants.merchant.bank_account"] = "a shop's",
        ["merchants.settlement_line.account"] = "a shop's",
        ["merchants.settlement_line.bank_account"] = "a shop's",
    };

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
        columns.Except(known).ShouldBeEmpty("register a HeldTable where the capability is put together");
        known.Except(columns).ShouldBe(
            ["pass.person.id", "pass.card_use.serial", "pass.card_pin_try.serial", "credentials.register_row.print",
                "credentials.status_place.print", "credentials.consent_event.consent",
                "credentials.given.consent", "carbon.saving.trip", "carbon.message.trip", "accounts.change.account",
                "insights.account.account", "merchants.offline_charge.account", "insights.active.account",
                "pass.erased_document.document_print", "merchants.application.id",
                "topups.correction.top_up"],
            ignoreOrder: true, "registered, but not there");
        known.ShouldBeUnique();
        Tables().Where(table => table.Then == AtErasure.Keep).ShouldAllBe(table => table.Why != null);
    }

    /// <summary>
    /// A row may be about somebody without naming them: by their account, card, consent, trip, or whatever row of
    /// theirs it points to.
    /// </summary>
    [Fact]
    public async Task Every_column_that_leads_to_somebody_by_way_of_their_rows_is_registered()
    {
        await using var connection = await city.Database.OpenConnectionAsync();
        var columns = await connection.QueryAsync<string>(
            """
            with recursive keys as (
              select k.conrelid::regclass::text as name, a.attname as column, k.confrelid::regclass::text as parent
              from pg_constraint k join pg_attribute a on a.attrelid = k.conrelid and a.attnum = any(k.conkey)
              where k.contype = 'f'),
            about as (
              select t as name from unnest(@told) t
              union
              select k.name from keys k join about on about.name = k.parent)
            select k.name || '.' || k.column from keys k join about on about.name = k.parent
            where k.parent <> 'pass.person'
            union
            select c.table_schema || '.' || c.table_name || '.' || c.column_name
            from information_schema.columns c
            join information_schema.tables t using (table_schema, table_name)
            where t.table_type = 'BASE TABLE' and c.table_schema <> 'ledger'
              and c.column_name ~ '(^|_)(account|serial|consent|trip|person)$'
            """, new { told = Tables().Where(table => table.IsTold).Select(table => table.Name).ToArray() });

        columns.Except(Tables().Select(table => $"{table.Name}.{table.Column}"))
            .ShouldBe(NeedNoWay.Keys, ignoreOrder: true, "register a HeldTable, or say here why nobody's");
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
    public async Task What_the_books_say_of_an_account_is_told_with_what_officers_wrote_of_it()
    {
        await city.GiveAsync(Cast.EmmaDubois, 70);
        var wallet = await city.AccountOfAsync(Cast.EmmaDubois);
        var ledger = city.Get<CityLedger>();
        var (hold, until) = (Guid.NewGuid(), city.Clock.GetUtcNow() + TimeSpan.FromHours(1));
        (await ledger.PostAsync(
            new PlaceHold(
                hold, wallet, await city.AccountOfAsync(Cast.LinMeiling), 30, TransferCode.Gift, until), default))
            .Outcome.ShouldBe(PostOutcome.Posted);
        (await ledger.PostAsync(
            new SetLimit(Guid.NewGuid(), new Limit(
                99, city.Pack.MainCurrency.Id, TransferCode.Gift, LimitPer.Giver, LimitPeriod.Day, 55)), default))
            .Outcome.ShouldBe(PostOutcome.Posted);
        using var emma = await city.SignInAsync(Cast.EmmaDubois);
        using var officer = await city.SignInAsync(Cast.WangYating);
        (await officer.SendAsync(
            $"/api/v1/ledger/accounts/{wallet.Value}/changes",
            $$"""
            {"id":"{{Guid.NewGuid()}}","status":"frozen","minimum":null,"maximum":null,
             "reason":"reported as lost at noon"}
            """)).ShouldBeDone();

        var told = JsonNode.Parse(await emma.GetStringAsync("/me/data.json"))!;

        told["held"]!["accounts.change"]!.AsArray().ShouldContain(
            line => line!["reason"]!.ToString() == "reported as lost at noon");
        var account = told["accounts"]!.AsArray().Single(one => one!["account"]!.GetValue<int>() == wallet.Value)!;
        account["status"]!.ToString().ShouldBe("frozen");
        (account["balance"]!.GetValue<long>(), account["held"]!.GetValue<long>()).ShouldBe((70, 30));
        var held = account["holds"]!.AsArray().ShouldHaveSingleItem()!;
        (held["id"]!.GetValue<Guid>(), held["amount"]!.GetValue<long>()).ShouldBe((hold, 30));
        var limits = account["limits"]!.AsArray().Select(limit => limit!["max"]!.GetValue<long>()).ToList();
        limits.ShouldContain(55);
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
