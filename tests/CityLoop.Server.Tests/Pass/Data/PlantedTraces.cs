using System.Globalization;
using CityLoop.Server.Pass;
using CityLoop.Server.Pass.Data;
using CityLoop.Server.Tests.Hosting;
using Dapper;
using Microsoft.Extensions.DependencyInjection;

namespace CityLoop.Server.Tests.Pass.Data;

/// <summary>
/// A row about one person in every table that is registered as holding something of people, and where in the whole
/// database any of it is found afterwards. A newly registered table needs its line here.
/// </summary>
sealed class PlantedTraces(TestCity city, PersonId person, string contact)
{
    /// <summary>Text, key and name that stand in the planted rows and nowhere else.</summary>
    const string Mark = "trace-of-a-person";
    static readonly Guid Key = Guid.Parse("7ac30f1e-7ac3-4f1e-8ac3-0f1e7ac30f1e");
    static readonly byte[] Bytes = [.. Enumerable.Range(201, 32).Select(one => (byte)one)];
    static readonly byte[] Print = [.. Enumerable.Range(101, 32).Select(one => (byte)one)];

    /// <summary>
    /// What is planted, by table and column; null where the person's own coming and going has made a row. @p is the
    /// person, @a somebody else, @o and @q are officers.
    /// </summary>
    static IEnumerable<(string Column, string? Sql)> Rows =>
        [.. OfPass, .. OfCards, .. OfCounter, .. PlantedShops.Rows, .. PlantedGifts.Rows,
            .. PlantedTopUps.Rows, .. PlantedVouchers.Rows, .. OfOthers, .. PlantedByAccount.Rows];

    static readonly (string Column, string? Sql)[] OfPass =
    [
        ("pass.contact.person", null), ("pass.session.person", null), ("pass.account.person", null),
        ("pass.erasure.person", null), ("pass.person.id", null),
        ("pass.one_time_code.contact", "values (@contact, @b, @b, @later, 5, 1, now(), true) on conflict do nothing"),
        ("pass.outbox.contact", "(contact, subject, body, sent_at) values (@contact, @mark, @mark, @later)"),
        ("pass.letter.person", "values (@key, @p, @mark, @mark, @mark, now(), 0, @later)"),
        ("pass.guardian_ask.contact", "values (gen_random_uuid(), @a, @contact, @o, now(), now())"),
        ("pass.guardian_ask.child", "values (gen_random_uuid(), @p, @mark, @o, now(), now())"),
        ("pass.erasure_ask.child", "values (@p, @a, now())"),
        ("pass.erasure_ask.asked_by", "values (@q, @p, now())"),
        ("pass.guardian_ask.asked_by", "values (gen_random_uuid(), @a, @mark, @p, now(), now())"),
        ("pass.passkey.person", "values (@b, @p, @mark, @b, 0, '{}', true, true, true, @b, @b, now(), null)"),
        ("pass.recovery_code.person", "values (@b, @mark, @p, 'paper', now(), null, null)"),
        ("pass.recovery_guess.person", "values (@p, 1, now())"),
        ("pass.quiet_topic.person", "values (@p, @mark, 'email')"),
        ("pass.ending_told.person", "values (@p, 1, current_date, current_date)"),
        ("pass.residence.person", "values (@p, 'resident', @mark, 'self', null, now())"),
        ("pass.residence.officer", """
            values (@q, 'resident', null, 'counter', @p, now())
            on conflict (person) do update set source = 'counter', officer = @p
            """),
        ("pass.counter_code.person", "values (@p, @b, @later)"),
        ("pass.guardianship.child", "values (@p, @o, null, now(), now(), null)"),
        ("pass.guardianship.guardian", "values (@a, @p, null, now(), now(), null)"),
        ("pass.guardianship.asked_by", "values (@a, @q, @p, now(), now(), null)"),
        ("pass.acted_for.child", "values (@p, @o, now())"),
        ("pass.acted_for.guardian", "values (@a, @p, now())"),
        ("pass.session.acts_for", """
            (id, key_hash, person, device, created_at, last_seen_at, acts_for, method, browser)
            values (gen_random_uuid(), 'acting', @o, 'x', now(), now(), @p, 'code', gen_random_uuid())
            """),
    ];

