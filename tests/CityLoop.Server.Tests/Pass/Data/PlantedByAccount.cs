namespace CityLoop.Server.Tests.Pass.Data;

/// <summary>What is planted of a person in tables that know only an account or a trip of theirs.</summary>
static class PlantedByAccount
{
    public static readonly (string Column, string? Sql)[] Rows =
    [
        ("carbon.saving.trip", """
            select id, 'x', 'x', 'x', 0, 0, false, 'x', 'x', 'x', true, 'x', 0, false, 0, 0, 0
            from carbon.trip where person = @p limit 1
            """),
        ("carbon.message.trip", "select 'partner', 'x', 'x', id, now() from carbon.trip where person = @p limit 1"),
        ("accounts.change.account", """
            (id, account, status, reason, asked_by, asked_at)
            select gen_random_uuid(), account, 'open', 'x', @o, now() from pass.account where person = @p limit 1
            """),
        ("insights.account.account",
            "select account, 4, currency from pass.account where person = @p limit 1 on conflict do nothing"),
        ("insights.active.account",
            "select currency, '2000-01-01', account from pass.account where person = @p limit 1"),
        ("merchants.offline_charge.account", """
            select t.id, 1, gen_random_uuid(), 'x', 1, now(), now(), null, a.account
            from merchants.offline_till t, pass.account a where a.person = @p and a.account is not null limit 1
            """),
    ];
}
