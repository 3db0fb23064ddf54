namespace CityLoop.Server.Tests.Pass.Data;

/// <summary>What is planted of a person who applies for vouchers, or decides on a series.</summary>
static class PlantedVouchers
{
    public static readonly (string Column, string? Sql)[] Rows =
    [
        ("vouchers.series.asked_by", Series("@p", "@o")),
        ("vouchers.series.decided_by", Series("@o", "@p")),
        ("vouchers.application.person",
            "select gen_random_uuid(), id, @p, 1, now(), null, null, null from vouchers.series limit 1"),
    ];

    static string Series(string asked, string decided) =>
        $"""
        values (gen_random_uuid(), '{"{}"}', '{"{}"}', 'sale', 0, 1, 1, 0, false, null, null, current_date,
          current_date, current_date, current_date, 'draw', 'net-zero-2026', '', {asked}, now(), {decided}, now(),
          false, null, null, null)
        """;
}