    static readonly (string Column, string? Sql)[] OfCards =
    [
        ("pass.card.person", """
            (code_hash, printed_by, printed_at, person, is_first, bound_by, bound_at, confirmed_by, confirmed_at)
            values (@b, @o, now(), @p, true, @o, now(), @o, now())
            """),
        ("pass.card_use.serial", "select @key, serial, current_date, 1, false from pass.card where code_hash = @b"),
        ("pass.card_pin_try.serial", "select serial, @key, 1, now(), null from pass.card where code_hash = @b"),
        ("pass.card.printed_by", "(code_hash, printed_by, printed_at) values ('printed', @p, now())"),
        ("pass.card.bound_by", """
            (code_hash, printed_by, printed_at, person, bound_by, bound_at) values ('bound', @o, now(), @a, @p, now())
            """),
        ("pass.card.confirmed_by", """
            (code_hash, printed_by, printed_at, person, bound_by, bound_at, confirmed_by, confirmed_at, blocked_at,
             blocked_why) values ('confirmed', @o, now(), @a, @o, now(), @p, now(), now(), 'replaced')
            """),
    ];

    static readonly (string Column, string? Sql)[] OfCounter =
    [
        ("pass.identity_check.person", """
            (id, person, document, first_officer, recorded_at, second_officer, approved_at, name_seen, document_print)
            values (@key, @p, 'passport', @o, now(), @q, now(), @mark, @print)
            """),
        ("pass.identity_check.first_officer",
            "(id, person, document, first_officer, recorded_at) values (gen_random_uuid(), @a, 'x', @p, now())"),
        ("pass.identity_check.second_officer", """
            (id, person, document, first_officer, recorded_at, second_officer, approved_at)
            values (gen_random_uuid(), @a, 'x', @o, now(), @p, now())
            """),
        ("pass.identity_check.withdrawn_by", """
            (id, person, document, first_officer, recorded_at, withdrawn_by, withdrawn_at)
            values (gen_random_uuid(), @a, 'x', @o, now(), @p, now())
            """),
        ("pass.identity_proof.person",
            "values (@key, @p, @mark, @mark, 'x', @print, @mark, 0, now(), now(), @later, now(), 'given_up')"),
        ("pass.erased_document.document_print", "values (@print, now())"),
        ("credentials.identity_request.person", """
            (hash, person, session, type, nonce, until, document, document_print)
            values (@b, @p, @key, @mark, @mark, @later, @mark, @b)
            """),
        ("pass.representation_check.person", Represented("@p, @a, 'mandate', '2100-01-01', @o, now()")),
        ("pass.representation_check.representative", Represented("@a, @p, 'mandate', '2100-01-01', @o, now()")),
        ("pass.representation_check.first_officer", Represented("@a, @q, 'mandate', '2100-01-01', @p, now()")),
        ("pass.representation_check.second_officer",
            Represented("@a, @q, 'mandate', '2100-01-01', @o, now(), @p, now()")),
        ("pass.representation_check.withdrawn_by",
            Represented("@a, @q, 'mandate', '2100-01-01', @o, now(), null, null, @p, now()")),
        ("pass.counter_step.person", "values (gen_random_uuid(), @p, @o, 'CardBound', now(), null)"),
        ("pass.counter_step.officer", "values (gen_random_uuid(), @a, @p, 'CardBound', now(), null)"),
        ("pass.counter_step.child",
            "values (gen_random_uuid(), @a, @o, 'GuardianEndRecorded', now(), null, null, @p)"),
        ("pass.access.person",
            "values (gen_random_uuid(), @p, 'officer', @o, null, '{name}', 'question', true, @key, now())"),
        ("pass.access.officer",
            "values (gen_random_uuid(), @a, 'officer', @p, null, '{name}', 'question', true, null, now())"),
    ];

