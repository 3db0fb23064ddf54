namespace CityLoop.Server.Tests.Pass.Data;

/// <summary>What is planted of gifts: see <see cref="PlantedTraces"/>.</summary>
static class PlantedGifts
{
    public static readonly (string Column, string? Sql)[] Rows =
    [
        ("gifts.gift.given_by", Given("@p, @a, null")),
        ("gifts.gift.received_by", Given("@a, @p, null")),
        ("gifts.gift.read_by", Given("@a, @o, @p")),
        ("gifts.code.person", "values (@p, @mark, @later)"),
    ];

    static string Given(string people) =>
        "(given_by, received_by, read_by, id, to_whom, amount, message, made_at, posted_at, closed_at) "
        + $"values ({people}, gen_random_uuid(), 'x', 1, 'x', now(), now(), now())";
}
