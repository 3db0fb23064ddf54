namespace CityLoop.Server.Tests.Pass.Data;

/// <summary>What is planted of top-ups: see <see cref="PlantedTraces"/>.</summary>
static class PlantedTopUps
{
    public static readonly (string Column, string? Sql)[] Rows =
    [
        ("topups.drawer.officer", Closed("@p, @o, now()")),
        ("topups.drawer.confirmed_by", Closed("@o, @p, now()")),
        ("topups.top_up.person", Bought("@p, @o")),
        ("topups.top_up.officer", Bought("@a, @p")),
        ("topups.correction.asked_by", Corrected("@p, @o", "person = @p")),
        ("topups.correction.top_up", null),
        ("topups.hand_match.person", Matched("@p, @a, @o")),
        ("topups.hand_match.asked_by", Matched("@a, @p, @o")),
        ("topups.hand_match.decided_by", Matched("@a, @o, @p")),
        ("topups.reference.person", "values (@p, 'RF00', now())"),
        ("topups.bank_transfer.person", "values (gen_random_uuid(), @p, 1, now(), now())"),
        ("topups.correction.decided_by", Corrected("@o, @p", "officer = @p")),
    ];

    static string Closed(string officers) =>
        "(officer, confirmed_by, confirmed_at, id, opened_at, opening, closed_at, expected, counted) "
        + $"values ({officers}, gen_random_uuid(), now(), 0, now(), 0, 0)";

    static string Matched(string people) =>
        "(person, asked_by, decided_by, entry, reference, amount, asked_at, decided_at, is_approved, done_at) "
        + $"values ({people}, gen_random_uuid(), 'x', 1, now(), now(), true, now())";

    static string Bought(string people) =>
        "(person, officer, id, drawer, amount, made_at, posted_at) "
        + $"select {people}, gen_random_uuid(), id, 1, now(), now() from topups.drawer limit 1";

    static string Corrected(string officers, string where) =>
        "(top_up, drawer, reason, asked_by, decided_by, asked_at, decided_at, is_approved, posted_at) "
        + $"select id, drawer, 'x', {officers}, now(), now(), true, now() from topups.top_up where {where} limit 1";
}