    static readonly (string Column, string? Sql)[] OfOthers =
    [
        ("missions.progress.person", "values (@p, @mark, 1, '{}')"),
        ("missions.act.person",
            "select @p, gen_random_uuid(), id, 'x', 1, 0, 'x', '{}', now() from missions.version limit 1"),
        ("missions.payment.person", """
            select gen_random_uuid(), gen_random_uuid(), @p, gen_random_uuid(), id, 'x', 1, 1, 'x', null, 1, now(),
              now()
            from missions.version limit 1
            """),
        ("missions.ticket.person",
            "values (gen_random_uuid(), gen_random_uuid(), @p, gen_random_uuid(), 'x', 'x', 'x', 1, now())"),
        ("carbon.rider.person", "values ('partner', @mark, @p, now())"),
        ("carbon.link_code.person", "values (@b, 'partner', @p, @later)"),
        ("carbon.trip.person", """
            values (gen_random_uuid(), @p, now(), now(), now(), 1, current_date, 0, null, 'partner', @mark, @mark)
            """),
        ("sign_on.consent.person", "select @p, id, '{}', 1, now(), @later, null from sign_on.service limit 1"),
        ("sign_on.agreement.person", """
            select gen_random_uuid(), @p, id, '{}', jsonb_build_object('x', @mark), 'code', now(), now(), @later, null,
              null
            from sign_on.service limit 1
            """),
        ("sign_on.service_grant.person", """
            (id, service, person, session, browser, scopes, nonce, signed_in_at, method, level, until, redirect_uri,
             challenge, code_hash, code_until)
            select @key, id, @p, @key, @key, '{}', @mark, now(), 'code', 1, @later, @mark, @mark, @b, @later
            from sign_on.service limit 1
            """),
        ("sign_on.request.consented_by", """
            (hash, service, asked, until, consented_by) select @b, id, @mark, @later, @p from sign_on.service limit 1
            """),
        ("accounts.change.asked_by", Changed("@p, now(), @o")),
        ("accounts.change.decided_by", Changed("@o, now(), @p")),
        ("sign_on.service_change.officer", Served("now(), @p, 'x', 'x', @o")),
        ("sign_on.service_change.decided_by", Served("now(), @o, 'x', 'x', @p")),
        ("credentials.need_version.written_by", Needed("0, @p, @o")),
        ("credentials.need_version.decided_by", Needed("-1, @o, @p")),
        ("credentials.need_stop.officer", Stopped("now(), @p, true, @o")),
        ("credentials.need_stop.decided_by", Stopped("now(), @o, true, @p")),
        ("credentials.register_row.print", "values (gen_random_uuid(), @print, '{}', '2100-01-01')"),
        ("credentials.status_place.print", """
            select l.office, l.number, 0, 'x', @print, @later
            from (select id as office, 9999 as number from credentials.office limit 1) l
            """),
        ("credentials.office_change.asked_by", """
            (id, office, kind, target, content, detail, asked_by, asked_at)
            values (gen_random_uuid(), gen_random_uuid(), 'office', 'asked', '{}', '', @p, now())
            """),
        ("credentials.office_change.decided_by", """
            values (gen_random_uuid(), gen_random_uuid(), 'office', 'x', '{}', '', @o, now(), @p, now(), true)
            """),
        ("credentials.consent.person", """
            select @key, @p, need, version, now(), @later, null, null, @b, @b, now(), jsonb_build_object('x', @mark)
            from credentials.need_version limit 1
            """),
        ("credentials.consent_event.consent", "(consent, at, event) values (@key, now(), @mark)"),
        ("credentials.given.consent", """
            (consent, type, status_number, status_index, issued_at, until)
            select @key, code, 1, 1, now(), @later from credentials.credential_type limit 1
            """),
        ("credentials.entitlement.person", "values (gen_random_uuid(), @p, @key, now(), '2100-01-01')"),
        ("credentials.request.person", """
            (hash, service, need, version, nonce, state, made_at, until, person, name, answer, consent)
            select @b, n.service, v.need, v.version, @mark, @mark, now(), @later, @p, @mark, @mark, @key
            from credentials.need_version v join credentials.need n on n.id = v.need limit 1
            """),
    ];

    static string Represented(string values) => $"values (gen_random_uuid(), {values})";

    static string Changed(string who) =>
        "(id, account, status, reason, asked_by, asked_at, decided_by, decided_at, is_approved) "
        + $"values (gen_random_uuid(), 1, 'frozen', 'x', {who}, now(), false)";

    static string Served(string change) =>
        "(service, at, officer, change, detail, decided_by, decided_at, is_approved) "
        + $"values (gen_random_uuid(), {change}, now(), false)";

    static string Stopped(string stop) =>
        "(need, at, officer, is_suspended, decided_by, decided_at, is_approved) "
        + $"select id, {stop}, now(), false from credentials.need limit 1";

