namespace CityLoop.Server.Tests.Pass.Data;

/// <summary>What is planted of a person who works at a shop, applies with one, or decides on one.</summary>
static class PlantedShops
{
    public static readonly (string Column, string? Sql)[] Rows =
    [
        ("merchants.worker.person", "select @p, id from merchants.merchant limit 1"),
        ("merchants.worker_ask.contact", Asked("@contact, @a")),
        ("merchants.worker_ask.asked_by", Asked("@mark, @p")),
        ("merchants.account_change.asked_by", Moved("@p, now(), @o, now(), @q")),
        ("merchants.account_change.first_officer", Moved("@a, now(), @p, now(), @q")),
        ("merchants.account_change.decided_by", Moved("@a, now(), @o, now(), @p")),
        ("merchants.day_closing.confirmed_by",
            "select id, current_date, 1, 1, 1, 0, 0, 0, @p, now() from merchants.merchant limit 1"),
        ("merchants.cancellation.asked_by", Cancelled("@p, now(), @o")),
        ("merchants.cancellation.decided_by", Cancelled("@o, now(), @p")),
        ("merchants.application.id", Applied("@key, 'x1', @p, now(), @mark", "null, null, null, null, null")),
        ("merchants.application.person",
            Applied("gen_random_uuid(), 'x2', @p, now(), 'n'", "@o, now(), @q, now(), true")),
        ("merchants.application.first_officer",
            Applied("gen_random_uuid(), 'x3', @a, now(), 'n'", "@p, now(), @q, now(), true")),
        ("merchants.application.decided_by",
            Applied("gen_random_uuid(), 'x4', @a, now(), 'n'", "@o, now(), @p, now(), true")),
        ("merchants.bank_entry.done_by", """
            values (gen_random_uuid(), 'f', 'e', 'credit', '', 1, 'TWD', null, 'BOOK', '', '', 'unknown_reference',
              now(), now(), @p, 'x')
            """),
        ("merchants.bank_file.asked_by",
            "values (gen_random_uuid(), 'f', 's', null, 1, 0, @p, now(), @o, now(), false)"),
        ("merchants.bank_file.decided_by",
            "values (gen_random_uuid(), 'f', 's', null, 1, 0, @o, now(), @p, now(), false)"),
    ];

    static string Moved(string who) =>
        $"select gen_random_uuid(), id, '', '', '', {who}, now(), true from merchants.merchant limit 1";

    static string Cancelled(string who) => $"""
        select gen_random_uuid(), gen_random_uuid(), id, 'order', 'n', {who}, now(), true
        from merchants.merchant limit 1
        """;

    static string Asked(string who) =>
        $"select gen_random_uuid(), id, {who}, now(), false, false, now() from merchants.merchant limit 1";

    static string Applied(string who, string decision) =>
        $"values ({who}, '', '', '', '', '', '', '', '', array_fill(''::text, array[7]), '', {decision})";
}