    static string Needed(string version)
    {
        const string same = """
            need, terms, name, name_en, name_ja, purpose, purpose_en, purpose_ja, basis, asked, level_min, consent_days,
            kept_days, return_addresses, encryption_key
            """;
        return $"({same}, version, written_by, decided_by, written_at, decided_at, is_approved) "
            + $"select {same}, {version}, now(), now(), false from credentials.need_version limit 1";
    }

    public async Task PlantAsync()
    {
        var tables = city.Services.GetServices<HeldTable>().ToList();
        var registered = tables.Select(table => $"{table.Name}.{table.Column}").ToList();
        registered.Except(Rows.Select(row => row.Column)).ShouldBeEmpty("plant a row of each table");
        Rows.Select(row => row.Column).Except(registered).ShouldBeEmpty("planted, but registered nowhere");
        await using var connection = await city.Database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            insert into credentials.status_list select id, 9999, 1 from credentials.office limit 1;
            insert into merchants.offline_till
            select gen_random_uuid(), id, '', now(), now(), 0, 0, 0, '', now() from merchants.merchant limit 1
            """);
        foreach (var (column, sql) in Rows.Where(row => row.Sql is not null))
            await connection.ExecuteAsync($"insert into {column[..column.LastIndexOf('.')]} {sql}", new
            {
                p = person.Value, a = PersonId.OfCast(Cast.ChenATu).Value, o = PersonId.OfCast(Cast.WangYating).Value,
                q = PersonId.OfCast(Cast.ZhangJianguo).Value, contact, mark = Mark, key = Key, b = Bytes, print = Print,
                later = new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero),
            });
        foreach (var table in tables)
            (await connection.ExecuteScalarAsync<long>(
                $"select count(*) from {table.Name} where {table.Where}", new { person = person.Value }))
                .ShouldBeGreaterThan(0, $"{table.Name}.{table.Column}");
    }

    /// <summary>The person's download has all of what is planted, but for what it leaves out on purpose.</summary>
    public async Task ShouldBeToldAsync()
    {
        var told = await city.Get<MyData>().OfAsync(person, default);
        await using var connection = await city.Database.OpenConnectionAsync();
        foreach (var table in city.Services.GetServices<HeldTable>().Where(table => table.IsTold))
        {
            var rows = await connection.QueryAsync<string>(
                $"select ({table.Column})::text from {table.Name} where {table.Where}", new { person = person.Value });
            var shown = told["held"]![table.Name]!.AsArray();
            if (!table.Secret.Contains(table.Column))
                foreach (var row in rows)
                    shown.ShouldContain(
                        line => line![table.Column]!.ToString() == row, $"{table.Name}.{table.Column}");
            else
                shown.Count.ShouldBe(rows.Count(), table.Name);
        }

        var text = told.ToJsonString();
        text.ShouldContain(Mark);
        foreach (var secret in (byte[][])[Bytes, Print])
            text.ShouldNotContain(Convert.ToHexStringLower(secret));
    }

    /// <summary>Looks through every row of the database, registered or not.</summary>
    public async Task ShouldBeGoneButForWhatIsKeptAsync(params string[] alsoGone)
    {
        var kept = city.Services.GetServices<HeldTable>().Where(table => table.Then == AtErasure.Keep).ToList();
        (await WhereAsync(person.Value.ToString())).ShouldBe(
            kept.Where(table => table.Via is null).Select(table => table.Name).Distinct(), ignoreOrder: true);
        (await WhereAsync(Convert.ToHexStringLower(Print))).ShouldBe(
            kept.Where(table => table.Column.EndsWith("print", StringComparison.Ordinal)).Select(table => table.Name),
            ignoreOrder: true);
        foreach (var trace in (string[])[contact, Mark, Key.ToString(), Convert.ToHexStringLower(Bytes), .. alsoGone])
            (await WhereAsync(trace)).ShouldBeEmpty(trace);
    }

    async Task<IReadOnlyList<string>> WhereAsync(string trace)
    {
        await using var connection = await city.Database.OpenConnectionAsync();
        var tables = await connection.QueryAsync<string>(
            """
            select format('%I.%I', table_schema, table_name) from information_schema.tables
            where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')
            """);
        var all = string.Join(" union all ", tables.Select(table => string.Create(
            CultureInfo.InvariantCulture,
            $"select '{table}' where exists (select from {table} t where position(@trace in t::text) > 0)")));
        return [.. await connection.QueryAsync<string>(all, new { trace })];
    }
}
